/** Where the randomness of generated programs comes from. */
import { toBits } from "../../verifier/machine/floats.ts";
import { SPECIAL } from "../verifier/machine/float-operands.ts";
import type { Value } from "./references.ts";
import type { Integer, Scalar } from "./scalars.ts";

/** Numbers that decide what is generated. */
export class Draw {
  readonly #numbers: readonly number[];
  #position = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  /** From 0 up to, not including, `bound`. */
  below(bound: number): number {
    return (this.#numbers[this.#position++] ?? 0) % bound;
  }

  /** True once in `odds` draws. */
  chance(odds: number): boolean {
    return this.below(odds) === odds - 1;
  }

  pick<T>(list: readonly [T, ...T[]]): T {
    return list[this.below(list.length)] ?? list[0];
  }

  /** Both small numbers and those near the ends of the range. */
  integer(type: Integer): bigint {
    const bits = type === "i32" ? 32 : 64;
    const base = this.pick([0n, 0n, 1n << BigInt(bits - 1), -1n, BigInt(this.below(65_536)) << BigInt(this.below(48))]);
    return BigInt.asIntN(bits, base + BigInt(this.below(64)) - 8n);
  }

  /**
   * The bits of a value, as a signed integer: of a float, special ones, small integers, and any.
   */
  bits(type: Scalar): bigint {
    if (type === "i32" || type === "i64") return this.integer(type);
    const width = type === "f32" ? 32 : 64;
    const special = SPECIAL[width];
    const digits = BigInt(this.below(65_536));
    const wild = (digits << BigInt(width - 16)) | (digits * 0x9e37n);
    const chosen = special[this.below(special.length)] ?? 0n;
    return BigInt.asIntN(width, this.pick([toBits(this.below(99) - 40, width), chosen, chosen, wild]));
  }

  type(): Scalar {
    return this.pick<Scalar>(["i32", "i64", "i32", "i64", "f32", "f64"]);
  }

  types(most: number): Scalar[] {
    return Array.from({ length: this.below(most + 1) }, () => this.type());
  }

  /** Mostly a number. */
  value(): Value {
    return this.chance(4) ? this.pick<Value>(["funcref", "externref", "funcref"]) : this.type();
  }

  values(most: number): Value[] {
    return Array.from({ length: this.below(most + 1) }, () => this.value());
  }
}
