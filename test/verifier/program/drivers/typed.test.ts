import { expect } from "chai";
import { parse } from "@bytecodealliance/jco";
import { buildProgram, type Program } from "../../../../verifier/program/build.ts";
import { typedDriver } from "../../../../verifier/program/drivers/typed.ts";
import { callPayload } from "../../../../verifier/program/transactions-file.ts";
import {
  decodeTypedOutput,
  encodeTransactions,
  encodeTypedPayload,
  type Transaction,
} from "../../../../verifier/program/transactions.ts";
import { decode } from "../../../../verifier/wasm/decode.ts";
import type { FunctionType, ValueType } from "../../../../verifier/wasm/types.ts";
import { textGuest } from "../../../support/text-guest.ts";
import { describeOutcome, startMachine, type MapMachine } from "../map-access.ts";

const program = async (name: "counter" | "host"): Promise<Program> =>
  buildProgram([{ name, bytes: await textGuest(name) }], { convention: "typed" });

function call(p: Program, name: string, args: readonly string[] = [], keep = false, fuel = 50_000n): Transaction {
  return { fuel, keep, payload: callPayload(p.exports, name, args) };
}

/** Runs a fragment; what each transaction returned, or why it did not. */
function run(p: Program, machine: MapMachine, transactions: readonly Transaction[]): string[] {
  machine.load(encodeTransactions(transactions), 10_000_000n);
  machine.run();
  return machine.results().map((result, i) => {
    if (result.kind !== 0) return describeOutcome(result);
    const number = new DataView(transactions[i]?.payload.buffer ?? new ArrayBuffer(4)).getUint32(0, true);
    return decodeTypedOutput(result.output, p.exports[number]?.type.results ?? []).join(" ");
  });
}

describe("typed driver", () => {
  it("calls exports by their number", async () => {
    const p = await program("counter");
    const machine = startMachine(p);
    const calls = [call(p, "add", ["5"]), call(p, "add", ["-7"]), call(p, "both"), call(p, "dive", ["30"])];
    expect(run(p, machine, calls)).to.deep.equal(["5", "-2", "-2 -2", "7"]);
    expect(run(p, machine, [call(p, "add", ["1"])])).to.deep.equal(["-1"]);
  });

  it("undoes what a failed call did, unless it is to be kept", async () => {
    const p = await program("counter");
    const calls = [
      call(p, "add_and_trap", ["9"]),
      call(p, "both"),
      call(p, "add_and_trap", ["9"], true),
      call(p, "both"),
      call(p, "spin"),
      call(p, "dive", ["100000"], false, 5_000_000n),
      call(p, "both"),
    ];
    expect(run(p, startMachine(p), calls)).to.deep.equal([
      "unreachable",
      "0 0",
      "unreachable",
      "9 9",
      "out of fuel",
      "call stack exhausted",
      "9 9",
    ]);
  });

  it("truncates arguments of type i32", async () => {
    const bytes = await parse(`(module (func (export "f") (param i32 i64) (result i64 i32)
      (i64.extend_i32_u (local.get 0)) (i32.wrap_i64 (local.get 1))))`);
    const p = buildProgram([{ name: "a", bytes }], { convention: "typed" });
    const payload = encodeTypedPayload(0, [0x1_ffff_ffffn, 0x1_ffff_ffffn]);
    expect(run(p, startMachine(p), [{ fuel: 1000n, keep: false, payload }])).to.deep.equal(["4294967295 -1"]);
  });

  it("traps for a payload that fits no export", async () => {
    const p = await program("counter");
    const payloads = [
      new Uint8Array(),
      Uint8Array.of(0, 0, 0, 0),
      encodeTypedPayload(0, []),
      encodeTypedPayload(0, [1n, 2n]),
      encodeTypedPayload(p.exports.length, []),
      encodeTypedPayload(0xffff_ffff, []),
      Uint8Array.of(4, 0, 0, 0, 1, 0, 0, 0),
    ];
    const transactions = payloads.map((payload) => ({ fuel: 10_000n, keep: false, payload }));
    expect(run(p, startMachine(p), transactions)).to.deep.equal(payloads.map(() => "unreachable"));
  });

  it("passes floats by their bits, NaNs included", async () => {
    const bytes = await parse(`(module
      (func (export "swap") (param f32 f64 i32) (result f64 i32 f32 i64 f32)
        local.get 1 local.get 2 local.get 0 i64.const -7 local.get 0)
      (func (export "half") (param f32) (result f32) (f32.mul (local.get 0) (f32.const 0.5))))`);
    const p = buildProgram([{ name: "a", bytes }], { convention: "typed" });
    const float = 0x7fa0_0001n;
    const double = 0xfff0_0000_0000_0001n;
    const noise = 0xffff_ffff_0000_0000n;
    const payloads = [encodeTypedPayload(0, [float | noise, double, 5n]), encodeTypedPayload(1, [float])];
    const transactions = payloads.map((payload) => ({ fuel: 1000n, keep: false, payload }));
    expect(run(p, startMachine(p), transactions)).to.deep.equal([
      [double, 5n, float, -7n, float].join(" "),
      String(0x7fc0_0000n),
    ]);
    const machine = startMachine(p);
    machine.load(encodeTransactions(transactions), 1_000_000n);
    machine.run();
    // An f32 is zero-extended.
    expect(machine.results()[1]?.output).to.deep.equal(Uint8Array.of(0, 0, 0xc0, 0x7f, 0, 0, 0, 0));
  });

  it("does not import exports that it has no encoding for", () => {
    const type = (param: ValueType): FunctionType => ({ params: [param], results: [] });
    const exports = (["i32", "externref", "f64", "v128"] as const).map((t) => ({ name: t, type: type(t) }));
    const imported = decode(typedDriver("guest", exports)).functions.flatMap(({ imported: from }) =>
      from?.module === "guest" ? [from.name] : [],
    );
    expect(imported).to.deep.equal(["i32", "f64"]);
  });

  it("does without exports", () => {
    const p = buildProgram([{ name: "a", bytes: Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0) }], {
      convention: "typed",
    });
    const transactions = [{ fuel: 1000n, keep: false, payload: encodeTypedPayload(0, []) }];
    expect(run(p, startMachine(p), transactions)).to.deep.equal(["unreachable"]);
  });

  it("calls the last of very many exports", async () => {
    const count = 3000;
    const functions = Array.from({ length: count }, (_, i) => `(func (export "f${i}") (result i32) i32.const ${i})`);
    const p = buildProgram([{ name: "a", bytes: await parse(`(module ${functions.join("")})`) }], {
      convention: "typed",
    });
    expect(run(p, startMachine(p), [call(p, "f0"), call(p, "f2999")])).to.deep.equal(["0", "2999"]);
  });
});

describe("host functions of guests", () => {
  it("tell the fuel left, a step less each time", async () => {
    const p = await program("host");
    const [line = ""] = run(p, startMachine(p), [call(p, "fuel_twice")]);
    const [first = 0, second = 0] = line.split(" ").map(Number);
    expect(first - second).to.equal(1);
    expect(first).to.be.within(49_900, 50_000);
  });

  it("read the input and write the output", async () => {
    const p = await program("host");
    const machine = startMachine(p);
    const calls = [call(p, "copy", ["3", "30"]), call(p, "copy_by_table", ["3", "30"])];
    const input = encodeTransactions(calls);
    machine.load(input, 1_000_000n);
    machine.run();
    for (const { output } of machine.results()) expect(output).to.deep.equal(input.slice(3, 33));
    expect(run(p, machine, [call(p, "copy", ["0", "5000"])])).to.deep.equal(["out of bounds memory access"]);
    expect(run(p, machine, [call(p, "copy", ["-1", "0"])])).to.deep.equal(["out of bounds memory access"]);
  });

  it("are called through tables and exports", async () => {
    const p = await program("host");
    const calls = [call(p, "load_by_table", ["0"]), call(p, "input_length"), call(p, "load_by_table", ["1000"])];
    const input = encodeTransactions(calls);
    expect(run(p, startMachine(p), calls)).to.deep.equal(["50000", String(input.length), "0"]);
  });

  it("append to the output before the results", async () => {
    const p = await program("host");
    const machine = startMachine(p);
    machine.load(encodeTransactions([call(p, "append", ["258"])]), 1_000_000n);
    machine.run();
    expect(machine.results()[0]?.output).to.deep.equal(Uint8Array.of(2, 1, 0, 0, 0, 0, 0, 0));
  });
});
