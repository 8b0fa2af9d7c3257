/**
 * Runs programs natively, and leaves to the interpreter what does not run so: the driver, instructions that pause, the exact
 * end of every stretch, and the step at which something traps.
 */
import type { Execution, Executor } from "../history/executor.ts";
import { isHalted, stepState } from "../state/step-state.ts";
import type { State } from "../state/state.ts";
import { operationOf } from "../wasm/opcodes.ts";
import { CompiledProgram } from "./compile.ts";
import { SiteMap } from "./frames.ts";
import { Interpretation, walkOf } from "./interpretation.ts";
import { NativeMachine } from "./native-machine.ts";
import type { Site } from "./plan.ts";
import type { EngineProgram } from "./program-parts.ts";
import { Refusal } from "./refusal.ts";
import { Pace } from "./pace.ts";

/** What happened natively, and what did not. */
export interface EngineReport {
  /** Native stretches and their steps. */
  readonly stretches: number;
  readonly nativeSteps: bigint;
  readonly interpretedSteps: bigint;
  /** Stretches that ended in a trap and were done again. */
  readonly traps: number;
  /** Why states were interpreted although native code could have begun at their pc, and how often. */
  readonly refusals: ReadonlyMap<string, number>;
  /** Instructions at which native code paused to have them interpreted, and how often. */
  readonly escapes: ReadonlyMap<string, number>;
}

/** Which stretches are worth a change of form. */
export interface EngineOptions {
  /** Steps below which nothing is tried natively. */
  readonly leastStretch?: bigint;
}

/** An executor, and what it can tell of itself. */
export interface EngineExecutor extends Executor {
  readonly report: EngineReport;
  /** Functions that are interpreted, with the reason; the driver's own are not among them. */
  readonly interpreted: readonly { readonly function: string; readonly reason: string }[];
}

/** Steps that the interpreter takes in the time in which a state changes its form twice. */
const LEAST_STRETCH = 100_000n;

/** Steps of a stretch, at most: counters are 64 bits with a sign, and far below zero they say something else. */
const MOST_STEPS = 2n ** 60n;

/** Steps taken one by one in search of a place where native code can begin. */
const SEARCH = 4096;

/** An executor for the states of a program; those of others are interpreted. */
export function engineExecutor(program: EngineProgram, options: EngineOptions = {}): EngineExecutor {
  return new Engine(program, options.leastStretch ?? LEAST_STRETCH);
}

class Engine implements EngineExecutor {
  readonly leastStretch: bigint;
  readonly #program: EngineProgram;
  /** Undefined as long as nobody has asked for it. */
  #compiled: Compiled | { readonly failure: string } | undefined;
  #machine: NativeMachine | undefined;
  readonly #refusals = new Map<string, number>();
  readonly #escapes = new Map<string, number>();
  stretches = 0;
  nativeSteps = 0n;
  interpretedSteps = 0n;
  traps = 0;

  constructor(program: EngineProgram, leastStretch: bigint) {
    this.#program = program;
    this.leastStretch = leastStretch;
  }

  get report(): EngineReport {
    const { stretches, nativeSteps, interpretedSteps, traps } = this;
    return {
      stretches,
      nativeSteps,
      interpretedSteps,
      traps,
      refusals: new Map(this.#refusals),
      escapes: new Map(this.#escapes),
    };
  }

  get interpreted(): EngineExecutor["interpreted"] {
    const code = this.#code;
    if ("failure" in code) return [{ function: "all", reason: code.failure }];
    return code.program.refused
      .filter(({ fn }) => !fn.instance.isDriver && fn.wraps === undefined)
      .map(({ fn, reason }) => ({
        function: `${fn.instance.name}.${fn.instance.module.names.functions.get(fn.index) ?? `func[${fn.index}]`}`,
        reason,
      }));
  }

  load(state: State): Execution {
    return new EngineExecution(this, state);
  }

  /** Whether native code can begin at a pc with so many steps to go. */
  canBegin(pc: number, steps: bigint): boolean {
    const code = this.#code;
    const site = "failure" in code ? undefined : code.sites.at(pc);
    return site !== undefined && BigInt(site.threshold) <= steps;
  }

  /** The native form of a state; undefined if it has none. */
  enter(state: State): NativeMachine | undefined {
    const code = this.#code;
    if ("failure" in code) return undefined;
    const { program, sites } = code;
    try {
      program.requireState(state);
      if (this.#machine?.isBeyond(state) !== false) this.#machine = new NativeMachine(program, sites);
      this.#machine.load(state);
      return this.#machine;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      count(this.#refusals, error.message);
      return undefined;
    }
  }

  /** Counts a pause at an instruction that does not run natively. */
  noteEscape({ fn, at }: Site): void {
    const code = this.#code;
    const step = "failure" in code ? undefined : code.program.plans[fn]?.body.steps[at];
    count(this.#escapes, step === undefined ? "call of an interpreted function" : operationOf(step.op).mnemonic);
  }

  get #code(): Compiled | { readonly failure: string } {
    this.#compiled ??= compile(this.#program);
    return this.#compiled;
  }
}

/** A compiled program and where it can be entered. */
interface Compiled {
  readonly program: CompiledProgram;
  readonly sites: SiteMap;
}

/** Compiles a program; a host whose WebAssembly is too old for the generated code, or has too narrow limits, interprets all of it. */
function compile(source: EngineProgram): Compiled | { readonly failure: string } {
  try {
    const program = new CompiledProgram(source);
    return { program, sites: new SiteMap(program) };
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error;
    return { failure: `the host does not compile the engine's code: ${error.message}` };
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

class EngineExecution implements Execution {
  readonly #engine: Engine;
  readonly #pace: Pace;
  /** The state as it was known last. */
  #state: State;
  /** Where it goes on, as long as it is interpreted. */
  #interpretation: Interpretation | undefined;

  constructor(engine: Engine, state: State) {
    this.#engine = engine;
    this.#state = state;
    this.#pace = new Pace(engine.leastStretch);
  }

  run(steps: bigint): bigint {
    let left = steps;
    while (left > 0n) {
      const taken = this.#advance(left);
      if (taken === undefined) break;
      left -= taken;
    }
    return steps - left;
  }

  save(): State {
    if (this.#interpretation !== undefined) this.#state = this.#interpretation.save();
    return this.#state;
  }

  /** Takes some steps, none if it had to change its mind; undefined if the machine has halted. */
  #advance(left: bigint): bigint | undefined {
    const patience = this.#pace.patience;
    if (left < this.#engine.leastStretch) return this.#interpret(left);
    if (patience > 0n) {
      this.#pace.waited();
      return this.#interpret(patience < left ? patience : left);
    }
    const taken = this.#native(left);
    if (taken !== undefined) return taken;
    return this.#search(left);
  }

  /** Where the machine is; undefined while only the reference can tell. */
  get #pc(): number | undefined {
    return this.#interpretation === undefined ? this.#state.registers.pc : this.#interpretation.stepper?.pc;
  }

  /** A native stretch; undefined if none begins here. */
  #native(left: bigint): bigint | undefined {
    const pc = this.#pc;
    if (pc === undefined || !this.#engine.canBegin(pc, left)) return undefined;
    const state = this.save();
    const { fuel } = state.registers;
    const bound = this.#pace.bound([left, fuel, MOST_STEPS].reduce((least, n) => (n < least ? n : least)));
    if (isHalted(state) || !this.#engine.canBegin(pc, bound)) return undefined;
    const machine = this.#engine.enter(state);
    if (machine === undefined) return undefined;
    this.#interpretation = undefined;
    const end = machine.run(bound);
    this.#engine.stretches++;
    if (end === "trapped" || end === "overflowed") {
      if (end === "trapped") this.#engine.traps++;
      const patience = this.#pace.trapped(bound);
      return patience === undefined ? 0n : this.#interpret(patience < left ? patience : left);
    }
    const { taken, site } = machine;
    if (site?.kind === "escape") this.#engine.noteEscape(site);
    this.#pace.went(taken);
    this.#engine.nativeSteps += taken;
    this.#state = machine.save();
    return taken === 0n ? undefined : taken;
  }

  /** Interprets up to the next place where native code can begin, not too far. */
  #search(left: bigint): bigint | undefined {
    if (this.#interpretation === undefined) {
      const walked = this.#walk(left, true);
      if (walked > 0n) return walked;
    }
    const { stepper } = this.#interpreting();
    if (stepper === undefined) {
      const taken = this.#interpret(left < BigInt(SEARCH) ? left : BigInt(SEARCH));
      this.save();
      this.#interpretation = undefined;
      return taken;
    }
    let taken = 0n;
    while (taken < left && taken < SEARCH) {
      if (stepper.run(1) === 0) break;
      taken += 1n;
      if (this.#engine.canBegin(stepper.pc, left - taken)) break;
    }
    this.#engine.interpretedSteps += taken;
    if (taken === BigInt(SEARCH)) this.#pace.missed();
    if (taken > 0n) return taken;
    // Halted, or stuck at an instruction that only the reference executes.
    return this.#interpret(1n);
  }

  /**
   * A few steps of the reference: making an interpreter costs more than those. What is left after them is up to one.
   * @param isSearching - whether to stop where native code can begin
   */
  #walk(left: bigint, isSearching: boolean): bigint {
    let state = this.#state;
    const most = walkOf(state);
    let taken = 0n;
    while (taken < left && taken < most && !isHalted(state)) {
      state = stepState(state);
      taken += 1n;
      if (isSearching && this.#engine.canBegin(state.registers.pc, left - taken)) break;
    }
    this.#state = state;
    if (taken === most) this.#interpreting();
    this.#engine.interpretedSteps += taken;
    return taken;
  }

  #interpret(steps: bigint): bigint | undefined {
    if (this.#interpretation === undefined && steps <= walkOf(this.#state)) {
      const walked = this.#walk(steps, false);
      return walked === 0n ? undefined : walked;
    }
    const taken = this.#interpreting().run(steps);
    this.#engine.interpretedSteps += taken;
    return taken === 0n ? undefined : taken;
  }

  #interpreting(): Interpretation {
    this.#interpretation ??= new Interpretation(this.#state);
    return this.#interpretation;
  }
}
