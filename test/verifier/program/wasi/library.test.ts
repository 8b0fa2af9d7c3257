import { expect } from "chai";
import { parse } from "@bytecodealliance/jco";
import { Outcome, Status, Trap } from "../../../../verifier/machine/codes.ts";
import { buildProgram, type Convention, type Program } from "../../../../verifier/program/build.ts";
import { LinkError } from "../../../../verifier/program/errors.ts";
import { encodeTransactions, encodeTypedPayload } from "../../../../verifier/program/transactions.ts";
import { initialState, load } from "../../../../verifier/state/program.ts";
import { finish, wasiProgram } from "../../../support/wasi/run.ts";

const assemble = async (text: string): Promise<Uint8Array> => Uint8Array.from(await parse(text));

/** Runs transactions with these payloads; a line each: outcome, code, output as text. */
function run(program: Program, payloads: readonly (string | Uint8Array)[]): string[] {
  const input = encodeTransactions(
    payloads.map((payload) => ({
      fuel: 1_000_000n,
      keep: false,
      payload: typeof payload === "string" ? new TextEncoder().encode(payload) : payload,
    })),
  );
  const { results, final } = finish(load(initialState(program.image), input, 1n << 30n));
  expect(final.registers.status).equal(Status.yielded);
  return results.map(({ kind, code, output }) => `${kind} ${code} ${new TextDecoder().decode(output)}`);
}

describe("libraries with WASI", () => {
  it("a C library keeps its files from call to call, and a call that fails leaves no trace", async () => {
    const bytes = await wasiProgram("library");
    const program = buildProgram([{ name: "library", bytes }], { convention: "payload" });
    const answer = (log: string): string => `${Outcome.success} 0 1 constructed, env no, log ${log}, in 1970, eof 1`;
    expect(run(program, ["one ", "two ", "trap", "exit", "three"])).deep.equal([
      answer("one "),
      answer("one two "),
      `${Outcome.trap} ${Trap.unreachable} `,
      `${Outcome.left} 9 `,
      answer("one two three"),
    ]);
  });

  it("_initialize is called once, before the first call, also without WASI", async () => {
    const text = `(module (global $n (mut i32) (i32.const 0))
      (func (export "_initialize") (global.set $n (i32.add (global.get $n) (i32.const 1))))
      (func (export "count") (result i32) (global.get $n)))`;
    const program = buildProgram([{ name: "counter", bytes: await assemble(text) }], { convention: "typed" });
    expect(program.instances.map(({ name }) => name)).deep.equal(["counter", "driver"]);
    const counts = run(program, [encodeTypedPayload(1, []), encodeTypedPayload(1, [])]);
    expect(counts.map((line) => line.charCodeAt(4))).deep.equal([1, 1]);
  });

  const clock = `(import "wasi_snapshot_preview1" "clock_time_get" (func $time (param i32 i64 i32) (result i32)))`;

  it("time goes on with the steps of transactions only", async () => {
    const text = `(module ${clock} (memory (export "memory") 1)
      (func (export "now") (result i64) (drop (call $time (i32.const 1) (i64.const 0) (i32.const 8))) (i64.load (i32.const 8))))`;
    const program = buildProgram([{ name: "clock", bytes: await assemble(text) }], { convention: "typed" });
    const calls = [0, 0, 0].map((number) => encodeTypedPayload(number, []));
    const input = encodeTransactions(calls.map((payload) => ({ fuel: 10_000n, keep: false, payload })));
    const { results } = finish(load(initialState(program.image), input, 1n << 30n));
    const times = results.map(({ output }) => Number(new DataView(output.buffer).getBigUint64(0, true)));
    const [first = 0, second = 0, third = 0] = times;
    expect(first).within(5, 200);
    expect(second - first).equal(third - second);
    expect(second - first).within(5, 200);
  });

  const link = async (text: string, convention: Convention, name = "guest"): Promise<Program> =>
    buildProgram([{ name, bytes: await assemble(text) }], { convention });

  it("a guest without a memory gets EFAULT, one with a hidden memory is refused", async () => {
    const call = `(func (export "f") (result i32) (call $time (i32.const 1) (i64.const 0) (i32.const 8)))`;
    const program = await link(`(module ${clock} ${call})`, "typed");
    expect(run(program, [encodeTypedPayload(0, [])]).map((line) => line.charCodeAt(4))).deep.equal([21]);
    let problem: unknown;
    await link(`(module ${clock} (memory 1) ${call})`, "typed").catch((error: unknown) => (problem = error));
    expect(problem).instanceOf(LinkError);
    expect((problem as Error).message).match(/so it has to export its memory as "memory"/);
  });

  it("a program may bring a WASI of its own", async () => {
    const own = `(module (func (export "clock_time_get") (param i32 i64 i32) (result i32) (i32.const 5)))`;
    const call = `(func (export "f") (result i32) (call $time (i32.const 1) (i64.const 0) (i32.const 8)))`;
    const program = buildProgram(
      [
        { name: "wasi_snapshot_preview1", bytes: await assemble(own) },
        { name: "guest", bytes: await assemble(`(module ${clock} ${call})`) },
      ],
      { convention: "typed" },
    );
    expect(program.instances.map(({ name }) => name)).deep.equal(["wasi_snapshot_preview1", "guest", "driver"]);
    expect(run(program, [encodeTypedPayload(0, [])]).map((line) => line.charCodeAt(4))).deep.equal([5]);
  });

  it("a guest may not delimit transactions, also beside WASI", async () => {
    const text = `(module ${clock} (import "arbiter" "leave" (func (param i32 i32))) (memory (export "memory") 1))`;
    let problem: unknown;
    await link(text, "typed").catch((error: unknown) => (problem = error));
    expect((problem as Error).message).match(/"leave" .*only the generated driver may import it/);
  });
});
