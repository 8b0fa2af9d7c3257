/**
 * The fragment runner: one fragment after the other, on any executor, with receipts and progress.
 */
import { expect } from "chai";
import { engineExecutor } from "../../../verifier/engine/executor.ts";
import { interpreterExecutor } from "../../../verifier/interpreter/execute.ts";
import { Outcome, Trap } from "../../../verifier/machine/codes.ts";
import { buildProgram, type Program } from "../../../verifier/program/build.ts";
import { begin, endingAt, endingOf, runFragment, runLoaded } from "../../../verifier/program/fragment.ts";
import { encodeTransactions, encodeTypedPayload, type Transaction } from "../../../verifier/program/transactions.ts";
import { initialState } from "../../../verifier/state/program.ts";
import { type State, StateError, stateRoot } from "../../../verifier/state/state.ts";
import { steppingExecutor } from "../../../verifier/state/executor.ts";
import { textGuest } from "../../support/text-guest.ts";

const BUDGET = 1n << 32n;

describe("a fragment", () => {
  let program: Program;
  let initial: State;
  before(async () => {
    program = buildProgram([{ name: "guest", bytes: await textGuest("counter") }], { convention: "typed" });
    initial = initialState(program.image);
  });

  const call = (name: string, ...args: readonly bigint[]): Transaction => {
    const number = program.exports.findIndex((exported) => exported.name === name);
    return { fuel: 10_000n, keep: false, payload: encodeTypedPayload(number, args) };
  };

  for (const [name, executor] of [
    ["the interpreter", () => interpreterExecutor],
    ["the engine", () => engineExecutor(program)],
    ["the step function", () => steppingExecutor],
  ] as const) {
    it(`goes from state to state, with receipts, on ${name}`, () => {
      const options = { budget: BUDGET, executor: executor() };
      const first = runFragment(initial, [call("add", 5n), call("add_and_trap", 7n)], options);
      const second = runFragment(first.final, [call("add", 3n)], options);
      expect(first.results.map(({ kind, code }) => [kind, code])).deep.equal([
        [Outcome.success, 0],
        [Outcome.trap, Trap.unreachable],
      ]);
      expect(second.results.map(({ output }) => new DataView(output.buffer).getBigInt64(0, true))).deep.equal([8n]);
      expect(endingAt(first.final, 1)).include({ status: "trapped", trap: "unreachable" });
      expect(endingAt(first.final, 2)).equal(undefined);
      expect(endingOf(second.final).status).equal("returned");
      const { fuel, reserve } = first.final.registers;
      expect(first.steps).equal(BUDGET - fuel - reserve);
    });
  }

  it("is the same from transactions, from their bytes, and loaded before", () => {
    const options = { budget: BUDGET, executor: interpreterExecutor };
    const transactions = [call("add", 5n), call("both")];
    const input = encodeTransactions(transactions);
    const roots = [
      runFragment(initial, transactions, options),
      runFragment(initial, input, options),
      runLoaded(begin(program, input, BUDGET), options),
    ].map(({ final }) => stateRoot(final));
    expect(roots[1]).deep.equal(roots[0]);
    expect(roots[2]).deep.equal(roots[0]);
    const other = runFragment(initial, [call("add", 6n), call("both")], options);
    expect(stateRoot(other.final)).not.deep.equal(roots[0]);
  });

  it("ends when its budget is spent, and nothing follows then", () => {
    const options = { budget: 20n, executor: interpreterExecutor };
    const spent = runFragment(initial, [call("add", 1n)], options);
    expect(spent.steps).equal(21n);
    expect(endingOf(spent.final)).include({ status: "trapped", trap: "out of fuel" });
    expect(() => runFragment(spent.final, [], options)).throw(StateError, "yielded");
  });

  it("tells how far it is", () => {
    const told: bigint[] = [];
    const spin = { ...call("spin"), fuel: 25_000_000n };
    const executor = engineExecutor(program);
    const { steps } = runFragment(initial, [spin], { budget: BUDGET, executor, onSteps: (done) => told.push(done) });
    expect(told[0]).equal(1_000_000n);
    expect(told.every((done, i) => i === 0 || done > (told[i - 1] ?? 0n))).equal(true);
    expect(told.at(-1)! < steps).equal(true);
  });
});
