/** How values are held natively: references by the 64 bits that the machine gives them. */
import type { ValueType } from "../wasm/types.ts";
import { NotNative } from "./not-native.ts";

export type NativeType = "i32" | "i64" | "f32" | "f64";

/** A function type of native values. */
export interface NativeSignature {
  readonly params: readonly NativeType[];
  readonly results: readonly NativeType[];
}

/**
 * The native type of a value.
 * @throws NotNative for vectors
 */
export function nativeType(type: ValueType): NativeType {
  switch (type) {
    case "funcref":
    case "externref":
      return "i64";
    case "v128":
      throw new NotNative("it uses vectors");
    default:
      return type;
  }
}

/** V8 takes 1000 parameters and as many results; the engine adds two and one. */
const MAX_VALUES = 998;

/**
 * The native types of a function.
 * @throws NotNative for vectors, and for more values than V8 takes
 */
export function nativeSignature(type: {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}): NativeSignature {
  if (Math.max(type.params.length, type.results.length) > MAX_VALUES) {
    throw new NotNative(`there are more than ${MAX_VALUES} parameters or results`);
  }
  return { params: type.params.map(nativeType), results: type.results.map(nativeType) };
}

/** A signature as text: equal for equal signatures. */
export function signatureKey({ params, results }: NativeSignature): string {
  return `${params.join(" ")}>${results.join(" ")}`;
}

/** Whether the upper half of a slot that holds such a value is zero. */
export const isNarrow = (type: NativeType): boolean => type === "i32" || type === "f32";
