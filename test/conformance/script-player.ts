/**
 * Plays a script: every command of it is checked, and each check is passed, failed, or out of scope
 * for a reason.
 */
import { LinkError } from "../../verifier/program/errors.ts";
import { ModuleError } from "../../verifier/wasm/errors.ts";
import { isPlayable, sharesSpectest, trimmedReason, type Plan, type Play, type Unit } from "./grouping.ts";
import { nameOf, SessionPlayer, type Runner, type Target } from "./session-player.ts";
import { SPECTEST_NAME } from "./spectest.ts";
import { bitsOf, describeEnding, isExpected, isTrap, type Ending } from "./values.ts";

/**
 * What was checked: the command's name in the script; `module` is a module that has to be
 * instantiated, or only to be valid.
 */
export type CheckKind =
  | "module"
  | "action"
  | "assert_return"
  | "assert_trap"
  | "assert_exhaustion"
  | "assert_exception"
  | "assert_malformed"
  | "assert_invalid"
  | "assert_unlinkable"
  | "assert_uninstantiable";

/** The outcome of a command. */
export interface Check {
  readonly line: number;
  readonly kind: CheckKind;
  readonly verdict: "passed" | "failed" | "outside";
  /** What happened instead; of a module that is out of scope, the construct that was found. */
  readonly detail?: string;
  /** Why it is out of scope. */
  readonly reason?: string;
  /** Whether the assembler of the text format decided it, and nothing of the project. */
  readonly byAssembler?: true;
}

type ModulePlay = Extract<Play, { kind: "assert_module_trap" | "assert_unlinkable" }>;

type Verdict = Omit<Check, "line" | "kind">;

const PASSED: Verdict = { verdict: "passed" };
const failed = (detail: string): Verdict => ({ verdict: "failed", detail });
const outside = (reason: string, detail: string): Verdict => ({ verdict: "outside", reason, detail });
const verdictOf = (holds: boolean, detail: string): Verdict => (holds ? PASSED : failed(detail));

/** Plays the commands of a plan in order. */
export class ScriptPlayer {
  readonly #plan: Plan;
  readonly #spectest: Uint8Array;
  readonly #runner: Runner;
  readonly #players = new Map<Target, SessionPlayer>();
  /** Why units are no instances. */
  readonly #refusals = new Map<Unit, string>();
  readonly #instances = new Set<Unit>();

  /** @param spectest - its binary */
  constructor(plan: Plan, spectest: Uint8Array, runner: Runner) {
    this.#plan = plan;
    this.#spectest = spectest;
    this.#runner = runner;
    for (const group of plan.groups) this.#link(group);
  }

  /** The checks of the script, one a command but `register`. */
  async *play(): AsyncGenerator<Check> {
    for (const play of this.#plan.plays) {
      yield { line: play.line, kind: kindOf(play), ...(await this.#check(play)) };
    }
  }

  /** Links a group, without the units that cannot be linked and those that import from them. */
  #link(group: readonly Unit[]): void {
    for (;;) {
      const units = this.#complete(group);
      if (units.length === 0) return;
      try {
        const player = new SessionPlayer(units, this.#spectest, this.#runner);
        for (const unit of units) this.#players.set(unit, player);
        if (units.some(sharesSpectest)) this.#players.set(SPECTEST_NAME, player);
        return;
      } catch (error) {
        const problem = problemOf(error);
        const name = error instanceof LinkError ? error.module : undefined;
        const culprit = units.find((unit) => nameOf(unit) === name) ?? units.at(-1);
        if (culprit !== undefined) this.#refusals.set(culprit, problem);
      }
    }
  }

  /** The units of a group that were not refused and import from none that was. */
  #complete(group: readonly Unit[]): Unit[] {
    const units: Unit[] = [];
    for (const unit of group) {
      const missing = [...unit.scope.values()].find((from) => from !== SPECTEST_NAME && !units.includes(from));
      if (missing !== undefined && missing !== SPECTEST_NAME && !this.#refusals.has(unit)) {
        this.#refusals.set(unit, `it imports from the module at line ${missing.line}, which is no instance`);
      }
      if (!this.#refusals.has(unit)) units.push(unit);
    }
    return units;
  }

  async #check(play: Play): Promise<Verdict> {
    switch (play.kind) {
      case "module":
        return this.#instantiate(play.unit, play.line);
      case "definition":
        return judgementVerdict(play.judgement);
      case "refusal":
        return refusalVerdict(play);
      case "assert_module_trap":
        return this.#expectTrap(play);
      case "assert_unlinkable":
        return this.#expectUnlinkable(play);
      case "action":
        return this.#act(play);
    }
  }

  async #instantiate(unit: Unit, line: number): Promise<Verdict> {
    const ending = await this.#begin(unit, line);
    if ("verdict" in ending) return ending;
    if (!("values" in ending)) return failed(describeEnding(ending));
    this.#instances.add(unit);
    return judgementVerdict(unit.judgement);
  }

  /** Instantiates a unit: how that ended, or the verdict on one for which it cannot begin. */
  async #begin(unit: Unit, line: number): Promise<Ending | Verdict> {
    const verdict = unitVerdict(unit);
    if (verdict !== undefined) return verdict;
    const player = this.#players.get(unit);
    const refusal = this.#refusals.get(unit) ?? this.#smallImport(unit);
    if (player === undefined || refusal !== undefined) return failed(refusal ?? "it was not linked");
    return player.instantiate(unit, line);
  }

  async #expectTrap({ unit, line, message }: ModulePlay): Promise<Verdict> {
    const ending = await this.#begin(unit, line);
    if ("verdict" in ending) return ending;
    return verdictOf(isTrap(ending, message), describeEnding(ending));
  }

  #expectUnlinkable({ unit, message }: ModulePlay): Verdict {
    const verdict = unitVerdict(unit) ?? trimmedVerdict(unit.judgement);
    if (verdict !== undefined) return verdict;
    try {
      const player = new SessionPlayer([...closureOf(unit)], this.#spectest, this.#runner);
      const problem = this.#smallImport(unit, player);
      return verdictOf(problem?.startsWith(message) === true, problem ?? "it was linked");
    } catch (error) {
      const problem = problemOf(error);
      return verdictOf(problem.includes(message), problem);
    }
  }

  async #act({ unit, command, line }: Extract<Play, { kind: "action" }>): Promise<Verdict> {
    const { action } = command;
    if (unit === undefined) return failed(`there is no module ${action.module ?? ""}`);
    const reason = unit.outside ?? trimmedReason(unit, action.name);
    if (reason !== undefined) return outside(reason, `in the module at line ${unit.line}`);
    const player = this.#players.get(unit);
    if (player === undefined || !this.#instances.has(unit)) {
      return failed(`the module at line ${unit.line} was not instantiated`);
    }
    if (action.kind === "get") {
      const value = player.get(unit, action.name);
      const ending: Ending = value === undefined ? { failure: "there is no such global" } : { values: [value] };
      return endingVerdict(command, ending);
    }
    const args = action.args.map(bitsOf);
    if (args.includes(undefined)) return failed("an argument is none that the machine has");
    return endingVerdict(command, await player.invoke(unit, action.name, args as bigint[], line));
  }

  /**
   * What a unit imports that is too small at this moment (section 3.3 of the specification,
   * "Matching").
   */
  #smallImport({ judgement, scope }: Unit, alone?: SessionPlayer): string | undefined {
    if (judgement.kind !== "accepted") return undefined;
    const { memories, tables } = judgement.module;
    for (const kind of ["memory", "table"] as const) {
      for (const { imported, limits } of kind === "memory" ? memories : tables) {
        const target = imported && scope.get(imported.module);
        if (imported === undefined || target === undefined) continue;
        const size = (this.#players.get(target) ?? alone)?.sizeOf(target, kind, imported.name);
        if (size !== undefined && size < limits.minimum) {
          const place = `${imported.module}.${imported.name}`;
          return `incompatible import type: ${kind} ${place} has ${size}, ${limits.minimum} are wanted`;
        }
      }
    }
    return undefined;
  }
}

/**
 * The verdict on a unit that cannot be linked: out of scope, or refused although it should not be.
 */
function unitVerdict(unit: Unit): Verdict | undefined {
  const { judgement } = unit;
  if (isPlayable(unit)) return undefined;
  if (judgement.kind !== "outside" && unit.outside !== undefined) {
    return outside(unit.outside, "in a module that it imports from");
  }
  return judgementVerdict(judgement);
}

/** The verdict on a module of which only a part is played. */
function trimmedVerdict(judgement: Unit["judgement"]): Verdict | undefined {
  const trimmed = judgement.kind === "accepted" ? judgement.trimmed : undefined;
  if (trimmed === undefined) return undefined;
  return outside(trimmed.reason, `${trimmed.construct}; it is played without ${trimmed.fields} of its fields`);
}

function judgementVerdict(judgement: Unit["judgement"]): Verdict {
  if (judgement.kind === "accepted") return trimmedVerdict(judgement) ?? PASSED;
  if (judgement.kind === "outside") return outside(judgement.reason, judgement.construct);
  return failed(judgement.message);
}

function refusalVerdict({ judgement, expected }: Extract<Play, { kind: "refusal" }>): Verdict {
  if (judgement.kind === "outside") return outside(judgement.reason, judgement.construct);
  if (judgement.kind === "accepted") return trimmedVerdict(judgement) ?? failed("it was accepted");
  if (judgement.by === "assembler") return { verdict: "passed", byAssembler: true };
  return verdictOf(judgement.kind === expected, judgement.message);
}

function endingVerdict(command: Extract<Play, { kind: "action" }>["command"], ending: Ending): Verdict {
  const found = describeEnding(ending);
  switch (command.kind) {
    case "action":
      return verdictOf("values" in ending, found);
    case "assert_return":
      return verdictOf(isExpected(ending, command.expected), found);
    case "assert_trap":
    case "assert_exhaustion":
      return verdictOf(isTrap(ending, command.message), found);
    case "assert_exception":
      return failed(found);
  }
}

function kindOf(play: Play): CheckKind {
  switch (play.kind) {
    case "module":
    case "definition":
      return "module";
    case "refusal":
      return `assert_${play.expected}`;
    case "assert_module_trap":
      return "assert_uninstantiable";
    case "assert_unlinkable":
      return play.kind;
    case "action":
      return play.command.kind;
  }
}

/** A unit with everything that it imports from, in an order in which imports come first. */
function closureOf(unit: Unit, into = new Set<Unit>()): Set<Unit> {
  for (const from of unit.scope.values()) if (from !== SPECTEST_NAME) closureOf(from, into);
  return into.add(unit);
}

function problemOf(error: unknown): string {
  if (error instanceof LinkError || error instanceof ModuleError) return error.message;
  throw error;
}
