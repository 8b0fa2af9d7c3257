/** What generated code refers to, by indices that differ between generated modules. */
import type { NativeSignature, NativeType } from "./native-type.ts";

export interface IndexSpace {
  type(signature: NativeSignature): number;
  function(id: number): number;
  /** The global that stands for a cell; floats and references are held as integers. */
  global(cell: number, type: NativeType): number;
  /** The memory of a region. */
  memory(region: number): number;
  table(firstCell: number): number;
  /** The engine's own memory. */
  readonly side: number;
  /** Global, i64: address up to which frames may begin. */
  readonly frameLimit: number;
  /** Function (d, s, n) → steps of the move that follows a check. */
  readonly pieces: number;
}

/** The integer that holds a global of a type. */
export function carrier(type: NativeType): "i32" | "i64" {
  return type === "i32" || type === "f32" ? "i32" : "i64";
}

/**
 * A guest's function type as generated modules have it: counter and room for frames come in, the
 * counter comes out.
 */
export function instrumented({ params, results }: NativeSignature): NativeSignature {
  return { params: [...params, "i64", "i64"], results: [...results, "i64"] };
}
