/**
 * Thrown where the engine leaves something to the interpreter; the message completes "it is
 * interpreted, because …".
 */
export class NotNative extends Error {
  override name = "NotNative";
}
