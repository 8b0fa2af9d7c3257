import { expect } from "chai";
import { LieError } from "../../../agents/players/adversaries/lie-site.ts";
import { type Narrator, playDeal } from "../../../agents/scenario/deal.ts";
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
    expect(report.disputed.results).length(1);
    expect(report.disputed.results[0]?.place).match(/^memory 0 at 0x/);
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
      const report = await playDeal({ program, fragments, executor: interpreterExecutor, lieAt }, quiet);
      expect(report.verdict).equal("liar lost");
      expect(report.disputed.step).equal(lieAt);
      expect(report.disputed.honest).not.equal(report.disputed.liar);
      expect(JSON.parse(JSON.stringify(reportJson(report)))).include({ verdict: "liar lost", step: String(lieAt) });
    });
  }

  it("lets the liar lie about the answer of a transaction that one names, and shows both answers", async () => {
    const adding = buildProgram([{ name: "guest", bytes: await assemble(ADDING) }], { convention: "typed" });
    const fragments = [[3, 4], [5, 60, 7], [8]].map((sizes) => fragmentOf(adding, sizes));
    const lieAbout = { fragment: 1, transaction: 1 };
    const report = await playDeal({ program: adding, fragments, executor: interpreterExecutor, lieAbout }, quiet);
    expect(report.verdict).equal("liar lost");
    expect(report.disputed).include({ instruction: "i32.store", function: "sums" });
    const { number, payload, honest, liar } = report.disputed.transaction ?? expect.fail("no transaction");
    expect(number).equal(4);
    expect(payload).equal("sums(60)");
    expect(honest.status).equal("returned");
    expect(liar.status).equal("returned");
    expect(honest.output).equal("1830");
    expect(liar.output)
      .match(/^-?\d+$/)
      .and.not.equal("1830");
  });

  it("takes another step where the named transaction is not there", async () => {
    const fragments = [fragmentOf(program, [3, 50])];
    const lieAbout = { fragment: 0, transaction: 9 };
    const report = await playDeal({ program, fragments, executor: interpreterExecutor, lieAbout }, quiet);
    expect(report.verdict).equal("liar lost");
  });

  it("ends with a program that ends, and finds a lie about that", async () => {
    const bytes = await assemble(STILLBORN);
    const stillborn = buildProgram([{ name: "guest", bytes }], { convention: "typed" });
    const fragments = [[1], [2], [3]].map((sizes) => fragmentOf(stillborn, sizes));
    const report = await playDeal({ program: stillborn, fragments, executor: interpreterExecutor, lieAt: 4n }, quiet);
    expect(report.verdict).equal("liar lost");
    expect(report.disputed).include({ instruction: "i32.const", function: "start", step: 4n });
    expect(report.deposits.filter(({ role, after }) => role === "earnings" && after > 0n)).deep.equal([]);
  });

  it("refuses a lie about a step that there is not", async () => {
    const fragments = [fragmentOf(program, [3])];
    const job = { program, fragments, executor: interpreterExecutor, lieAt: 10n ** 9n };
    const failure = await playDeal(job, quiet).catch((error: unknown) => error);
    expect(failure).instanceOf(LieError);
    expect(String(failure)).match(/--lie-at 1000000000 lies outside the computation, whose steps are 1 to \d+/);
  });
});
