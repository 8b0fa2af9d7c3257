/**
 * Makes NaNs of arithmetic canonical: which one arithmetic gives is V8's choice, but the
 * machine has only one.
 */
import { NUMERIC, Op, operationOf } from "../instructions/table.ts";
import { CANONICAL_NAN } from "../machine/floats.ts";
import type { Assembly } from "./assembly.ts";

/**
 * Instructions that compute a float of floats, but for those that keep bits: any NaN may be their
 * result, of this type.
 */
const ARITHMETIC: ReadonlyMap<number, "f32" | "f64"> = new Map(
  [...NUMERIC].flatMap(([op, { name, family }]): [number, "f32" | "f64"][] => {
    const { params = [], results = [] } = operationOf(op).signature ?? {};
    const [from] = params;
    const [type] = results;
    const computes = family === "float" && (from === "f32" || from === "f64") && !/\.(abs|neg|copysign)$/.test(name);
    return computes && (type === "f32" || type === "f64") ? [[op, type]] : [];
  }),
);

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
    code.put(type === "f32" ? Op.f32Const : Op.f64Const);
    code.fixed(CANONICAL_NAN[type === "f32" ? 32 : 64], type === "f32" ? 4 : 8);
    code.get(value);
    code.get(value);
    code.put(type === "f32" ? Op.f32Eq : Op.f64Eq, Op.select);
  }
}
