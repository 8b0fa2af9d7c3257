/**
 * Values of scripts and of the machine: arguments become bits, results are compared with what a
 * script expects.
 */
import { CANONICAL_NAN } from "../../verifier/machine/floats.ts";
import { packExternal, ReferenceTag, unpackReference } from "../../verifier/machine/word.ts";
import { parseFloatText } from "../../verifier/program/float-text.ts";
import type { WastValue } from "./wast.ts";

/**
 * How an action ended: with values, each as 64 bits, with a trap, of which the text is known, or
 * not at all.
 */
export type Ending = { readonly values: readonly bigint[] } | { readonly trap: string } | { readonly failure: string };

const WIDTH = { f32: 32, f64: 64 } as const;

/**
 * The 64 bits that stand for a value.
 * @returns undefined for a value that the machine has no bits for: a vector, an object of the
 *   garbage collector
 */
export function bitsOf(value: WastValue): bigint | undefined {
  switch (value.type) {
    case "i32":
    case "i64":
      return value.value;
    case "f32":
    case "f64":
      return parseFloatText(value.literal, WIDTH[value.type]);
    case "ref":
      if (value.form === "ref.null") return 0n;
      return value.form === "ref.extern" && value.operands[0] !== undefined
        ? packExternal(Number(value.operands[0]))
        : undefined;
    default:
      return undefined;
  }
}

/** Whether an action returned what is expected of it. */
export function isExpected(ending: Ending, expected: readonly WastValue[]): boolean {
  if (!("values" in ending) || ending.values.length !== expected.length) return false;
  return expected.every((value, i) => isValue(ending.values[i] ?? -1n, value));
}

/**
 * Whether bits are what a script expects. `nan:canonical` and `nan:arithmetic` leave the sign open,
 * the latter all bits of the fraction but the highest too (interpreter/README.md of the
 * specification); `ref.func` and `ref.extern` without a number stand for any.
 */
export function isValue(found: bigint, expected: WastValue): boolean {
  if (expected.type === "either") return expected.choices.some((choice) => isValue(found, choice));
  if ((expected.type === "f32" || expected.type === "f64") && /^nan:[ac]/.test(expected.literal)) {
    const width = WIDTH[expected.type];
    const magnitude = BigInt.asUintN(width - 1, found);
    const canonical = CANONICAL_NAN[width];
    const fits = expected.literal === "nan:canonical" ? magnitude === canonical : (magnitude & canonical) === canonical;
    return fits && found < 1n << BigInt(width);
  }
  if (expected.type === "ref" && expected.operands.length === 0) {
    if (expected.form === "ref.func") return unpackReference(found).tag === ReferenceTag.function;
    if (expected.form === "ref.extern") return unpackReference(found).tag === ReferenceTag.external;
  }
  return bitsOf(expected) === found;
}

/**
 * Whether an action trapped as expected. A script may say more than the trap does, for example
 * which element it was.
 */
export function isTrap(ending: Ending, message: string): boolean {
  return "trap" in ending && message.startsWith(ending.trap);
}

/** What became of an action, for a report. */
export function describeEnding(ending: Ending): string {
  if ("failure" in ending) return ending.failure;
  if ("trap" in ending) return `trap: ${ending.trap}`;
  return ending.values.length === 0 ? "nothing" : ending.values.map((bits) => `0x${bits.toString(16)}`).join(", ");
}
