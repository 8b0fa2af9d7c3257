import { expect } from "chai";
import { buildProgram } from "../../../../verifier/program/build.ts";
import { commandProgram, onMachine, wasiProgram } from "../../../support/wasi/run.ts";
import { assemble } from "../../wasm/text.ts";

/** Writes a line and exits, as old compilers have programs do it. */
const HELLO = `(module
  (import "wasi_unstable" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_unstable" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\08\\00\\00\\00\\06\\00\\00\\00hello\\n")
  (func (export "_start") (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 32))) (call $exit (i32.const 3))))`;

describe("wasi_unstable, the predecessor of WASI preview 1", () => {
  it("runs programs that import nothing else", async () => {
    expect(onMachine(await assemble(HELLO), {})).deep.equal({ exitCode: 3, stdout: "hello\n", stderr: "" });
  });

  it("has seeking, structures and subscriptions of its own, beside preview 1's", async () => {
    const { stdout, exitCode } = onMachine(await wasiProgram("unstable"), {});
    expect(stdout.trim().split("\n")).deep.equal([
      "open 0 0",
      "seek 2 2: 0 2",
      "seek 1 0: 0 3",
      "seek -1 1: 0 4",
      "seek 0 3: 28 4",
      "seek of preview 1: 0 0",
      "fstat 0 0 same 1 size 5 links 1",
      "stat 0 0 same 1",
      "at the end of memory 0 21",
      "one byte less 21",
      "slept 0 1 data 7 tag 0 error 0",
      "slept until 0 2 data 8",
      "two 0 count 1 data 9 tag 2",
      "poll of preview 1: 0 1 data 11",
    ]);
    expect(exitCode).equal(0);
  });

  it("is linked only where it is imported, and gives way to a module of that name", async () => {
    const names = (bytes: Uint8Array): string[] => commandProgram(bytes).instances.map(({ name }) => name);
    expect(names(await wasiProgram("hello"))).not.contain("wasi_unstable");
    expect(names(await assemble(HELLO))).deep.equal([
      "guest",
      "wasi_bridge",
      "wasi_snapshot_preview1",
      "wasi_unstable",
      "driver",
    ]);
    const own = `(module (func (export "fd_write") (param i32 i32 i32 i32) (result i32) i32.const 0)
      (func (export "proc_exit") (param i32)))`;
    const modules = [
      { name: "wasi_unstable", bytes: await assemble(own) },
      { name: "guest", bytes: await assemble(HELLO) },
    ];
    const program = buildProgram(modules, { convention: "command" });
    expect(program.instances.map(({ name }) => name)).deep.equal(["wasi_unstable", "guest", "driver"]);
  });

  it("serves a guest whose memory is another module's", async () => {
    const memory = `(module (memory (export "m") 1))`;
    const guest = HELLO.replace(`(memory (export "memory") 1)`, `(import "env" "m" (memory 1))`);
    const modules = [
      { name: "env", bytes: await assemble(memory) },
      { name: "guest", bytes: await assemble(guest) },
    ];
    const program = buildProgram(modules, { convention: "command" });
    expect(program.instances.map(({ name }) => name)).contain("wasi_bridge");
  });
});
