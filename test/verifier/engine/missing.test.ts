/** Programs with imports that nobody provides: calls of them trap, all else runs natively. */
import { expect } from "chai";
import { buildProgram } from "../../../verifier/program/build.ts";
import { encodeTransactions, encodeTypedPayload } from "../../../verifier/program/transactions.ts";
import { initialState, load } from "../../../verifier/state/program.ts";
import { assemble } from "../../agents/guests.ts";
import { eagerEngine, expectEngineAgreement, someGaps } from "../../support/agree.ts";

const MODULE = `(module
  (import "nobody" "provides" (func $missing (param i32) (result i32)))
  (func (export "run") (param $n i32) (param $calls i32) (result i32) (local $sum i32)
    (loop $next
      (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 7)) (local.get $n)))
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (if (result i32) (local.get $calls) (then (call $missing (local.get $sum))) (else (local.get $sum)))))`;

describe("engine / missing imports", () => {
  it("agrees with the interpreter before, in and after a call of what is missing", async () => {
    const program = buildProgram([{ name: "guest", bytes: await assemble(MODULE) }], {
      convention: "typed",
      allowMissingImports: true,
    });
    const payloads = [0n, 1n, 0n].map((calls) => encodeTypedPayload(0, [3000n, calls]));
    const input = encodeTransactions(payloads.map((payload) => ({ fuel: 10n ** 6n, keep: false, payload })));
    const engine = eagerEngine(program);
    const start = load(initialState(program.image), input, 10n ** 8n);
    expectEngineAgreement(engine, start, someGaps(5000, 100));
    expect(engine.interpreted.map(({ reason }) => reason)).to.deep.equal(["nobody provides it"]);
    expect(engine.report.nativeSteps > engine.report.interpretedSteps).to.equal(true);
  });
});
