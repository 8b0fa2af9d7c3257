/** Why something could not be computed, in one line. */
import { bytesToHex, type Hex } from "viem";
import { Problem } from "../../verifier/errors.ts";
import { escaped } from "../../verifier/printable.ts";
import { inputRoot } from "../../verifier/state/program.ts";
import type { Submitted } from "./replayer.ts";

/**
 * Whoever reads the chain for us gave other bytes than those that were submitted: nothing can be
 * computed from them.
 */
export class WrongInput extends Problem {
  override readonly name = "WrongInput";

  /** @param actual root of the bytes */
  constructor({ index, inputRoot: submitted, input }: Submitted, actual: Hex) {
    const problem = `the ${input.length} bytes of fragment ${index} have root ${actual}, but ${submitted} was submitted`;
    super(problem, { hint: "ask another node of the chain" });
  }
}

/** @throws WrongInput if a fragment's bytes are not those that were submitted */
export function checkInput(fragment: Submitted): void {
  const root = bytesToHex(inputRoot(fragment.input));
  if (root !== fragment.inputRoot) throw new WrongInput(fragment, root);
}

/** An error in one line, with what can be done about it. */
export function reasonOf(error: unknown): string {
  if (error instanceof Problem && error.hint !== undefined) return `${error.message}; ${error.hint}`;
  return escaped(error instanceof Error ? error.message : String(error));
}
