/**
 * Names, texts and files of strangers forge no line of a report and command no terminal, whichever
 * way they come out.
 */
import { expect } from "chai";
import { assemble } from "../guests.ts";
import { command, type Finished } from "./command.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/**
 * A line feed with a verdict, a colour, the 8-bit CSI, a right-to-left override; in bytes of
 * WebAssembly's text format.
 */
const FORGED = "  The liar WON.";
const EVIL = `x\\0a${FORGED}\\0a\\1b[31m\\c2\\9b2J\\e2\\80\\ae`;
const EVIL_TEXT = `x\n${FORGED}\n\u009b2J\u202e`;
const EVIL_FILE = `x\n${FORGED}\n\u001b[31m.wasm`;

const MODULE = `(module
  (memory (export "memory") 1)
  (func (export "allocate") (param i32) (result i32) i32.const 1024)
  (func $"${EVIL}" (export "invoke") (param i32 i32) (result i32)
    (i32.store (i32.const 0) (i32.const 0)) (i32.const 0))
  (func $"trap ${EVIL}" (export "${EVIL}") (result i32) unreachable))`;

/**
 * Expects that nothing forged and no control character but line feeds came out, and that the name
 * did.
 */
function expectClean({ stdout, stderr }: Finished): void {
  for (const out of [stdout, stderr]) {
    expect(out.split("\n").filter((line) => /^ *The liar WON/.test(line))).deep.equal([]);
    expect(out).not.match(/[^\P{Cc}\n]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
  }
  expect(stdout + stderr).match(/x(\\n|\n {4}\| ) {2}The liar WON\./);
}

describe("what is not ours", () => {
  const folder = temporaryFolder();
  let [evil, input] = ["", ""];

  before(async () => {
    evil = folder.write(EVIL_FILE, await assemble(MODULE));
    input = folder.write("input", EVIL_TEXT);
  });

  it("is escaped by inspect, in the listing and in JSON", async () => {
    expectClean(await command("arbiter", ["inspect", evil, "--disassemble"]));
    const finished = await command("arbiter", ["inspect", evil, "--json"]);
    expectClean(finished);
    const { exports } = JSON.parse(finished.stdout) as { exports: readonly { name: string }[] };
    expect(exports.map(({ name }) => name)).contains(`x\n${FORGED}\n\u001b[31m\u009b2J\u202e`);
  });

  it("is escaped by run, in the backtrace of a trap", async () => {
    const finished = await command("arbiter", ["run", evil, "-e", `x\n${FORGED}\n\u001b[31m\u009b2J\u202e`]);
    expect(finished.stdout).match(/trapped: unreachable\n {2}at trap x\\n/);
    expectClean(finished);
  });

  it("is escaped by prove", async () => {
    const finished = await command("arbiter", ["prove", evil, "-i", input, "--at", "60"]);
    expect(finished.code, finished.stderr).equal(0);
    expect(finished.stdout + finished.stderr).not.match(/^ *The liar WON/m);
  });

  it("is escaped by dispute, the transaction's text with a mark on every line", async () => {
    const finished = await command("arbiter", ["dispute", evil, "-i", input, "--lie-at", "60"]);
    expect(finished.code, finished.stderr).equal(0);
    expect(finished.stdout).contain(`    | x\n    | ${FORGED}\n    | \\u{9b}2J\\u{202e}\n`);
    expectClean(finished);
  });

  it("is escaped in errors: of imports, of files, of arguments", async () => {
    const imports = folder.write("imports.wasm", await assemble(`(module (import "${EVIL}" "${EVIL}" (func)))`));
    for (const args of [
      ["run", imports],
      ["run", folder.path(`missing ${EVIL_FILE}`)],
      ["run", evil, "-e", `x\n${FORGED}\n\u001b[31m`],
      ["run", evil, `--x\n${FORGED}\u001b[31m`],
    ]) {
      const finished = await command("arbiter", args);
      expect(finished.code).equal(1);
      expect(finished.stderr).match(/^error: /);
      expectClean(finished);
    }
  });
});
