/**
 * The official test suite: all of it off chain, and some files of every family with a sample of
 * their steps on chain.
 */
import { expect } from "chai";
import { CALL_BYTES, deployVerifier } from "../contracts/machine/verifier.ts";
import { MISSING, scripts } from "./location.ts";
import { planFile, playFile, type FileResult } from "./play-file.ts";
import { readScript } from "./suite.ts";
import { summarize } from "./summary.ts";

/** Assertions of WebAssembly 2.0 without vectors in the suite that the project was made with. */
const ASSERTIONS = 34_364;

/**
 * Files whose steps are executed on chain here: small, and together of every family of
 * instructions.
 */
const ON_CHAIN = ["br_table", "conversions", "float_exprs1", "int_exprs", "linking2", "memory_copy1", "memory_init0"]
  .concat(["memory_trap1", "select", "skip-stack-guard-page", "table_fill", "table_grow", "traps"])
  .sort();

describe("the official test suite", () => {
  if (MISSING !== undefined) {
    it(`passes off chain ${MISSING}`);
    it(`has steps that the chain takes like the reference ${MISSING}`);
    return;
  }

  describe("off chain", () => {
    const results: FileResult[] = [];
    for (const name of scripts()) {
      it(`passes ${name}.wast`, async () => {
        const result = await playFile(name, await planFile(name, readScript(name)));
        results.push(result);
        expect(summarize([result], 0).failures).to.deep.equal([]);
      });
    }

    it("leaves out nothing that is in scope", () => {
      const { assertions, reasons } = summarize(results, 0);
      expect(assertions.passed).to.be.at.least(ASSERTIONS);
      expect(Object.keys(reasons)).to.have.members([
        "vectors",
        "tail calls",
        "exceptions",
        "typed function references",
        "garbage collection",
        "64-bit memories and tables",
      ]);
    });
  });

  it(`has steps that the chain takes like the reference: ${ON_CHAIN.join(", ")}`, async () => {
    const { ask } = await deployVerifier();
    for (const name of ON_CHAIN) {
      const onChain = { selection: "sample", judge: { callBytes: CALL_BYTES, ask } } as const;
      const summary = summarize([await playFile(name, await planFile(name, readScript(name)), onChain)], 0);
      expect(summary.disagreements, name).to.deep.equal([]);
      expect(summary.failures, name).to.deep.equal([]);
      expect(summary.proven, name).to.be.at.least(25 * (summary.kinds.assert_return?.passed ?? 0));
    }
  });
});
