/**
 * SHA-256 (FIPS 180-4), with which CometBFT hashes blocks. The hasher is created once, when this
 * module loads; from then on every call is synchronous.
 */
import { createSHA256 } from "hash-wasm";

const hasher = await createSHA256();

/** SHA-256 of some bytes in a row: 32 bytes, not shared with anything. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  hasher.init();
  for (const part of parts) hasher.update(part);
  return hasher.digest("binary");
}
