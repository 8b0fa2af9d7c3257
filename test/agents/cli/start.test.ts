import { expect } from "chai";
import { readFileSync } from "node:fs";
import { assemble, SUMS } from "../guests.ts";
import { command } from "./command.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const README = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");

describe("npm start", () => {
  let sums: string;
  const folder = temporaryFolder();
  const file = (name: string, content: string | Uint8Array): string => folder.write(name, content);
  const calls = (...sizes: number[]): string =>
    file("calls.json", JSON.stringify(sizes.map((n) => ({ export: "sums", args: [String(n)] }))));

  before(async () => {
    sums = file("sums.wasm", await assemble(SUMS));
  });

  it("plays a shop's Deal: a worker lies about a query, the dispute ends inside SQLite", async () => {
    const { code, stdout, stderr } = await command("start", ["--json"]);
    expect(code, stderr).equal(0);
    const report = JSON.parse(stdout) as Record<string, unknown> & {
      transaction: { payload: string; honest: { output: string }; liar: { output: string } };
    };
    expect(report).include({ verdict: "liar lost", module: "sqlite", moves: 16 });
    expect(Number(report["steps"])).greaterThan(100_000_000);
    expect(report["function"]).match(/^[a-zA-Z]\w+$/);
    const { payload, honest, liar } = report.transaction;
    expect(payload).match(/^SELECT .* AS revenue/);
    expect(honest.output).match(/^\{"results":\[\{"columns":\["name","items","revenue"\],"rows":/);
    expect(liar.output).not.equal(honest.output);
    expect(liar.output).length(honest.output.length);
    // What the README shows of this very play.
    const { move, step, total } = report["gas"] as Record<string, number>;
    const shown = / +moves +16, ([\d,]+) gas each; the executed step ([\d,]+) gas; the dispute ([\d,]+) gas/.exec(
      README,
    );
    const figures = (shown ?? []).slice(1).map((figure) => Number(figure.replaceAll(",", "")));
    expect(figures).length(3);
    [move, step, total].forEach((actual = 0, i) => {
      expect(Math.abs((figures[i] ?? 0) - actual)).lessThan(0.0005 * actual);
    });
  });

  it("plays the ledger's Deal: ten million steps, and the liar loses", async () => {
    const { code, stdout, stderr } = await command("start", ["--guest", "ledger", "--json"]);
    expect(code, stderr).equal(0);
    const report = JSON.parse(stdout) as Record<string, unknown>;
    expect(report).include({ verdict: "liar lost", module: "ledger" });
    expect(Number(report["steps"])).greaterThan(10_000_000);
    expect(report["function"]).match(/^assembly\//);
    expect(report["moves"]).equal(16);
    expect((report["gas"] as Record<string, number>)["move"]).lessThan(50_000);
  });

  it("does the same with a module of one's own and a lie where one wants it", async () => {
    const args = ["--module", sums, "--transactions", calls(30, 500, 40), "--convention", "typed", "--lie-at", "3333"];
    const { code, stdout, stderr } = await command("start", [...args, "--json"]);
    expect(code, stderr).equal(0);
    expect(JSON.parse(stdout)).include({ verdict: "liar lost", step: "3333", module: "guest" });
  });

  it("tells the story to people", async () => {
    const { code, stdout } = await command("start", ["-m", sums, "-t", calls(30), "-c", "typed"]);
    expect(code).equal(0);
    for (const part of [
      /worker 3 \(liar\) +claim/,
      /validator +challenge/,
      / step +\d/,
      /The liar lost\./,
      /transaction 1\n/,
      /slashed/,
    ]) {
      expect(stdout).match(part);
    }
  });

  describe("answers bad input with one line and code 1", () => {
    const cases: [name: string, args: () => string[], message: RegExp][] = [
      ["a module without transactions", () => ["--module", sums], /needs both --module and --transactions/],
      [
        "a missing transactions file",
        () => ["-m", sums, "-t", folder.path("no.json"), "-c", "typed"],
        /cannot read the transactions file/,
      ],
      [
        "transactions that are no JSON",
        () => ["-m", sums, "-t", file("bad.json", "{"), "-c", "typed"],
        /bad\.json: the transactions are no JSON/,
      ],
      [
        "no transactions",
        () => ["-m", sums, "-t", file("none.json", "[]"), "-c", "typed"],
        /none\.json holds no transaction/,
      ],
      [
        "a malformed transaction",
        () => ["-m", sums, "-t", file("odd.json", `[{"args":[]}]`), "-c", "typed"],
        /transaction 0.*"export" must be a string/,
      ],
      [
        "a transaction that is too large",
        () => ["-m", sums, "-t", file("big.json", JSON.stringify([{ payload: "x".repeat(70_000) }]))],
        /payload convention wants it to export/,
      ],
      [
        "a lie outside the computation",
        () => ["-m", sums, "-t", calls(3), "-c", "typed", "--lie-at", "123456789"],
        /--lie-at 123456789 lies outside the computation/,
      ],
      ["an unknown option", () => ["--liar"], /unknown option '--liar'/],
      ["an unknown guest", () => ["--guest", "nobody"], /Allowed choices are sqlite, ledger/],
      [
        "a guest and a module",
        () => ["--guest", "ledger", "-m", sums, "-t", calls(3)],
        /--guest names a program of the project; it does not go with --module/,
      ],
    ];
    for (const [name, args, message] of cases) {
      it(name, async () => {
        const { code, stdout, stderr } = await command("start", [...args(), "--json"]);
        expect(code).equal(1);
        expect(JSON.parse(stdout)).have.nested.property("error.kind", "problem");
        expect(stderr).match(message);
        expect(stderr).not.match(/\n\s+at /);
      });
    }
  });
});
