/** Makes modules acceptable that use what is not supported here and there: the functions that do so trap instead. */
import { decode } from "../../../verifier/wasm/decode.ts";
import { UnsupportedError } from "../../../verifier/wasm/errors.ts";
import { validate } from "../../../verifier/wasm/validate.ts";

const NO_LOCALS = 0x00;
const UNREACHABLE = 0x00;
const NOP = 0x01;
const END = 0x0b;

/** A module, and the functions of it that have lost their bodies. */
export interface Neutered {
  readonly bytes: Uint8Array;
  readonly functions: ReadonlySet<number>;
}

/** The module with every function that is not supported replaced; undefined if something else is not supported. */
export function neuter(original: Uint8Array): Neutered | undefined {
  const bytes = original.slice();
  const functions = new Set<number>();
  for (;;) {
    try {
      validate(decode(bytes));
      return { bytes, functions };
    } catch (error) {
      const index = error instanceof UnsupportedError ? error.function?.index : undefined;
      const body = index === undefined ? undefined : decode(bytes).functions[index]?.body;
      if (index === undefined || body === undefined || functions.has(index)) return undefined;
      bytes.fill(NOP, body.start, body.end);
      bytes.set([NO_LOCALS, UNREACHABLE], body.start);
      bytes[body.end - 1] = END;
      functions.add(index);
    }
  }
}
