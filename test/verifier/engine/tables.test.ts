/**
 * Tables and globals that the interpreter changes between native stretches: native calls go where
 * the cells say.
 */
import { parse } from "@bytecodealliance/jco";
import { expect } from "chai";
import { Interpreter } from "../../../verifier/interpreter/interpreter.ts";
import { buildProgram, type Program } from "../../../verifier/program/build.ts";
import { encodeTransactions, encodeTypedPayload } from "../../../verifier/program/transactions.ts";
import { initialState, load } from "../../../verifier/state/program.ts";
import { eagerEngine, expectEngineAgreement, someGaps } from "../../support/agree.ts";

/** Calls through element `$i` a number of times, so that it is worth while natively. */
const CALLS = `
  (func $calls (param $i i32) (result i64)
    (local $n i32) (local $sum i64)
    (loop $more
      (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 3))
        (call_indirect $t (type $unary) (i64.extend_i32_u (local.get $n)) (local.get $i))))
      (global.set $count (i64.add (global.get $count) (i64.const 1)))
      (global.set $last (f32.convert_i32_u (local.get $n)))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $more (i32.lt_u (local.get $n) (i32.const 50))))
    (local.get $sum))`;

/**
 * What is done to the tables before element 0 to 5 are called, by the argument's lowest three bits;
 * bit 5 traps at the end.
 */
const CHANGES = [
  `(table.set $t (i32.const 1) (ref.null func))`,
  `(table.fill $t (i32.const 0) (ref.null func) (i32.const 2))`,
  `(drop (table.grow $t (ref.func $b) (i32.const 1)))`,
  `(table.copy $t $u (i32.const 0) (i32.const 0) (i32.const 3))`,
  `(table.init $t $e (i32.const 1) (i32.const 0) (i32.const 2))`,
  `(elem.drop $e)`,
  `(table.set $t (i32.const 0) (ref.func $b)) (global.set $f (table.get $t (i32.const 1)))`,
  `(table.set $t (i32.const 2) (global.get $f)) (table.fill $u (i32.const 1) (ref.func $c) (i32.const 2))`,
];

const TEXT = `(module
  (type $unary (func (param i64) (result i64)))
  (table $t 3 6 funcref) (table $u 3 3 funcref)
  (global $count (mut i64) (i64.const 0)) (global $last (mut f32) (f32.const 0)) (global $f (mut funcref) (ref.null func))
  (elem (table $t) (i32.const 0) func $a $b $c) (elem (table $u) (i32.const 0) func $c $a $a) (elem $e func $b $a)
  (func $a (type $unary) (i64.add (local.get 0) (i64.const 1)))
  (func $b (type $unary) (i64.mul (local.get 0) (i64.const 5)))
  (func $c (type $unary) (i64.xor (local.get 0) (global.get $count)))
  ${CALLS}
  (func $change (param $which i32)
    ${CHANGES.map((change, i) => `(if (i32.eq (local.get $which) (i32.const ${i})) (then ${change}))`).join("\n")})
  (func (export "run") (param $what i64) (result i64)
    (local $before i64)
    (local.set $before (call $calls (i32.and (i32.wrap_i64 (i64.shr_u (local.get $what) (i64.const 6))) (i32.const 3))))
    (call $change (i32.wrap_i64 (i64.and (local.get $what) (i64.const 7))))
    (local.set $before (i64.add (local.get $before)
      (call $calls (i32.and (i32.wrap_i64 (i64.shr_u (local.get $what) (i64.const 3))) (i32.const 3)))))
    (if (i64.ne (i64.and (local.get $what) (i64.const 32)) (i64.const 0)) (then unreachable))
    (local.get $before)))`;

async function built(): Promise<Program> {
  return buildProgram([{ name: "tables", bytes: Uint8Array.from(await parse(TEXT)) }], { convention: "typed" });
}

describe("engine / tables", () => {
  it("calls what the tables hold, whoever changed them, and after they went back", async () => {
    const program = await built();
    const engine = eagerEngine(program);
    for (const seed of [1, 2, 3]) {
      const transactions = someGaps(256, 60, seed).map((what, i) => ({
        fuel: i % 9 === 8 ? 900n : 10n ** 6n,
        keep: i % 2 === 0,
        payload: encodeTypedPayload(0, [BigInt(what)]),
      }));
      const start = load(initialState(program.image), encodeTransactions(transactions), 10n ** 9n);
      const total = Interpreter.load(start).run(Number.MAX_SAFE_INTEGER);
      const { states } = expectEngineAgreement(engine, start, someGaps(4000, 400, seed));
      expect(states).to.be.greaterThan(total / 4000);
    }
    expect(engine.report.nativeSteps > engine.report.interpretedSteps / 2n).to.equal(true);
    expect([...engine.report.escapes.keys()]).to.include.members([
      "table.set",
      "table.fill",
      "table.grow",
      "table.copy",
    ]);
  });

  it("finds an element that was taken away", async () => {
    const program = await built();
    // Element 1 is called, then taken away and called; and called again where that went back.
    const calls = [64 + 8 * 1 + 0, 64 + 8 * 1 + 5, 64 + 8 * 0 + 1, 64 + 8 * 1 + 7, 64 + 8 * 0 + 6];
    for (const keep of [true, false]) {
      const transactions = calls.map((what) => ({
        fuel: 10n ** 6n,
        keep,
        payload: encodeTypedPayload(0, [BigInt(what)]),
      }));
      const start = load(initialState(program.image), encodeTransactions(transactions), 10n ** 9n);
      const engine = eagerEngine(program);
      const { steps } = expectEngineAgreement(engine, start, [2 ** 40]);
      expectEngineAgreement(engine, start, [Math.ceil(steps / 7), 300]);
      expect(engine.report.traps).to.be.greaterThan(0);
    }
  });
});
