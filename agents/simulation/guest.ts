/** The program of simulated Deals: small, so that a dispute about it takes a fraction of a second. */
import { buildProgram, type Program } from "../../verifier/program/build.ts";
import { encodeTransactions, encodeTypedPayload } from "../../verifier/program/transactions.ts";
import { asm, type Code } from "../../verifier/wasm/assembler.ts";
import { External, ModuleWriter } from "../../verifier/wasm/module-writer.ts";

/** Steps that a fragment may take: the trees of all heights cover twice as many. */
export const BUDGET = 1n << 20n;

const FUEL = 1n << 19n;
const ADDRESS = 64;

/** Opcodes without immediates. */
const ADD = 0x6a;
const SUB = 0x6b;
const LOAD = 0x28;
const STORE = 0x36;

/** Builds it: its export adds the numbers up to its argument, and keeps the sum from call to call. */
export function simulatedProgram(): Program {
  const writer = new ModuleWriter();
  writer.memory({ minimum: 1 });
  const sum: Code = [asm.i32(ADDRESS), asm.access(LOAD, 0, 2)];
  const round = asm.loop(
    [asm.i32(ADDRESS), sum, asm.get(0), ADD, asm.access(STORE, 0, 2)],
    [asm.get(0), asm.i32(1), SUB, asm.tee(0), asm.brIf(0)],
  );
  const add = writer.function({ type: { params: ["i32"], results: ["i32"] }, body: [round, sum], name: "add" });
  writer.export("memory", External.memory, 0);
  writer.export("add", External.function, add);
  return buildProgram([{ name: "guest", bytes: writer.bytes() }], { convention: "typed" });
}

/** The input of a fragment that goes round the loop so often. */
export function inputOf(program: Program, rounds: number): Uint8Array {
  const number = program.exports.findIndex(({ name }) => name === "add");
  return encodeTransactions([{ fuel: FUEL, keep: false, payload: encodeTypedPayload(number, [BigInt(rounds)]) }]);
}
