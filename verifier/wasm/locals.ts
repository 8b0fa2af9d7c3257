/**
 * Types of a function's parameters and locals, without a copy of a declaration for each of them.
 */
import { readValueType } from "./decode-types.ts";
import type { Features } from "./features.ts";
import { Reader } from "./reader.ts";
import type { FunctionBody, ValueType } from "./types.ts";

/**
 * Runs of locals of one type. Six bytes can declare 50,000 locals, so they are never written out
 * one by one.
 */
export class Locals {
  readonly count: number;
  private readonly params: readonly ValueType[];
  /** Index after the last local of each run, ascending. */
  private readonly ends: number[] = [];
  private readonly types: ValueType[] = [];

  constructor(bytes: Uint8Array, body: FunctionBody, params: readonly ValueType[], features: Features) {
    this.params = params;
    const reader = new Reader(bytes, body.start, body.code);
    let end = params.length;
    for (let groups = reader.u32(); groups > 0; groups--) {
      const count = reader.u32();
      const type = readValueType(reader, features);
      if (count === 0) continue;
      end += count;
      this.ends.push(end);
      this.types.push(type);
    }
    this.count = end;
  }

  /** Type of a local; undefined if there is none. */
  type(index: number): ValueType | undefined {
    if (index < this.params.length) return this.params[index];
    let low = 0;
    let high = this.ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.ends[middle] as number) <= index) low = middle + 1;
      else high = middle;
    }
    return this.types[low];
  }
}
