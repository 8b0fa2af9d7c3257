/**
 * Where it matters which NaN a value is. As long as a value stays among arithmetic, comparisons and
 * locals that only arithmetic assigns, any NaN is as good as another; it is made canonical where
 * its bits could be seen: by a store, a call, a branch, an instruction that keeps bits, a frame
 * that is written out.
 */
import { Crash } from "../errors.ts";
import { isArithmetic } from "./canonical.ts";
import { Op, operationOf } from "../instructions/table.ts";
import type { Body, Step } from "./body.ts";

/**
 * What is known of an operand: a step whose NaNs are V8's choice, that it is no such NaN, or
 * that its bits must stay.
 */
type Origin = number | "settled" | "raw";

/** The result of the analysis of a function. */
export interface NanFlow {
  /** Steps whose result has to be made canonical: arithmetic, and `local.get` of loose locals. */
  readonly seen: ReadonlySet<number>;
  /** Locals that may hold any NaN where a canonical one is meant. */
  readonly loose: ReadonlySet<number>;
}

const isFloat = (type: string | undefined): boolean => type === "f32" || type === "f64";

/** Comparisons and conversions to integers: a NaN is a NaN to them. */
const isIndifferent = (op: number): boolean =>
  (op >= 0x5b && op <= 0x66) ||
  (op >= 0xa8 && op <= 0xab) ||
  (op >= 0xae && op <= 0xb1) ||
  (op >= 0xfc00 && op <= 0xfc07);

/** Conversions from integers, which give no NaN. */
const isFromInteger = (op: number): boolean => (op >= 0xb2 && op <= 0xb5) || (op >= 0xb7 && op <= 0xba);

/**
 * Analyses a function: locals are taken for loose until one of their assignments shows that they
 * are not.
 */
export function nanFlow({ steps, locals, signature }: Body): NanFlow {
  const loose = new Set<number>();
  locals.forEach((type, i) => {
    if (isFloat(type) && i >= signature.params.length) loose.add(i);
  });
  for (;;) {
    const seen = new Set<number>();
    const before = loose.size;
    trace(steps, loose, seen);
    if (loose.size === before) return { seen, loose };
  }
}

/**
 * Goes through the steps with what is on the operand stack since the last one that control may come
 * to or leave from.
 */
function trace(steps: readonly Step[], loose: Set<number>, seen: Set<number>): void {
  let stack: Origin[] = [];
  const pop = (): Origin => stack.pop() ?? "raw";
  const see = (origin: Origin): void => {
    if (typeof origin === "number") seen.add(origin);
  };
  steps.forEach((step, i) => {
    const { op, immediate, treatment } = step;
    if (treatment === "constant") {
      stack.push("raw");
      return;
    }
    if (treatment !== "plain") {
      stack.forEach(see);
      stack = [];
      return;
    }
    switch (op) {
      case Op.drop:
        pop();
        return;
      case Op.select:
      case Op.selectTyped:
        pop();
        see(pop());
        see(pop());
        stack.push("raw");
        return;
      case Op.refIsNull:
        pop();
        stack.push("raw");
        return;
      case Op.globalGet:
        stack.push("raw");
        return;
      case Op.globalSet:
        see(pop());
        return;
      case Op.f32Const:
      case Op.f64Const:
        stack.push(isNaNConstant(step) ? "raw" : "settled");
        return;
    }
    if (immediate.kind === "local") return traceLocal(i, op, immediate.local);
    const type = operationOf(op).signature;
    if (type === undefined) throw new Crash(`opcode ${op} has no signature`);
    const taken = type.params.map(pop);
    if (!isArithmetic(op) && !isIndifferent(op)) taken.forEach(see);
    for (const _ of type.results) stack.push(isArithmetic(op) ? i : isFromInteger(op) ? "settled" : "raw");
  });

  function traceLocal(i: number, op: number, local: number): void {
    if (op === Op.localGet) {
      stack.push(loose.has(local) ? i : "raw");
      return;
    }
    const value = pop();
    if (value === "raw") loose.delete(local);
    if (!loose.has(local)) see(value);
    if (op === Op.localTee) stack.push(value);
  }
}

function isNaNConstant({ immediate }: Step): boolean {
  if (immediate.kind === "f32") return (immediate.bits & 0x7fff_ffff) > 0x7f80_0000;
  return immediate.kind === "f64" && (immediate.bits & 0x7fff_ffff_ffff_ffffn) > 0x7ff0_0000_0000_0000n;
}
