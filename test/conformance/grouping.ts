/**
 * The plan of a script: which instances there will be, what each action and assertion is about, and
 * which instances have to live in one session because they may share state.
 */
import type { ImportName } from "../../verifier/wasm/types.ts";
import type { Judgement } from "./scope.ts";
import { SPECTEST_NAME } from "./spectest.ts";
import { WastError, type WastAction, type WastCommand, type WastModule } from "./wast.ts";

/** An instance of a module, or a module that must not become one (`assert_unlinkable`). */
export interface Unit {
  /** Position among the units of the script. */
  readonly index: number;
  /** Line of the command that instantiates it. */
  readonly line: number;
  readonly judgement: Judgement;
  /** What the names mean that the module imports from, where they mean something. */
  readonly scope: ReadonlyMap<string, Unit | typeof SPECTEST_NAME>;
  /** Why it cannot be played, if so: it is out of scope itself, or imports from a unit that is. */
  readonly outside: string | undefined;
}

/** A command with what it refers to. */
export type Play = { readonly line: number } & (
  | { readonly kind: "module"; readonly unit: Unit }
  | { readonly kind: "definition"; readonly judgement: Judgement }
  | { readonly kind: "assert_module_trap" | "assert_unlinkable"; readonly unit: Unit; readonly message: string }
  | { readonly kind: "refusal"; readonly expected: "malformed" | "invalid"; readonly judgement: Judgement }
  | {
      readonly kind: "action";
      readonly command: Extract<WastCommand, { readonly action: WastAction }>;
      /** The instance; undefined if there is none of that name. */
      readonly unit: Unit | undefined;
    }
);

/** A script, ready to be played. */
export interface Plan {
  readonly plays: readonly Play[];
  /**
   * Sets of units that share state, each in the order of instantiation. No unit that is outside or
   * unlinkable is in one.
   */
  readonly groups: readonly (readonly Unit[])[];
}

/**
 * Plans a script. `judge` is asked about every module in it, in order. @throws WastError for a
 * `register` of nothing
 */
export async function planScript(
  commands: readonly WastCommand[],
  judge: (module: WastModule) => Promise<Judgement>,
): Promise<Plan> {
  const planner = new Planner();
  const plays: Play[] = [];
  for (const command of commands) {
    const judgement =
      "module" in command && typeof command.module === "object" ? await judge(command.module) : undefined;
    const play = planner.plan(command, judgement);
    if (play !== undefined) plays.push(play);
  }
  return { plays, groups: planner.groups() };
}

class Planner {
  readonly #units: Unit[] = [];
  readonly #sessions = new Set<Unit>();
  readonly #named = new Map<string, Unit>();
  readonly #registered = new Map<string, Unit>();
  readonly #definitions = new Map<string, Judgement>();
  #latest: Unit | undefined;
  #definition: Judgement | undefined;

  plan(command: WastCommand, judged: Judgement | undefined): Play | undefined {
    const { line } = command;
    const judgement: Judgement = judged ?? { kind: "malformed", by: "decoder", message: "there is no such definition" };
    switch (command.kind) {
      case "module":
        return { kind: "module", line, unit: this.#instance(line, judgement, command.module.id) };
      case "definition":
        this.#definition = judgement;
        if (command.module.id !== undefined) this.#definitions.set(command.module.id, judgement);
        return { kind: "definition", line, judgement };
      case "instance": {
        const named = command.definition === undefined ? this.#definition : this.#definitions.get(command.definition);
        return { kind: "module", line, unit: this.#instance(line, named ?? judgement, command.id) };
      }
      case "register": {
        const unit = this.#find(command.module);
        if (unit === undefined) throw new WastError("a module is registered that is not there", line);
        this.#registered.set(command.name, unit);
        return undefined;
      }
      case "assert_module_trap":
      case "assert_unlinkable": {
        const unit = this.#unit(line, judgement);
        if (command.kind === "assert_module_trap") this.#sessions.add(unit);
        return { kind: command.kind, line, unit, message: command.message };
      }
      case "assert_malformed":
      case "assert_malformed_custom":
        return { kind: "refusal", line, expected: "malformed", judgement };
      case "assert_invalid":
      case "assert_invalid_custom":
        return { kind: "refusal", line, expected: "invalid", judgement };
      default:
        return { kind: "action", line, command, unit: this.#find(command.action.module) };
    }
  }

  /**
   * Units of one group import from one another, directly or not, or share the table or the memory
   * of spectest.
   */
  groups(): readonly (readonly Unit[])[] {
    const members = [...this.#sessions].filter((unit) => isPlayable(unit));
    const parents = new Map<Unit, Unit>();
    const rootOf = (unit: Unit): Unit => {
      const parent = parents.get(unit);
      return parent === undefined ? unit : rootOf(parent);
    };
    const join = (one: Unit, other: Unit): void => {
      const [a, b] = [rootOf(one), rootOf(other)];
      if (a !== b) parents.set(b, a);
    };
    let sharing: Unit | undefined;
    for (const unit of members) {
      for (const other of unit.scope.values()) {
        if (other !== SPECTEST_NAME && this.#sessions.has(other)) join(unit, other);
      }
      if (!sharesSpectest(unit)) continue;
      if (sharing !== undefined) join(sharing, unit);
      sharing = unit;
    }
    const groups = new Map<Unit, Unit[]>();
    for (const unit of members) {
      const root = rootOf(unit);
      groups.set(root, [...(groups.get(root) ?? []), unit]);
    }
    return [...groups.values()];
  }

  #find(id: string | undefined): Unit | undefined {
    return id === undefined ? this.#latest : this.#named.get(id);
  }

  #instance(line: number, judgement: Judgement, id: string | undefined): Unit {
    const unit = this.#unit(line, judgement);
    this.#sessions.add(unit);
    this.#latest = unit;
    if (id !== undefined) this.#named.set(id, unit);
    return unit;
  }

  #unit(line: number, judgement: Judgement): Unit {
    const scope = new Map<string, Unit | typeof SPECTEST_NAME>();
    let outside = judgement.kind === "outside" ? judgement.reason : undefined;
    for (const { module, name } of importsOf(judgement)) {
      const registered = this.#registered.get(module);
      if (registered === undefined && module !== SPECTEST_NAME) continue;
      scope.set(module, registered ?? SPECTEST_NAME);
      outside ??= registered?.outside ?? trimmedReason(registered, name);
    }
    const unit = { index: this.#units.length, line, judgement, scope, outside };
    this.#units.push(unit);
    return unit;
  }
}

/** Whether a unit can become an instance, as far as is known before it is linked. */
export function isPlayable({ judgement, outside }: Unit): boolean {
  return judgement.kind === "accepted" && outside === undefined;
}

/** Why an export of a unit is out of scope, if it is a field that the unit is played without. */
export function trimmedReason(unit: Unit | undefined, name: string): string | undefined {
  const trimmed = unit?.judgement.kind === "accepted" ? unit.judgement.trimmed : undefined;
  return trimmed?.without.has(name) === true ? trimmed.reason : undefined;
}

/** The imports of a module. */
function importsOf(judgement: Judgement): readonly ImportName[] {
  if (judgement.kind !== "accepted") return [];
  const { functions, tables, memories, globals } = judgement.module;
  return [...functions, ...tables, ...memories, ...globals].flatMap(({ imported }) => imported ?? []);
}

/** Whether a module imports what spectest has of state. */
export function sharesSpectest({ judgement, scope }: Unit): boolean {
  if (judgement.kind !== "accepted") return false;
  const { tables, memories } = judgement.module;
  return [...tables, ...memories].some(
    ({ imported }) => imported !== undefined && scope.get(imported.module) === SPECTEST_NAME,
  );
}
