/**
 * The demonstration's ledger gives the same answers on the lowered program as on V8, and real work
 * to argue about.
 */
import { expect } from "chai";
import { Outcome } from "../../../verifier/machine/codes.ts";
import { buildProgram, type Program } from "../../../verifier/program/build.ts";
import { guest } from "../../../examples/build.ts";
import { ledgerRequests, ledgerTransactions } from "../../../examples/ledger/transactions.ts";
import { interpreterExecutor } from "../../../verifier/interpreter/execute.ts";
import { type FragmentRun, runFragment } from "../../../verifier/program/fragment.ts";
import { encodeTransactions, type Transaction } from "../../../verifier/program/transactions.ts";
import { initialState } from "../../../verifier/state/program.ts";

interface LedgerExports {
  readonly memory: WebAssembly.Memory;
  readonly allocate: (size: number) => number;
  readonly invoke: (pointer: number, length: number) => number;
}

const utf8 = new TextEncoder();
const BUDGET = 1_000_000_000n;

/** What V8 answers; undefined where it traps. */
function answersOnV8(bytes: Uint8Array<ArrayBuffer>, requests: readonly string[]): (string | undefined)[] {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  const { memory, allocate, invoke } = exports as unknown as LedgerExports;
  return requests.map((request) => {
    const payload = utf8.encode(request);
    try {
      const pointer = allocate(payload.length);
      new Uint8Array(memory.buffer).set(payload, pointer);
      const answer = invoke(pointer, payload.length);
      const length = new DataView(memory.buffer).getUint32(answer, true);
      return new TextDecoder().decode(new Uint8Array(memory.buffer, answer + 4, length));
    } catch {
      return undefined;
    }
  });
}

/** Transactions as the first fragment of a program. */
function run({ image }: Program, transactions: readonly Transaction[]): FragmentRun {
  return runFragment(initialState(image), transactions, { budget: BUDGET, executor: interpreterExecutor });
}

describe("the ledger", () => {
  let bytes: Uint8Array<ArrayBuffer>;
  let program: Program;

  before(async () => {
    bytes = Uint8Array.from(await guest("ledger"));
    program = buildProgram([{ name: "ledger", bytes }], { convention: "payload" });
  });

  it("answers as on V8, in more than ten million steps", () => {
    const { results, steps } = run(program, ledgerTransactions());
    const answers = results.map(({ kind, output }) =>
      kind === Outcome.success ? new TextDecoder().decode(output) : undefined,
    );
    expect(answers).to.deep.equal(answersOnV8(bytes, ledgerRequests()));
    expect(answers.filter((answer) => answer === undefined).length).to.be.within(10, 40);
    expect(Number(steps)).to.be.within(10_000_000, 40_000_000);
  });

  it("keeps no trace of a bad request", () => {
    const bad = [
      "transfer a b 11",
      "transfer a c 1",
      "create a",
      "create A",
      "mint a x",
      "mint a 0",
      "pay",
      "",
      "top 1 2",
    ];
    const requests = ["create a", "mint a 10", "create b", ...bad, "total"];
    const transactions = requests.map((text) => ({ fuel: 1_000_000n, keep: false, payload: utf8.encode(text) }));
    const { results } = run(program, transactions);
    const succeeded = results.flatMap(({ kind }, i) => (kind === Outcome.success ? [i] : []));
    expect(succeeded).to.deep.equal([0, 1, 2, requests.length - 1]);
    expect(new TextDecoder().decode(results.at(-1)?.output)).to.equal("10 in 2 accounts after 1 entries");
  });

  it("takes 30,000 to 100,000 steps for a transfer", () => {
    const requests = ledgerRequests();
    const { results } = run(program, ledgerTransactions());
    const transfers = results.filter(({ kind }, i) => kind === 0 && requests[i]?.startsWith("transfer") === true);
    expect(transfers.length).to.be.greaterThan(200);
    for (const { fuelUsed } of transfers) expect(Number(fuelUsed)).to.be.within(30_000, 100_000);
  });

  it("has the same few hundred requests every time, which fit one fragment", () => {
    expect(ledgerRequests()).to.have.length(400).and.to.deep.equal(ledgerRequests());
    expect(encodeTransactions(ledgerTransactions()).length).to.be.lessThan(65_536);
  });
});
