import { parse } from "@bytecodealliance/jco";
import { expect } from "chai";
import { engineExecutor } from "../../../verifier/engine/executor.ts";
import { interpreterExecutor } from "../../../verifier/interpreter/execute.ts";
import { backtrace, type Backtrace } from "../../../verifier/program/backtrace.ts";
import { buildProgram } from "../../../verifier/program/build.ts";
import { begin, runLoaded } from "../../../verifier/program/fragment.ts";
import { encodeTransactions, encodeTypedPayload } from "../../../verifier/program/transactions.ts";
import { stateAtTrap } from "../../../verifier/program/trap-site.ts";
import type { Executor } from "../../../verifier/state/executor.ts";

/** Traps in many ways, some calls deep, with locals and operands around the calls. */
const TRAPS = `(module
  (memory 1)
  (type $unary (func (param i64) (result i64)))
  (table 4 funcref)
  (elem (i32.const 0) $divide $other)
  (func $divide (param i64) (result i64) (i64.div_u (i64.const 7) (local.get 0)))
  (func $other (param i32 i32 i32) (local i64 i64) (unreachable))
  (func $load (param i32) (result i64) (local i64) (local.set 1 (i64.const 3)) (i64.load offset=8 (local.get 0)))
  (func $indirect (param i32 i64) (result i64)
    (i64.add (i64.const 1) (call_indirect (type $unary) (local.get 1) (local.get 0))))
  (func $down (param i32) (result i64)
    (if (result i64) (i32.eqz (local.get 0))
      (then (call $indirect (i32.const 0) (i64.const 0)))
      (else (i64.add (i64.const 1) (call $down (i32.sub (local.get 0) (i32.const 1)))))))
  (func $forever (param i32) (result i64) (local i64 i64 i64)
    (i64.add (i64.const 1) (call $forever (local.get 0))))
  (func (export "divide") (param i32) (result i64) (call $divide (i64.extend_i32_u (local.get 0))))
  (func (export "load") (param i32) (result i64) (i64.const 5) (call $load (local.get 0)) (i64.add))
  (func (export "indirect") (param i32) (result i64) (call $indirect (local.get 0) (i64.const 0)))
  (func (export "down") (param i32) (result i64) (local.get 0) (call $down))
  (func (export "forever") (param i32) (result i64) (call $forever (local.get 0)))
  (func (export "fill") (param i32) (result i64) (memory.fill (i32.const 9) (i32.const 1) (local.get 0)) (i64.const 0)))`;

const FUEL = 10_000_000n;

async function assembled(text: string): Promise<Uint8Array> {
  return new Uint8Array(await parse(text));
}

/** The backtrace of a call that traps. */
function traced(
  bytes: Uint8Array,
  name: string,
  argument: number,
  setting: { executor?: Executor; fuel?: bigint } = {},
): Backtrace {
  const program = buildProgram([{ name: "guest", bytes }], { convention: "typed", allowMissingImports: true });
  const number = program.exports.findIndex((entry) => entry.name === name);
  const payload = encodeTypedPayload(number, [BigInt(argument)]);
  const input = encodeTransactions([{ fuel: setting.fuel ?? FUEL, keep: false, payload }]);
  const initial = begin(program, input, 2n * FUEL);
  const executor = setting.executor ?? engineExecutor(program);
  const { steps } = runLoaded(initial, { executor });
  const state = stateAtTrap(executor, initial, steps);
  expect(state, `${name} does not trap`).not.equal(undefined);
  return backtrace(program, state!);
}

/** Function indices and byte offsets in the stack of an error of V8, the innermost first. */
function stackOfV8(bytes: Uint8Array, name: string, argument: number): { function: number; offset: number }[] {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(bytes)));
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 200;
  try {
    (instance.exports[name] as (n: number) => bigint)(argument);
    throw new Error("V8 does not trap");
  } catch (error) {
    const frames = (error as Error).stack?.matchAll(/wasm-function\[(\d+)\]:0x([0-9a-f]+)/g) ?? [];
    return [...frames].map(([, index, offset]) => ({
      function: Number(index),
      offset: Number.parseInt(offset ?? "", 16),
    }));
  } finally {
    Error.stackTraceLimit = limit;
  }
}

describe("backtraces", () => {
  const cases: [name: string, argument: number][] = [
    ["divide", 0],
    ["load", 70_000],
    ["indirect", 1],
    ["indirect", 3],
    ["indirect", 9],
    ["down", 0],
    ["down", 20],
    ["fill", 70_000],
  ];
  for (const [name, argument] of cases) {
    it(`of ${name}(${argument}) are V8's, function by function and byte by byte`, async () => {
      const bytes = await assembled(TRAPS);
      const expected = stackOfV8(bytes, name, argument);
      expect(expected.length).greaterThan(0);
      for (const executor of [undefined, interpreterExecutor]) {
        const { frames, omitted } = traced(bytes, name, argument, executor && { executor });
        expect(omitted).equal(0);
        expect(frames.map(({ function: index, offset }) => ({ function: index, offset }))).deep.equal(expected);
      }
    });
  }

  it("of a recursion that fills the stack name the innermost frames and the outermost", async () => {
    const { frames, omitted } = traced(await assembled(TRAPS), "forever", 1);
    expect(frames).length(30);
    expect(new Set(frames.slice(0, -1).map(({ functionName }) => functionName))).deep.equal(new Set(["forever"]));
    expect(frames.at(-1)).include({ function: 10, mnemonic: "call" });
    expect(omitted).greaterThan(5_000);
  });

  it("tell where the fuel ran out", async () => {
    const { frames } = traced(await assembled(TRAPS), "forever", 1, { fuel: 1000n });
    expect(frames.length).greaterThan(10);
    expect(frames[0]).include({ functionName: "forever" });
  });

  it("tell which function is a start function", async () => {
    const text = `(module (func $deep (unreachable)) (func $begin (call $deep)) (start $begin) (func (export "f") (param i32)))`;
    const { frames } = traced(await assembled(text), "f", 1);
    expect(frames.map(({ functionName, isStart }) => [functionName, isStart])).deep.equal([
      ["deep", false],
      ["begin", true],
    ]);
  });

  it("name the import that nothing provides", async () => {
    const text = `(module (import "env" "gone" (func $gone (param i32 i64) (result i32)))
      (func (export "f") (param i32) (result i32) (call $gone (local.get 0) (i64.const 1))))`;
    const { frames } = traced(await assembled(text), "f", 1);
    expect(frames.map(({ functionName }) => functionName)).deep.equal(["missing import env.gone", "f"]);
  });

  it("are undefined of a fragment in which nothing trapped", async () => {
    const bytes = await assembled(TRAPS);
    expect(() => traced(bytes, "divide", 1)).throw("divide does not trap");
  });
});
