import { expect } from "chai";
import { bytesToHex, type Hex, type Log, parseEventLogs } from "viem";
import { Chain } from "../../../agents/chain/chain.ts";
import { adversary, FALSE_CLAIMANTS } from "../../../agents/players/adversaries/registry.ts";
import { LieError } from "../../../agents/players/adversaries/lie-site.ts";
import { playDeal } from "../../../agents/scenario/deal.ts";
import type { Narrator } from "../../../agents/scenario/narrator.ts";
import { BUDGET } from "../../../agents/stage/deal.ts";
import { dealAbi } from "../../../contracts/abi/Deal.ts";
import { runFragment } from "../../../verifier/program/fragment.ts";
import { initialState } from "../../../verifier/state/program.ts";
import { recordBytes } from "../../../verifier/state/state.ts";
import { reportJson } from "../../../agents/report/report.ts";
import { interpreterExecutor } from "../../../verifier/interpreter/execute.ts";
import { buildProgram, type Program } from "../../../verifier/program/build.ts";
import { parseTransactions } from "../../../verifier/program/transactions-file.ts";
import { encodeTransactions } from "../../../verifier/program/transactions.ts";
import { ADDING, assemble, STILLBORN, SUMS } from "../guests.ts";

const quiet: Narrator = {
  chapter: () => undefined,
  fact: () => undefined,
  sent: () => undefined,
  progress: () => undefined,
};

const fragmentOf = (program: Program, sizes: readonly number[]): Uint8Array =>
  encodeTransactions(parseTransactions(JSON.stringify(sizes.map((n) => ({ export: "sums", args: [n] }))), program));

describe("playDeal", () => {
  let program: Program;
  before(async () => {
    program = buildProgram([{ name: "guest", bytes: await assemble(SUMS) }], { convention: "typed" });
  });

  it("slashes the liar, pays the others, and names the instruction", async () => {
    const fragments = [[3, 4], [2000, 500], [5]].map((sizes) => fragmentOf(program, sizes));
    const report = await playDeal({ program, fragments, executor: interpreterExecutor }, quiet);
    expect(report.verdict).equal("liar lost");
    expect(report.disputed).include({ instruction: "i64.store", function: "sums", module: "guest" });
    expect(report.disputed?.results).length(1);
    expect(report.disputed?.results[0]?.place).match(/^memory 0 at 0x/);
    expect(report.moves).equal(16);
    const balance = (name: string, role: string): bigint =>
      report.deposits.find((line) => line.name === name && line.role === role)?.after ?? -1n;
    expect(balance("worker 3 (liar)", "deposit")).equal(0n);
    for (const name of ["worker 1", "worker 2", "worker 4"]) {
      expect(balance(name, "deposit")).equal(10n ** 18n);
      expect(balance(name, "earnings") > 0n).equal(true);
    }
    expect(balance("validator", "reward")).equal(10n ** 18n / 4n);
    expect(balance("nobody", "burned")).equal((3n * 10n ** 18n) / 4n);
  });

  for (const [lieAt, fragment] of [
    [1n, "the first step of all"],
    [60n, "a step of the driver"],
    [20_000n, "a step in the middle"],
  ] as const) {
    it(`finds a lie about ${fragment}`, async () => {
      const fragments = [[3], [2000]].map((sizes) => fragmentOf(program, sizes));
      const report = await playDeal({ program, fragments, executor: interpreterExecutor, wish: { at: lieAt } }, quiet);
      expect(report.verdict).equal("liar lost");
      expect(report.disputed?.step).equal(lieAt);
      expect(report.disputed?.honest).not.equal(report.disputed?.liar);
      expect(JSON.parse(JSON.stringify(reportJson(report)))).include({ verdict: "liar lost", step: String(lieAt) });
    });
  }

  it("lets the liar lie about the answer of a transaction that one names, and shows both answers", async () => {
    const adding = buildProgram([{ name: "guest", bytes: await assemble(ADDING) }], { convention: "typed" });
    const fragments = [[3, 4], [5, 60, 7], [8]].map((sizes) => fragmentOf(adding, sizes));
    const lieAbout = { fragment: 1, transaction: 1 };
    const report = await playDeal(
      { program: adding, fragments, executor: interpreterExecutor, wish: { about: lieAbout } },
      quiet,
    );
    expect(report.verdict).equal("liar lost");
    expect(report.disputed).include({ instruction: "i32.store", function: "sums" });
    const { number, payload, honest, liar } = report.disputed?.transaction ?? expect.fail("no transaction");
    expect(number).equal(4);
    expect(payload).equal("sums(60)");
    expect(honest.status).equal("returned");
    expect(liar.status).equal("returned");
    expect(honest.output).equal("1830");
    expect(liar.output)
      .match(/^-?\d+$/)
      .and.not.equal("1830");
  });

  for (const name of FALSE_CLAIMANTS) {
    it(`slashes the adversary ${name}`, async () => {
      const fragments = [[3], [200]].map((sizes) => fragmentOf(program, sizes));
      const job = { program, fragments, executor: interpreterExecutor, adversary: adversary(name) };
      const report = await playDeal(job, quiet);
      expect(report.verdict).equal("liar lost");
      const reward = report.deposits.find(({ role }) => role === "reward");
      expect(reward?.after).equal(10n ** 18n / 4n);
    });
  }

  it("takes another step where the named transaction is not there", async () => {
    const fragments = [fragmentOf(program, [3, 50])];
    const lieAbout = { fragment: 0, transaction: 9 };
    const report = await playDeal(
      { program, fragments, executor: interpreterExecutor, wish: { about: lieAbout } },
      quiet,
    );
    expect(report.verdict).equal("liar lost");
  });

  it("ends with a program that ends, and finds a lie about that", async () => {
    const bytes = await assemble(STILLBORN);
    const stillborn = buildProgram([{ name: "guest", bytes }], { convention: "typed" });
    const fragments = [[1], [2], [3]].map((sizes) => fragmentOf(stillborn, sizes));
    const report = await playDeal(
      { program: stillborn, fragments, executor: interpreterExecutor, wish: { at: 4n } },
      quiet,
    );
    expect(report.verdict).equal("liar lost");
    expect(report.disputed).include({ instruction: "i32.const", function: "start", step: 4n });
    expect(report.deposits.filter(({ role, after }) => role === "earnings" && after > 0n)).deep.equal([]);
  });

  describe("where the chain gets other bytes than the sequencer was given", () => {
    let submitted: Uint8Array[];
    const { send } = Chain.prototype;
    before(() => {
      submitted = [[6, 7], [900], [8]].map((sizes) => fragmentOf(program, sizes));
      let next = 0;
      Chain.prototype.send = function (this: Chain, from, call) {
        const changed =
          call.functionName === "submit" ? [bytesToHex(submitted[next++] ?? new Uint8Array())] : call.args;
        return send.call(this, from, { ...call, args: changed });
      };
    });
    after(() => {
      Chain.prototype.send = send;
    });

    it("lets every role compute what the chain has", async () => {
      const logs: Log[] = [];
      const listening: Narrator = { ...quiet, sent: (_, sent) => logs.push(...sent.logs) };
      const given = [[3, 4], [2000, 500], [5]].map((sizes) => fragmentOf(program, sizes));
      const report = await playDeal({ program, fragments: given, executor: interpreterExecutor }, listening);
      expect(report.verdict).equal("liar lost");
      expect(report.disputed?.transaction?.payload).equal("sums(900)");
      for (const worker of ["worker 1", "worker 2", "worker 4"]) {
        const line = report.deposits.find(({ name, role }) => name === worker && role === "earnings");
        expect(line?.after).greaterThan(0n);
      }
      const claims = parseEventLogs({ abi: dealAbi, eventName: "Claimed", logs });
      const finals = (inputs: readonly Uint8Array[]): string[] => {
        let state = initialState(program.image);
        return inputs.map((input) => {
          state = runFragment(state, input, { budget: BUDGET, executor: interpreterExecutor }).final;
          return bytesToHex(recordBytes(state));
        });
      };
      const claimed = new Set(claims.map(({ args }) => args.record));
      const chainHas = finals(submitted);
      // The dispute settles the second fragment: nobody claims it once more.
      expect([chainHas[0], chainHas[2]].every((record) => claimed.has(record as Hex))).equal(true);
      for (const record of finals(given)) expect(claimed.has(record as Hex)).equal(false);
    });
  });

  it("refuses a lie about a step that there is not", async () => {
    const fragments = [fragmentOf(program, [3])];
    const job = { program, fragments, executor: interpreterExecutor, wish: { at: 10n ** 9n } };
    const failure = await playDeal(job, quiet).catch((error: unknown) => error);
    expect(failure).instanceOf(LieError);
    expect(String(failure)).match(/--lie-at 1000000000 lies outside the computation, whose steps are 1 to \d+/);
  });
});
