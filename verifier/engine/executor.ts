/**
 * Runs programs natively, and leaves to the interpreter what does not run so: the driver,
 * instructions that pause, the exact end of every stretch, and the step at which something traps.
 */
import { NotWellFormed } from "../interpreter/errors.ts";
import type { Execution, Executor } from "../state/executor.ts";
import type { State } from "../state/state.ts";
import { operationOf } from "../instructions/table.ts";
import { CompiledProgram } from "./compile.ts";
import { EngineExecution } from "./execution.ts";
import { SiteMap } from "./frames.ts";
import { StackRoom } from "./stack-room.ts";
import { Interpretation } from "./interpretation.ts";
import { NativeMachine } from "./native-machine.ts";
import type { Site } from "./plan.ts";
import type { EngineProgram } from "./program-parts.ts";
import { NotNative } from "./not-native.ts";

/** What happened natively, and what did not. */
export interface EngineReport {
  /** Native stretches and their steps. */
  readonly stretches: number;
  /**
   * Frames that native code was entered with: one a stretch, and one for each caller that is
   * returned to from a pause.
   */
  readonly resumed: number;
  readonly nativeSteps: bigint;
  readonly interpretedSteps: bigint;
  /** Stretches that ended in a trap and were done again. */
  readonly traps: number;
  /**
   * Why states were interpreted although native code could have begun at their pc, and how often.
   */
  readonly refusals: ReadonlyMap<string, number>;
  /** Instructions at which native code paused to have them interpreted, and how often. */
  readonly escapes: ReadonlyMap<string, number>;
}

/** When native code is worth its cost. */
export interface EngineOptions {
  /** Steps below which nothing is tried natively. */
  readonly leastStretch?: bigint;
  /** Steps that are interpreted before the program is compiled. */
  readonly warmUp?: bigint;
  /**
   * Bytes of V8's stack that native frames may take at first; more as it turns out that there
   * are more.
   */
  readonly nativeStack?: number | undefined;
}

/** An executor, and what it can tell of itself. */
export interface EngineExecutor extends Executor {
  readonly report: EngineReport;
  /**
   * Functions that are interpreted, with the reason; the driver's own are not among them. None
   * before the program is compiled.
   */
  readonly interpreted: readonly { readonly function: string; readonly reason: string }[];
}

/**
 * Steps that the interpreter takes in the time that it takes to enter native code and to leave it.
 */
const LEAST_STRETCH = 2000n;

/**
 * Steps that the interpreter takes in a fraction of the time that a large program takes to compile.
 */
const WARM_UP = 2n ** 20n;

/** Half of what the main thread has. */
const NATIVE_STACK = 400_000;

/** All options, with their defaults. */
type Chosen = { readonly [K in keyof EngineOptions]-?: NonNullable<EngineOptions[K]> };

/** An executor for the states of a program; those of others are interpreted. */
export function engineExecutor(program: EngineProgram, options: EngineOptions = {}): EngineExecutor {
  const { leastStretch = LEAST_STRETCH, warmUp = WARM_UP, nativeStack = NATIVE_STACK } = options;
  return new Engine(program, { leastStretch, warmUp, nativeStack });
}

class Engine implements EngineExecutor {
  readonly options: Chosen;
  readonly #program: EngineProgram;
  /** Undefined as long as nobody has asked for it. */
  #compiled: Compiled | { readonly failure: string } | undefined;
  readonly #room: StackRoom;
  #machine: NativeMachine | undefined;
  /** Whose state the machine holds. */
  #owner: EngineExecution | undefined;
  readonly #refusals = new Map<string, number>();
  readonly #escapes = new Map<Site, number>();
  stretches = 0;
  resumed = 0;
  nativeSteps = 0n;
  interpretedSteps = 0n;
  traps = 0;

  constructor(program: EngineProgram, options: Chosen) {
    this.#program = program;
    this.options = options;
    this.#room = new StackRoom(options.nativeStack);
  }

  get report(): EngineReport {
    const { stretches, resumed, nativeSteps, interpretedSteps, traps } = this;
    return {
      stretches,
      resumed,
      nativeSteps,
      interpretedSteps,
      traps,
      refusals: new Map(this.#refusals),
      escapes: this.#escapesByName(),
    };
  }

  get interpreted(): EngineExecutor["interpreted"] {
    const code = this.#compiled;
    if (code === undefined) return [];
    if ("failure" in code) return [{ function: "all", reason: code.failure }];
    return code.program.interpreted
      .filter(({ fn }) => !fn.instance.isDriver && fn.wraps === undefined)
      .map(({ fn, reason }) => ({
        function: `${fn.instance.name}.${fn.instance.module.names.functions.get(fn.index) ?? `func[${fn.index}]`}`,
        reason,
      }));
  }

  load(state: State): Execution {
    return new EngineExecution(this, state);
  }

  /** Steps to interpret before it is worth while to compile. */
  get cold(): bigint {
    const left = this.options.warmUp - this.interpretedSteps;
    return this.#compiled === undefined && left > 0n ? left : 0n;
  }

  /** Whether native code can begin at a pc with so many steps to go. */
  canBegin(pc: number, steps: bigint): boolean {
    const code = this.#code;
    const site = "failure" in code ? undefined : code.sites.at(pc);
    return site !== undefined && BigInt(site.threshold) <= steps;
  }

  /**
   * Puts a state on the machine, which is its execution's until another one needs it. Undefined if
   * it has no native form.
   */
  hold(state: State, owner: EngineExecution): { interpretation: Interpretation; machine: NativeMachine } | undefined {
    const code = this.#code;
    if ("failure" in code) return undefined;
    try {
      code.program.requireState(state);
      if (this.#owner !== owner) this.#owner?.giveWay();
      this.#owner = undefined;
      if (this.#machine === undefined || this.#machine.isBeyond(this.#machine.pagesOf(state)))
        this.#machine = new NativeMachine(code.program, code.sites, this.#room);
      const interpretation = Interpretation.on(this.#machine.load(state));
      this.#owner = owner;
      return { interpretation, machine: this.#machine };
    } catch (error) {
      if (!(error instanceof NotNative || error instanceof NotWellFormed)) throw error;
      this.noteNotNative(error.message);
      return undefined;
    }
  }

  noteNotNative(reason: string): void {
    count(this.#refusals, reason);
  }

  /** Counts a pause at an instruction that does not run natively. */
  noteEscape(site: Site): void {
    count(this.#escapes, site);
  }

  /**
   * The instruction of a site is in the body's steps, which may have to be read again: only a
   * report is worth that.
   */
  #escapesByName(): Map<string, number> {
    const code = this.#compiled;
    const byName = new Map<string, number>();
    for (const [{ fn, at }, times] of this.#escapes) {
      const step = code === undefined || "failure" in code ? undefined : code.program.plans[fn]?.body.steps[at];
      count(byName, step === undefined ? "call of an interpreted function" : operationOf(step.op).mnemonic, times);
    }
    return byName;
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

/**
 * Compiles a program. Where V8 is too old for the generated code, or its limits are too narrow, all
 * of it is interpreted.
 */
function compile(source: EngineProgram): Compiled | { readonly failure: string } {
  try {
    const program = new CompiledProgram(source);
    return { program, sites: new SiteMap(program) };
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error;
    return { failure: `V8 does not compile the engine's code: ${error.message}` };
  }
}

function count<K>(counts: Map<K, number>, key: K, times = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + times);
}
