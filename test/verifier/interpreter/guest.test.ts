/**
 * A compiled backend: every transaction on the interpreter ends as it does on V8, and leaves the
 * same memory behind.
 */
import { expect } from "chai";
import { Interpreter } from "../../../verifier/interpreter/interpreter.ts";
import { Outcome, Status, Trap } from "../../../verifier/machine/codes.ts";
import { buildProgram } from "../../../verifier/program/build.ts";
import { resultsOf } from "../../../verifier/program/fragment.ts";
import { encodeTransactions } from "../../../verifier/program/transactions.ts";
import { initialState, load } from "../../../verifier/state/program.ts";
import { guest } from "../../../examples/build.ts";
import { ledgerTransactions } from "../../../examples/ledger/transactions.ts";
import { expectAgreement, identity } from "../../support/agree.ts";

/** Transactions a fragment. */
const FRAGMENT = 50;

/**
 * The ledger on V8. A request that traps leaves no trace there either: all that went well before is
 * done once more.
 */
class LedgerOnV8 {
  readonly #module: WebAssembly.Module;
  readonly #done: Uint8Array[] = [];
  #exports: WebAssembly.Exports;

  constructor(bytes: Uint8Array) {
    this.#module = new WebAssembly.Module(Uint8Array.from(bytes));
    this.#exports = new WebAssembly.Instance(this.#module).exports;
  }

  get memory(): Uint8Array {
    return new Uint8Array((this.#exports["memory"] as WebAssembly.Memory).buffer);
  }

  /** The answer, or undefined if the request traps. */
  request(payload: Uint8Array): Uint8Array | undefined {
    try {
      const answer = this.#call(payload);
      this.#done.push(payload);
      return answer;
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      this.#exports = new WebAssembly.Instance(this.#module).exports;
      for (const earlier of this.#done) this.#call(earlier);
      return undefined;
    }
  }

  #call(payload: Uint8Array): Uint8Array {
    const { allocate, invoke } = this.#exports as Record<string, (...args: number[]) => number>;
    const pointer = allocate?.(payload.length) ?? 0;
    this.memory.set(payload, pointer);
    const result = invoke?.(pointer, payload.length) ?? 0;
    const length = new DataView(this.memory.buffer).getUint32(result, true);
    return this.memory.slice(result + 4, result + 4 + length);
  }
}

describe("interpreter / ledger", () => {
  it("answers every request as V8 does", async () => {
    const bytes = await guest("ledger");
    const { image } = buildProgram([{ name: "ledger", bytes }], { convention: "payload" });
    const v8 = new LedgerOnV8(bytes);
    const transactions = ledgerTransactions();
    let state = initialState(image);
    let trapped = 0;
    for (let first = 0; first < transactions.length; first += FRAGMENT) {
      const fragment = transactions.slice(first, first + FRAGMENT);
      const interpreter = Interpreter.load(load(state, encodeTransactions(fragment), 10n ** 9n));
      interpreter.run(Number.MAX_SAFE_INTEGER);
      expect(interpreter.stuck).to.equal(false);
      expect(interpreter.status).to.equal(Status.yielded);
      state = interpreter.save();
      const results = resultsOf(state);
      expect(results).to.have.length(fragment.length);
      fragment.forEach(({ payload }, i) => {
        const answer = v8.request(payload);
        if (answer === undefined) trapped++;
        const result = results[i];
        expect(result?.output).to.deep.equal(answer ?? new Uint8Array());
        expect(result?.kind).to.equal(answer === undefined ? Outcome.trap : Outcome.success);
        if (answer === undefined) expect(result?.code).to.equal(Trap.unreachable);
      });
      const { memory } = v8;
      expect(state.registers.sizes >> 192n).to.equal(BigInt(memory.length / 65_536));
      const difference = Buffer.compare(state.memory.readBytes(0, memory.length / 32), memory);
      expect(difference, `memory after ${first + FRAGMENT} transactions`).to.equal(0);
    }
    expect(trapped).to.be.greaterThan(10);
  });

  it("is in the reference's state at pauses all over its first transactions", async () => {
    const { image } = buildProgram([{ name: "ledger", bytes: await guest("ledger") }], { convention: "payload" });
    const input = encodeTransactions(ledgerTransactions(60).slice(0, 6));
    const { steps, end } = expectAgreement(load(initialState(image), input, 10n ** 9n), [1_237, 411, 3_001]);
    expect(steps).to.be.greaterThan(20_000);
    const whole = Interpreter.load(load(initialState(image), input, 10n ** 9n));
    expect(whole.run(steps)).to.equal(steps);
    expect(identity(whole.save())).to.deep.equal(identity(end));
  });
});
