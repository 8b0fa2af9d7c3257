/**
 * Plays one session: instances that may share state, and one transaction for each thing that is
 * done to them.
 */
import { Outcome, Status, TRAP_TEXT } from "../../verifier/machine/codes.ts";
import type { Instance } from "../../verifier/program/linkage.ts";
import { buildSession, type Session, type SessionModule } from "../../verifier/program/session.ts";
import { resultsOf } from "../../verifier/program/fragment.ts";
import { encodeTransactions, encodeTypedPayload } from "../../verifier/program/transactions.ts";
import { initialState, load } from "../../verifier/state/program.ts";
import type { State } from "../../verifier/state/state.ts";
import type { Unit } from "./grouping.ts";
import { limitsOf } from "./limits.ts";
import { SPECTEST_NAME } from "./spectest.ts";
import type { Ending } from "./values.ts";

/**
 * Whoever runs the machine, from a loaded state to a halted one. The line is that of the command
 * for which it runs.
 */
export interface Runner {
  run(loaded: State, session: Session, line: number): Promise<State>;
}

/** Steps of a transaction and of a fragment: far more than any script takes. */
const FUEL = 200_000_000n;
const BUDGET = 2n * FUEL;

/** What a unit imports from: another unit, or spectest. */
export type Target = Unit | typeof SPECTEST_NAME;

/** The instances of a group, alive. */
export class SessionPlayer {
  readonly #session: Session;
  readonly #runner: Runner;
  /** Positions among the session's modules. */
  readonly #positions: ReadonlyMap<Target, number>;
  /** Positions among the session's calls. */
  readonly #calls = new Map<string, number>();
  readonly #instantiated = new Set<Target>();
  #state: State;

  /**
   * Links units.
   * @param units - with every unit that they import from
   * @throws ModuleError, LinkError
   */
  constructor(units: readonly Unit[], spectest: Uint8Array, runner: Runner) {
    const targets: Target[] = units.some(usesSpectest) ? [SPECTEST_NAME, ...units] : [...units];
    this.#positions = new Map(targets.map((target, i) => [target, i]));
    const modules = targets.map((target) => this.#moduleOf(target, spectest));
    this.#session = buildSession(modules, limitsOf(units));
    this.#session.calls.forEach((call, i) => {
      this.#calls.set(keyOf(call.module, call.kind === "invoke" ? call.name : undefined), i);
    });
    this.#runner = runner;
    this.#state = initialState(this.#session.image);
  }

  /**
   * Runs the initialization of a unit: one transaction, and one for spectest before the first.
   * `line` as in {@link Runner}.
   */
  async instantiate(unit: Unit, line: number): Promise<Ending> {
    const targets: readonly Target[] = this.#positions.has(SPECTEST_NAME) ? [SPECTEST_NAME, unit] : [unit];
    for (const target of targets) {
      if (this.#instantiated.has(target)) continue;
      this.#instantiated.add(target);
      const ending = await this.#transact(target, undefined, [], line);
      if (target === unit || !("values" in ending)) return ending;
    }
    throw new RangeError(`the module at line ${unit.line} is instantiated twice`);
  }

  /** Calls an exported function. Arguments and results are 64 bits each. */
  async invoke(unit: Unit, name: string, args: readonly bigint[], line: number): Promise<Ending> {
    return this.#transact(unit, name, args, line);
  }

  /** The value of an exported global; undefined if there is none of that name. */
  get(unit: Unit, name: string): bigint | undefined {
    const instance = this.#instance(unit);
    const exported = instance.module.exports.find((e) => e.kind === "global" && e.name === name);
    const global = exported && instance.globals[exported.index];
    return global && this.#state.cells.get(global.cell);
  }

  /**
   * Pages of an exported memory, elements of an exported table, as of now; undefined if there is
   * none of that name.
   */
  sizeOf(target: Target, kind: "memory" | "table", name: string): number | undefined {
    const instance = this.#instance(target);
    const exported = instance.module.exports.find((e) => e.kind === kind && e.name === name);
    if (exported === undefined) return undefined;
    const table = kind === "table" ? instance.tables[exported.index] : undefined;
    const memory = kind === "memory" ? instance.memories[exported.index] : undefined;
    const index = table?.sizeCell ?? memory?.sizeIndex;
    if (index === undefined) return undefined;
    const { registers, cells } = this.#state;
    const isLane = memory !== undefined && index < 4;
    return Number(isLane ? BigInt.asUintN(64, registers.sizes >> BigInt(192 - 64 * index)) : cells.get(index));
  }

  #moduleOf(target: Target, spectest: Uint8Array): SessionModule {
    if (target === SPECTEST_NAME) return { name: SPECTEST_NAME, bytes: spectest, scope: new Map() };
    const { judgement, line } = target;
    if (judgement.kind !== "accepted") throw new RangeError(`the module at line ${line} is none that can be linked`);
    const scope = [...target.scope].map(([name, from]) => [name, this.#position(from)] as const);
    return { name: nameOf(target), bytes: judgement.bytes, scope: new Map(scope) };
  }

  #position(target: Target): number {
    const position = this.#positions.get(target);
    if (position === undefined) throw new RangeError("a unit of another session is asked for");
    return position;
  }

  #instance(target: Target): Instance {
    const instance = this.#session.instances[this.#position(target)];
    if (instance === undefined) throw new RangeError("the session lacks an instance");
    return instance;
  }

  async #transact(target: Target, name: string | undefined, args: readonly bigint[], line: number): Promise<Ending> {
    const call = this.#calls.get(keyOf(this.#position(target), name));
    if (call === undefined) return { failure: `there is no exported function ${JSON.stringify(name)}` };
    const { status, trapCode } = this.#state.registers;
    if (status === Status.trapped) return { failure: `the session ended before: ${trapText(trapCode)}` };
    const payload = encodeTypedPayload(call, args);
    const input = encodeTransactions([{ fuel: FUEL, keep: true, payload }]);
    this.#state = await this.#runner.run(load(this.#state, input, BUDGET), this.#session, line);
    const { registers } = this.#state;
    const [result] = resultsOf(this.#state);
    if (result?.kind === Outcome.trap) return { trap: trapText(result.code) };
    if (result?.kind !== Outcome.success) {
      return {
        failure: `no result: status ${registers.status}, ${trapText(registers.trapCode)}, outcome ${result?.kind}`,
      };
    }
    const view = new DataView(result.output.buffer);
    return { values: Array.from({ length: result.output.length / 8 }, (_, i) => view.getBigUint64(8 * i, true)) };
  }
}

/** The name under which a unit is linked, in messages. */
export function nameOf({ line, index }: Unit): string {
  return `line ${line} (${index})`;
}

const keyOf = (position: number, name: string | undefined): string =>
  name === undefined ? `${position}` : `${position} ${name}`;

const trapText = (code: number): string => TRAP_TEXT.get(code) ?? `trap ${code}`;

const usesSpectest = (unit: Unit): boolean => [...unit.scope.values()].includes(SPECTEST_NAME);
