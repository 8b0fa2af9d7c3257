/**
 * One run of the engine: stretches of native code, and between them the interpreter, on the same
 * memories and stack.
 */
import type { Execution } from "../state/executor.ts";
import type { SharedMachine, Stepper } from "../interpreter/hand-over.ts";
import { Status } from "../machine/codes.ts";
import type { State } from "../state/state.ts";
import { isHalted, noteRefusedGrowth, stepState } from "../state/step-state.ts";
import { Interpretation, isLarge, walkOf } from "./interpretation.ts";
import type { NativeEnd, NativeMachine } from "./native-machine.ts";
import { Pace } from "./pace.ts";
import type { Site } from "./plan.ts";
import { NotNative } from "./not-native.ts";
import { lesser } from "../lesser.ts";

/** What a run needs of its engine, which it shares with other runs. */
export interface EngineOfRun {
  readonly options: { readonly leastStretch: bigint };
  /** Steps to interpret before it is worth while to compile. */
  readonly cold: bigint;
  canBegin(pc: number, steps: bigint): boolean;
  hold(state: State, owner: EngineExecution): { interpretation: Interpretation; machine: NativeMachine } | undefined;
  noteNotNative(reason: string): void;
  noteEscape(site: Site): void;
  stretches: number;
  resumed: number;
  nativeSteps: bigint;
  interpretedSteps: bigint;
  traps: number;
}

/**
 * Steps of a stretch, at most: counters are 64 bits with a sign, and far below zero they say
 * something else.
 */
const MOST_STEPS = 2n ** 60n;

/** Steps taken one by one in search of a place where native code can begin. */
const SEARCH = 4096n;

/**
 * Steps that may have to be done again when something traps: on the whole, and after the beginning
 * of a transaction.
 */
const MOST_LOST = 2n ** 33n;
const MOST_LOST_BEFORE = 2n ** 22n;

/** Steps that the interpreter takes alone before a state that has no native form is tried again. */
const MOST_ALONE = 2n ** 22n;

/** How the machine is held, if not as a state. */
interface Form {
  readonly interpretation: Interpretation;
  /** The machine that the interpreter works on; undefined while it is alone. */
  readonly machine: NativeMachine | undefined;
}

export class EngineExecution implements Execution {
  readonly #engine: EngineOfRun;
  readonly #pace: Pace;
  /**
   * The state as it was saved last, the steps taken since then, and those of them that were native.
   */
  #state: State;
  #since = 0n;
  #nativeSince = 0n;
  #form: Form | undefined;
  /**
   * Steps that were taken before something trapped, and are taken again: then comes a state to
   * save.
   */
  #safe = 0n;
  /** Steps to take alone. */
  #alone = 0n;
  #nextAlone = SEARCH;
  /** The transaction in which native code ran last. */
  #savepoint: SharedMachine["savepoint"];
  readonly refusedGrowth = new Set<number>();

  constructor(engine: EngineOfRun, state: State) {
    this.#engine = engine;
    this.#state = state;
    this.#pace = new Pace(engine.options.leastStretch);
  }

  run(steps: bigint): bigint {
    let left = steps;
    while (left > 0n) {
      const isSafe = this.#safe > 0n;
      const taken = this.#advance(isSafe ? lesser(left, this.#safe) : left);
      if (taken === undefined) break;
      left -= taken;
      // Only what led to this failure is safe: what came later may have trapped already, but not
      // natively.
      if (taken < 0n) this.#safe = -taken;
      else if (isSafe) {
        this.#safe -= taken;
        if (this.#safe === 0n) this.save();
      }
    }
    return steps - left;
  }

  save(): State {
    if (this.#form !== undefined && this.#since !== 0n) this.#state = this.#form.interpretation.save();
    this.#since = 0n;
    this.#nativeSince = 0n;
    return this.#state;
  }

  /** Another run needs the machine. */
  giveWay(): void {
    this.save();
    this.#form = undefined;
  }

  /** Takes some steps, less than none if it had to go back; undefined if the machine has halted. */
  #advance(left: bigint): bigint | undefined {
    if (this.#form === undefined && isHalted(this.#state)) return undefined;
    if (this.#form === undefined && left <= walkOf(this.#state)) return this.#walk(left);
    const { interpretation, machine } = this.#open();
    if (machine === undefined) return this.#goAlone(left);
    const { stepper } = interpretation;
    if (stepper === undefined) {
      // Only the reference can tell what comes next: the interpreter leaves the machine for it.
      this.#form = { interpretation, machine: undefined };
      this.#alone = SEARCH;
      return this.#interpret(lesser(left, SEARCH));
    }
    if (left < this.#engine.options.leastStretch) return this.#interpret(left);
    const { patience } = this.#pace;
    if (patience > 0n) {
      this.#pace.waited();
      return this.#interpret(lesser(patience, left));
    }
    return this.#native(stepper, machine, left) ?? this.#search(stepper, left);
  }

  #open(): Form {
    if (this.#form !== undefined) return this.#form;
    const cold = isLarge(this.#state) ? 0n : this.#engine.cold;
    const held = cold > 0n ? undefined : this.#engine.hold(this.#state, this);
    if (held === undefined) {
      this.#alone = cold > 0n ? cold : this.#nextAlone;
      this.#nextAlone = lesser(2n * this.#nextAlone, MOST_ALONE);
    }
    this.#form = held ?? { interpretation: Interpretation.alone(this.#state), machine: undefined };
    this.#form.interpretation.noteRefusedGrowth(this.refusedGrowth);
    return this.#form;
  }

  /**
   * Interprets, away from the machine, until it is time to try again whether the state has a native
   * form.
   */
  #goAlone(left: bigint): bigint | undefined {
    const taken = this.#interpret(lesser(left, this.#alone));
    if (taken === undefined) return undefined;
    this.#alone -= taken;
    if (this.#alone === 0n) this.giveWay();
    return taken;
  }

  /** A native stretch; undefined if none begins here. */
  #native(stepper: Stepper, native: NativeMachine, left: bigint): bigint | undefined {
    const { machine } = stepper;
    if (machine.status !== Status.running || !this.#engine.canBegin(machine.pc, left)) return undefined;
    const bound = this.#pace.bound(lesser(lesser(left, machine.fuel), MOST_STEPS));
    if (!this.#engine.canBegin(machine.pc, bound)) return undefined;
    if (native.isBeyond(native.pagesIn(machine))) {
      this.giveWay();
      return 0n;
    }
    const isNew = machine.savepoint !== undefined && machine.savepoint !== this.#savepoint;
    this.#savepoint = machine.savepoint;
    if (this.#pace.isBounded || this.#since > (isNew ? MOST_LOST_BEFORE : MOST_LOST)) this.save();
    native.refresh();
    let end: NativeEnd;
    try {
      end = native.run(machine, bound);
    } catch (error) {
      if (!(error instanceof NotNative)) throw error;
      this.#engine.noteNotNative(error.message);
      this.#pace.missed();
      return undefined;
    }
    this.#engine.stretches++;
    if (end.kind !== "paused") return this.#goBack(end.kind, bound);
    const { taken, resumed, site } = end;
    this.#engine.resumed += resumed;
    if (site?.kind === "escape") this.#engine.noteEscape(site);
    this.#pace.went(taken);
    this.#engine.nativeSteps += taken;
    this.#nativeSince += taken;
    this.#since += taken;
    return taken === 0n ? undefined : taken;
  }

  /**
   * A stretch of so many steps failed: back to the state that was saved last, and on from there in
   * shorter ones.
   */
  #goBack(why: "trapped" | "overflowed", bound: bigint): bigint {
    this.#form = undefined;
    const lost = this.#since;
    this.#engine.nativeSteps -= this.#nativeSince;
    this.#engine.interpretedSteps -= lost - this.#nativeSince;
    this.#since = 0n;
    this.#nativeSince = 0n;
    if (why === "overflowed") return -lost;
    this.#engine.traps++;
    if (lost > 0n) return -lost;
    const patience = this.#pace.trapped(bound);
    return patience === undefined ? 0n : (this.#interpret(patience) ?? 0n);
  }

  /** Interprets up to the next place where native code can begin, not too far. */
  #search(stepper: Stepper, left: bigint): bigint | undefined {
    let taken = 0n;
    this.#form?.machine?.refresh();
    while (taken < left && taken < SEARCH) {
      if (stepper.run(1) === 0) break;
      taken += 1n;
      if (this.#engine.canBegin(stepper.machine.pc, left - taken)) break;
    }
    this.#note(taken);
    if (taken === SEARCH) this.#pace.missed();
    if (taken > 0n || stepper.stuck) return taken;
    return undefined;
  }

  /** A few steps of the reference: making an interpreter costs more than those. */
  #walk(left: bigint): bigint | undefined {
    let taken = 0n;
    for (; taken < left && !isHalted(this.#state); taken++) {
      const next = stepState(this.#state);
      noteRefusedGrowth(this.#state, next, this.refusedGrowth);
      this.#state = next;
    }
    this.#engine.interpretedSteps += taken;
    return taken === 0n ? undefined : taken;
  }

  #interpret(steps: bigint): bigint | undefined {
    const { interpretation, machine } = this.#open();
    machine?.refresh();
    const taken = interpretation.run(steps);
    this.#note(taken);
    return taken === 0n ? undefined : taken;
  }

  #note(interpreted: bigint): void {
    this.#since += interpreted;
    this.#engine.interpretedSteps += interpreted;
  }
}
