/** Proofs of single steps, made from a whole state (`docs/machine.md`, Witness of a step). */
import { concatenate } from "../concatenate.ts";
import { step } from "../machine/step.ts";
import { LiveAccess } from "../state/live-access.ts";
import { recordBytes, type State } from "../state/state.ts";
import { encodeOpening } from "./opening.ts";

/** A step's proof and what it leads to. */
export interface StepProof {
  /** What `StepVerifier` takes beside the state root. */
  readonly witness: Uint8Array;
  readonly next: State;
}

/**
 * Proves the step of a state. Throws a StateError only where the step needs a checkpoint whose
 * preimage is unknown.
 */
export function prove(state: State): StepProof {
  const parts: Uint8Array[] = [recordBytes(state)];
  const access = new LiveAccess(state, {
    opened: (opening) => parts.push(encodeOpening(opening)),
    restored: (checkpoint) => parts.push(checkpoint.preimage()),
  });
  const registers = step(state.header, state.registers, access);
  return { witness: concatenate(parts), next: { header: state.header, registers, ...access.after() } };
}
