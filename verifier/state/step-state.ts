/** One step of a whole state: the reference step function over live trees. */
import { Status } from "../machine/opcodes.ts";
import { step } from "../machine/step.ts";
import { LiveAccess } from "./live-access.ts";
import type { State } from "./state.ts";

/** The next state; a halted state steps to itself. Throws a StateError only where a checkpoint's preimage is unknown. */
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
