import { expect } from "chai";
import { stripVTControlCharacters } from "node:util";
import type { FileResult } from "./play-file.ts";
import { describeSummary } from "./print.ts";
import { describeProgress } from "./progress.ts";
import { isPlayed, summarize } from "./summary.ts";

const file = (name: string, rest: Partial<FileResult> = {}): FileResult => ({
  name,
  checks: [],
  steps: 0,
  proven: 0,
  disagreements: [],
  seconds: 0,
  ...rest,
});

const mixed = file("mixed", {
  checks: [
    { line: 1, kind: "module", verdict: "passed" },
    { line: 2, kind: "assert_return", verdict: "passed" },
    { line: 3, kind: "module", verdict: "outside", reason: "vectors", detail: "v128.const" },
    { line: 4, kind: "assert_return", verdict: "outside", reason: "vectors", detail: "in the module at line 3" },
    { line: 5, kind: "assert_malformed", verdict: "passed", byAssembler: true },
  ],
  steps: 100,
  proven: 100,
});

describe("summarize", () => {
  it("counts assertions and modules apart, and lists every module that is out of scope", () => {
    const summary = summarize([mixed, file("other", { checks: [{ line: 9, kind: "action", verdict: "passed" }] })], 2);
    expect(summary.assertions).to.deep.equal({ passed: 2, failed: 0, outOfScope: 1 });
    expect(summary.modules).to.deep.equal({ passed: 2, failed: 0, outOfScope: 1 });
    expect(summary.kinds.assert_return).to.deep.equal({ passed: 1, failed: 0, outOfScope: 1 });
    expect(summary.byAssembler).to.equal(1);
    expect(summary.reasons).to.deep.equal({ vectors: { modules: 1, assertions: 1 } });
    expect(summary.outOfScope).to.deep.equal([
      { file: "mixed", line: 3, kind: "module", reason: "vectors", detail: "v128.const" },
    ]);
    expect([summary.steps, summary.proven, summary.passed]).to.deep.equal([100, 100, true]);
  });

  it("fails with one failure, a module's too", () => {
    const failure = { line: 7, kind: "module", verdict: "failed", detail: "trap: unreachable" } as const;
    const summary = summarize([mixed, file("bad", { checks: [failure] })], 1);
    expect(summary.passed).to.equal(false);
    expect(summary.failures).to.deep.equal([{ file: "bad", line: 7, kind: "module", detail: "trap: unreachable" }]);
    expect(stripVTControlCharacters(describeSummary(summary, { verbose: false }))).to.contain(
      "bad.wast:7 module: trap: unreachable",
    );
  });

  it("fails with one disagreement, and says which step of which instruction", () => {
    const bytes = new Uint8Array(32).fill(1);
    const step = { root: bytes, witness: bytes, next: bytes, line: 2, step: 5, op: 0x6a };
    const summary = summarize([{ ...mixed, disagreements: [{ line: 2, step, answer: "0x02" }] }], 1);
    expect(summary.passed).to.equal(false);
    expect(summary.disagreements[0]).to.include({ file: "mixed", line: 2, step: 5, instruction: "i32.add" });
    expect(stripVTControlCharacters(describeSummary(summary, { verbose: false }))).to.contain(
      "mixed.wast:2 step 5 (i32.add): expected 0x01",
    );
  });

  it("knows the files in which there was something to decide", () => {
    const refused = { line: 1, kind: "assert_malformed", verdict: "passed", byAssembler: true } as const;
    const files = summarize(
      [mixed, file("text", { checks: [refused] }), file("simd", { checks: [mixed.checks[2]!] })],
      1,
    );
    expect(files.files.filter(isPlayed).map((f) => f.file)).to.deep.equal(["mixed"]);
  });

  it("fails with nothing to check", () => {
    expect(summarize([], 0).passed).to.equal(false);
  });
});

describe("describeSummary", () => {
  it("shows figures by file, kind and reason", () => {
    const lines = stripVTControlCharacters(describeSummary(summarize([mixed], 2), { verbose: false })).split("\n");
    const row = (start: string): string | undefined =>
      lines
        .find((line) => line.includes(start))
        ?.replaceAll(/[│\s]+/g, " ")
        .trim();
    expect(row("mixed")).to.equal("mixed 2 0 1 100 100 0 0.0");
    expect(row("assert_return")).to.equal("assert_return 1 0 1");
    expect(row("vectors:")).to.equal("vectors: 1 assertions, 1 modules and actions, in 1 files");
    expect(lines.at(-1)).to.equal(
      "2 assertions passed, 0 failed, 1 out of scope; 100 steps executed on chain (50 per second), 0 disagreements",
    );
  });

  it("lists modules one by one on request", () => {
    const text = stripVTControlCharacters(describeSummary(summarize([mixed], 2), { verbose: true }));
    expect(text).to.contain("  mixed.wast:3 module: vectors: v128.const");
  });
});

describe("describeProgress", () => {
  it("says where the run is and how long it takes", () => {
    const progress = { file: "br", checks: 1200, steps: 90_000, proven: 0, share: 0.25 };
    expect(describeProgress(progress, 10)).to.equal("br: 1.20 k commands, 90.0 k steps, 9.00 k/s, 25 %, 30 s left");
    expect(describeProgress({ ...progress, proven: 45_000 }, 10)).to.contain("45.0 k steps on chain, 4.50 k/s");
  });
});
