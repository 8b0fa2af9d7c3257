/**
 * A replay runs what the chain has: its bytes are checked, and what the chain takes back is
 * forgotten.
 */
import { expect } from "chai";
import { bytesToHex } from "viem";
import { Replay, type Submitted, WrongInput } from "../../../agents/worker/replay.ts";
import { Crash } from "../../../verifier/errors.ts";
import { interpreterExecutor } from "../../../verifier/interpreter/execute.ts";
import { buildProgram, type Program } from "../../../verifier/program/build.ts";
import { runFragment } from "../../../verifier/program/fragment.ts";
import { encodeTransactions, encodeTypedPayload } from "../../../verifier/program/transactions.ts";
import { initialState, inputRoot } from "../../../verifier/state/program.ts";
import { textGuest } from "../../support/text-guest.ts";

describe("Replay", () => {
  let program: Program;
  let runs: number[];
  before(async () => {
    program = buildProgram([{ name: "guest", bytes: await textGuest("counter") }], { convention: "typed" });
  });
  beforeEach(() => (runs = []));

  const replay = (): Replay =>
    new Replay(initialState(program.image), (before, { index, input }) => {
      runs.push(index);
      return runFragment(before, input, { budget: 1n << 30n, executor: interpreterExecutor });
    });

  /** A fragment that adds a number to the counter. */
  const adding = (index: number, by: bigint): Submitted => {
    const number = program.exports.findIndex(({ name }) => name === "add");
    const input = encodeTransactions([{ fuel: 1000n, keep: false, payload: encodeTypedPayload(number, [by]) }]);
    return { index, input, inputRoot: bytesToHex(inputRoot(input)) };
  };
  const counted = (of: Replay, fragment: Submitted): number =>
    new DataView(of.known(fragment)!.results[0]!.output.buffer).getInt32(0, true);

  it("runs each fragment once, from where the one before ended", () => {
    const own = replay();
    const fragments = [adding(0, 5n), adding(1, 3n)];
    for (const fragment of [...fragments, ...fragments]) own.run(fragment);
    expect(runs).deep.equal([0, 1]);
    expect(fragments.map((fragment) => counted(own, fragment))).deep.equal([5, 8]);
    expect(own.endedBefore(2)).equal(false);
    expect(() => own.before(3)).throw(Crash, "fragment 2 has not been run");
  });

  it("refuses bytes that are not those that were submitted", () => {
    const own = replay();
    const submitted = adding(0, 5n);
    const given = { ...submitted, input: adding(0, 6n).input };
    expect(() => own.run(given)).throw(
      WrongInput,
      /the \d+ bytes of fragment 0 have root 0x\w+, but 0x\w+ was submitted/,
    );
    expect(runs).deep.equal([]);
    expect(own.run(submitted).results).length(1);
  });

  it("forgets a fragment that the chain has replaced, and all after it", () => {
    const own = replay();
    const [first, second, third] = [adding(0, 5n), adding(1, 3n), adding(2, 1n)];
    for (const fragment of [first, second, third]) own.run(fragment);
    const other = adding(1, 10n);
    expect(own.known(other)).equal(undefined);
    own.run(other);
    expect(own.known(second)).equal(undefined);
    expect(own.known(third)).equal(undefined);
    own.run(third);
    expect(runs).deep.equal([0, 1, 2, 1, 2]);
    expect([first, other, third].map((fragment) => counted(own, fragment))).deep.equal([5, 15, 16]);
  });
});
