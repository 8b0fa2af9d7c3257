import { decode } from "../../../verifier/wasm/decode.ts";
import { ModuleError } from "../../../verifier/wasm/errors.ts";
import type { Features } from "../../../verifier/wasm/features.ts";
import { validate } from "../../../verifier/wasm/validate.ts";

/**
 * Decodes and validates; returns what is wrong with the module, or undefined. Any other error
 * passes.
 */
export function refusal(bytes: Uint8Array, features?: Features): ModuleError | undefined {
  try {
    validate(decode(bytes, features));
    return undefined;
  } catch (error) {
    if (error instanceof ModuleError) return error;
    throw error;
  }
}
