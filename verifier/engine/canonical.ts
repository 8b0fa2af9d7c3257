/** Makes NaNs of arithmetic canonical: which one arithmetic gives is the host's choice, but the machine has only one. */
import { CANONICAL_NAN } from "../machine/floats.ts";
import { A, type Assembly } from "./assembly.ts";

/** f32 and f64: ceil floor trunc nearest sqrt add sub mul div min max; demote and promote. */
const ARITHMETIC: ReadonlyMap<number, "f32" | "f64"> = new Map([
  ...[0x8d, 0x8e, 0x8f, 0x90, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97].map((op) => [op, "f32"] as const),
  ...[0x9b, 0x9c, 0x9d, 0x9e, 0x9f, 0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5].map((op) => [op, "f64"] as const),
  [0xb6, "f32"],
  [0xbb, "f64"],
]);

/** Whether an instruction may give any NaN. */
export const isArithmetic = (op: number): boolean => ARITHMETIC.has(op);

export class Canonical {
  readonly #code: Assembly;
  readonly #temporary: (type: "f32" | "f64") => number;

  /** `temporary` gives a local of a type that nothing else uses. */
  constructor(code: Assembly, temporary: (type: "f32" | "f64") => number) {
    this.#code = code;
    this.#temporary = temporary;
  }

  /** Replaces the result of arithmetic if it is a NaN. */
  settleResult(op: number): void {
    const type = ARITHMETIC.get(op);
    if (type !== undefined) this.settle(type);
  }

  /** Replaces the value on the stack if it is a NaN. */
  settle(type: "f32" | "f64"): void {
    const code = this.#code;
    const value = this.#temporary(type);
    code.tee(value);
    code.put(type === "f32" ? A.f32Const : A.f64Const);
    code.fixed(CANONICAL_NAN[type === "f32" ? 32 : 64], type === "f32" ? 4 : 8);
    code.get(value);
    code.get(value);
    code.put(type === "f32" ? A.f32Eq : A.f64Eq, A.select);
  }
}
