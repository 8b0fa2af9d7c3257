import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { UserError } from "../../agents/cli/failure.ts";
import { NUMERIC } from "../../verifier/instructions/table.ts";
import { CALL_BYTES, deployVerifier, type Verifier } from "../contracts/machine/verifier.ts";
import { conformance, type ConformanceOptions } from "./command.ts";
import type { StepJudge } from "./step-chain.ts";
import type { Summary } from "./summary.ts";

/**
 * A little of everything: numbers, references, memory, a table, traps, exhaustion, linking,
 * refusals.
 */
const SCRIPT = `
  (module $m
    (memory (export "memory") 1)
    (table (export "table") 2 funcref)
    (global (export "g") (mut i32) (i32.const 7))
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "div") (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
    (func (export "sqrt") (param f64) (result f64) (f64.sqrt (local.get 0)))
    (func (export "same") (param externref) (result externref) (local.get 0))
    (func $forever (export "forever") (call $forever))
    (func (export "set") (global.set 0 (i32.const 8))))
  (register "m" $m)
  (assert_return (invoke "add" (i32.const 1) (i32.const -1)) (i32.const 0))
  (assert_trap (invoke "div" (i32.const 1) (i32.const 0)) "integer divide by zero")
  (assert_return (invoke "sqrt" (f64.const -1)) (f64.const nan:canonical))
  (assert_return (invoke "same" (ref.extern 3)) (ref.extern 3))
  (assert_exhaustion (invoke "forever") "call stack exhausted")
  (invoke "set")
  (assert_return (get "g") (i32.const 8))
  (module (import "m" "memory" (memory 1)) (func (export "load") (result i32) (i32.load (i32.const 4))))
  (assert_return (invoke "load") (i32.const 0))
  (assert_trap
    (module (import "m" "memory" (memory 1)) (data (i32.const 4) "abcd") (func unreachable) (start 0))
    "unreachable")
  (assert_return (invoke "load") (i32.const 0x64636261))
  (assert_unlinkable (module (import "m" "none" (func))) "unknown import")
  (assert_unlinkable (module (import "m" "memory" (memory 2))) "incompatible import type")
  (assert_invalid (module (func (result i32))) "type mismatch")
  (assert_malformed (module binary "\\00asm") "unexpected end")
  (module (func (export "v") (drop (v128.const i64x2 0 0))))
  (assert_return (invoke "v"))`;

describe("conformance", () => {
  let folder: string;
  let verifier: Verifier;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "arbiter-conformance-"));
    verifier = await deployVerifier();
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const honest = async (): Promise<StepJudge> => ({ callBytes: CALL_BYTES, ask: verifier.ask });
  const nobody = (): Promise<StepJudge> => Promise.reject(new Error("no chain is needed"));

  async function play(
    script: string,
    onchain: ConformanceOptions["onchain"],
    connect: () => Promise<StepJudge>,
  ): Promise<{ summary: Summary; exitCode: number }> {
    const file = join(folder, "script.wast");
    writeFileSync(file, script);
    const { output, exitCode } = await conformance([file], { onchain, json: true }, connect);
    return { summary: JSON.parse(output) as Summary, exitCode };
  }

  it("plays a script", async () => {
    const { summary, exitCode } = await play(SCRIPT, "none", nobody);
    expect(summary.failures).to.deep.equal([]);
    expect(summary.assertions).to.deep.equal({ passed: 13, failed: 0, outOfScope: 1 });
    expect(summary.modules).to.deep.equal({ passed: 3, failed: 0, outOfScope: 1 });
    expect(summary.outOfScope.map(({ line, reason }) => [line, reason])).to.deep.equal([[30, "vectors"]]);
    expect([summary.proven, exitCode]).to.deep.equal([0, 0]);
  });

  it("has a sample of the steps executed on chain", async () => {
    const { summary, exitCode } = await play(SCRIPT, "sample", honest);
    expect(summary.disagreements).to.deep.equal([]);
    expect(summary.proven).to.be.within(200, summary.steps / 2);
    expect(exitCode).to.equal(0);
  });

  it("has all of them executed on chain", async () => {
    const script = SCRIPT.split("\n").filter((line) => !line.includes("assert_exhaustion"));
    const { summary, exitCode } = await play(script.join("\n"), "all", honest);
    expect(summary.disagreements).to.deep.equal([]);
    expect(summary.proven).to.equal(summary.steps);
    expect(exitCode).to.equal(0);
  });

  it("finds every step that a verifier executes wrongly, and says so", async () => {
    const op = [...NUMERIC].find(([, { name }]) => name === "i32.add")?.[0];
    if (op === undefined) throw new Error("i32.add has no opcode");
    const { ethers, deploy, integers, floats, ask } = verifier;
    const wrong = await ethers.deployContract("WrongAlu", [await integers.getAddress(), op]);
    const contract = await deploy(await wrong.getAddress(), await floats.getAddress());
    const sabotaged: StepJudge = { callBytes: CALL_BYTES, ask: (queries) => ask(queries, contract) };
    const { summary, exitCode } = await play(SCRIPT, "sample", async () => sabotaged);
    expect(summary.disagreements.map(({ line, instruction }) => [line, instruction])).to.deep.equal([[13, "i32.add"]]);
    expect([summary.passed, exitCode]).to.deep.equal([false, 1]);
  });

  const wrong: readonly (readonly [assertion: string, found: string])[] = [
    ['(assert_return (invoke "add" (i32.const 1) (i32.const 2)) (i32.const 4))', "0x3"],
    ['(assert_trap (invoke "add" (i32.const 1) (i32.const 2)) "unreachable")', "0x3"],
    ['(assert_return (invoke "div" (i32.const 1) (i32.const 0)) (i32.const 0))', "trap: integer divide by zero"],
    ['(assert_exhaustion (invoke "set") "call stack exhausted")', "nothing"],
    ['(assert_return (invoke "nothing"))', 'there is no exported function "nothing"'],
    ['(assert_return (get "nothing") (i32.const 0))', "there is no such global"],
    ['(assert_invalid (module) "type mismatch")', "it was accepted"],
    ['(assert_unlinkable (module (import "m" "memory" (memory 1))) "unknown import")', "it was linked"],
    ['(assert_trap (module (import "m" "memory" (memory 1))) "unreachable")', "nothing"],
    ['(module (import "m" "none" (func)))', "unknown import"],
    ['(module (import "m" "memory" (memory 9)))', "incompatible import type"],
    ["(module (func unreachable) (start 0))", "trap: unreachable"],
  ];
  for (const [assertion, found] of wrong) {
    it(`fails on ${assertion}`, async () => {
      const { summary, exitCode } = await play(
        `${SCRIPT}\n${assertion.replace(/\((invoke|get) /, "($1 $m ")}`,
        "none",
        nobody,
      );
      expect(summary.failures).to.have.length(1);
      expect(summary.failures[0]?.detail).to.contain(found);
      expect(exitCode).to.equal(1);
    });
  }

  it("says which file is no script, and why", async () => {
    for (const [script, problem] of [
      ["(module", "an opening parenthesis is not closed, at line 1 of the script"],
      ['\n(register "m")', "a module is registered that is not there, at line 2 of the script"],
    ] as const) {
      const error = await play(script, "none", nobody).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(UserError);
      expect((error as UserError).message).to.equal(`script.wast is no script: ${problem}`);
    }
  });

  it("passes on what keeps the chain from answering", async () => {
    const ask = (): Promise<never> => Promise.reject(new Error("the chain is gone"));
    const error = await play(SCRIPT, "all", async () => ({ callBytes: CALL_BYTES, ask })).catch((e: unknown) => e);
    expect((error as Error).message).to.equal("the chain is gone");
  });

  const bad: readonly (readonly [args: string[], suite: string | undefined, message: RegExp])[] = [
    [["nosuch"], undefined, /there is no script nosuch|WASM_TESTSUITE/],
    [["br"], "/nowhere", /^error: the official test suite is not in \/nowhere: .*WASM_TESTSUITE/],
    [[], "/nowhere", /^error: the official test suite is not in \/nowhere: .*WASM_TESTSUITE/],
    [["--onchain", "some"], undefined, /Allowed choices are none, sample, all/],
  ];
  for (const [args, suite, message] of bad) {
    it(`says in one line what is wrong with ${["conformance", ...args].join(" ")}`, () => {
      // A program of `npm test`, which reports, takes a missing suite for skipped; people get an error.
      const { TEST_REPORT: _, ...people } = process.env;
      const env = { ...people, ...(suite === undefined ? {} : { WASM_TESTSUITE: suite }) };
      const main = resolve(import.meta.dirname, "main.ts");
      const ended = spawnSync(process.execPath, [main, ...args], { encoding: "utf8", env });
      const { status, signal, error, stdout, stderr } = ended;
      // Together, so that a failure tells how the process ended, too.
      expect({ status, signal, error, stdout }, stderr).to.eql({
        status: 1,
        signal: null,
        error: undefined,
        stdout: "",
      });
      expect(stderr).to.match(message);
    });
  }
});
