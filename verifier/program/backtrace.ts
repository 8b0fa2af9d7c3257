/**
 * Which functions were running in a state: the return addresses on the stack, led back to the
 * modules' functions.
 */
import { unpackReturnAddress } from "../machine/word.ts";
import type { State } from "../state/state.ts";
import type { Program } from "./build.ts";
import type { SourceLocation } from "./map.ts";

/** A function that was running, and the instruction that it was at. */
export interface Frame extends SourceLocation {
  /** Whether it is the start function of its module. */
  readonly isStart: boolean;
}

/** Frames of a state. */
export interface Backtrace {
  /** The innermost first. Frames of the driver, which called the program, are left out. */
  readonly frames: readonly Frame[];
  /**
   * Frames that are left out between the last two of `frames` because there are more than were
   * asked for.
   */
  readonly omitted: number;
}

/** Frames that are listed at most, the outermost among them. */
const MOST = 30;

/**
 * Walks the stack of a state from the innermost frame outwards. A frame is
 * `arguments | return address | locals | operands`, so the return address lies right above as many
 * slots as the function has parameters.
 * @param state - of this program; where its stack is ill-formed, the walk ends
 */
export function backtrace(program: Program, state: State, most: number = MOST): Backtrace {
  const all = [...runningFunctions(program, state)];
  const frames = all.length > most ? [...all.slice(0, most - 1), ...all.slice(-1)] : all;
  return { frames, omitted: all.length - frames.length };
}

function* runningFunctions({ map, instances }: Program, { registers, stack }: State): Generator<Frame> {
  let { pc, base } = registers;
  // Bases fall from frame to frame, so the walk ends.
  for (let last = Infinity; base < last;) {
    last = base;
    const location = map.locate(pc);
    const parameters = map.parameters(pc);
    if (location === undefined || parameters === undefined) return;
    const instance = instances[location.module];
    // Code that initializes an instance has no index, and no name that its author knows.
    if (location.function !== undefined && instance?.isDriver === false) {
      yield { ...location, isStart: instance.module.start?.function === location.function };
    }
    const caller = unpackReturnAddress(stack.get(base + parameters));
    // It holds the pc after the call, and is zero at the bottom.
    [pc, base] = [caller.pc - 1, caller.base];
  }
}
