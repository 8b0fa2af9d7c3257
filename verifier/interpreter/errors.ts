/** Why a state cannot run on the interpreter. */

/**
 * Thrown when a state has something that the interpreter's fast form cannot hold: a value of more
 * than 64 bits where only integers belong, something above the live top of the stack, a header that
 * does not fit its trees. The message says what and where. The reference step function runs such a
 * state; `execute` falls back to it by itself.
 */
export class NotWellFormed extends Error {
  override name = "NotWellFormed";
}
