/** One step of a whole state: the reference step function over live trees. */
import { MASK_32 } from "../machine/machine.ts";
import { Op } from "../instructions/table.ts";
import { Status } from "../machine/codes.ts";
import { step } from "../machine/step.ts";
import { unpackWord } from "../machine/word.ts";
import { LiveAccess } from "./live-access.ts";
import type { State } from "./state.ts";

/**
 * The next state; a halted state steps to itself. Throws a StateError only where a checkpoint's
 * preimage is unknown.
 */
export function stepState(state: State): State {
  if (isHalted(state)) return state;
  const access = new LiveAccess(state);
  const registers = step(state.header, state.registers, access);
  return { header: state.header, registers, ...access.after() };
}

/** Whether a state steps to itself. */
export function isHalted(state: State): boolean {
  return state.registers.status !== Status.running;
}

/**
 * Adds the region of the memory, if the step from one state to the next was a `memory.grow` that
 * failed.
 */
export function noteRefusedGrowth({ header, code, registers }: State, next: State, into: Set<number>): void {
  if (next.registers.pc !== registers.pc + 1 || registers.pc >= 2 ** header.codeDepth) return;
  const { op, a, top } = unpackWord(code.get(registers.pc));
  if (op === Op.memoryGrow && next.stack.get(registers.base + top - 1) === MASK_32) into.add(a);
}
