/** Generated modules give the same on the lowered program as on V8: results, traps, memory and globals. */
import { expect } from "chai";
import fc from "fast-check";
import { NUMERIC, Op, Trap } from "../../../verifier/machine/opcodes.ts";
import { unpackWord } from "../../../verifier/machine/word.ts";
import { buildProgram, type Program } from "../../../verifier/program/build.ts";
import { machineMnemonic, wordAt } from "../../../verifier/program/map.ts";
import { callPayload } from "../../../verifier/program/transactions-file.ts";
import { decodeTypedOutput, encodeTransactions } from "../../../verifier/program/transactions.ts";
import type { FunctionType } from "../../../verifier/wasm/types.ts";
import { moduleArbitrary, type GeneratedModule } from "../../programs/generate-module.ts";
import { describeOutcome, startMachine, type MapMachine } from "./map-access.ts";

const SEED = 20_261_120;
const RUNS = Number(process.env["FUZZ_RUNS"] ?? 300);

/** V8's messages, and the traps of the machine that they stand for. */
const V8_TRAPS: readonly (readonly [RegExp, readonly number[]])[] = [
  [/^unreachable$/, [Trap.unreachable]],
  [/^(divide|remainder) by zero$/, [Trap.divideByZero]],
  [/^divide result unrepresentable$/, [Trap.integerOverflow]],
  [/^float unrepresentable in integer range$/, [Trap.invalidConversion, Trap.integerOverflow]],
  [/memory access out of bounds/, [Trap.memoryBounds]],
  [/table index is out of bounds|(table|element segment) (access )?out of bounds/, [Trap.tableBounds]],
  [/null function or function signature/, [Trap.uninitializedElement, Trap.indirectCallType]],
];

/** What a call does: its results as signed numbers, or the trap codes that it may end with. */
type Effect = { readonly values: readonly bigint[] } | { readonly traps: readonly number[] };

function callOnV8(instance: WebAssembly.Instance, name: string, args: readonly bigint[], type: FunctionType): Effect {
  const fn = instance.exports[name] as (...args: unknown[]) => unknown;
  try {
    const result = fn(...args.map((arg, i) => (type.params[i] === "i64" ? arg : Number(arg))));
    const list = (type.results.length === 1 ? [result] : (result ?? [])) as (number | bigint)[];
    return { values: list.map(BigInt) };
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error;
    const { message } = error;
    const traps = V8_TRAPS.find(([pattern]) => pattern.test(message))?.[1];
    if (traps === undefined) throw new Error(`no trap stands for V8's "${message}"`, { cause: error });
    return { traps };
  }
}

function callOnMachine(
  machine: MapMachine,
  program: Program,
  { name, args }: GeneratedModule["calls"][number],
): Effect {
  const payload = callPayload(program.exports, name, args.map(String));
  machine.load(encodeTransactions([{ fuel: 5_000_000n, keep: true, payload }]), 6_000_000n);
  machine.run();
  const [result] = machine.results();
  if (result === undefined) throw new Error("the transaction left no receipt");
  if (result.kind === 1) return { traps: [result.code] };
  expect(describeOutcome(result)).to.equal("success");
  const type = program.exports.find((e) => e.name === name)?.type;
  return { values: decodeTypedOutput(result.output, type?.results ?? []) };
}

function compare(generated: GeneratedModule): void {
  const program = buildProgram([{ name: "guest", bytes: generated.bytes }], { convention: "typed" });
  const machine = startMachine(program);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(generated.bytes)));
  for (const call of generated.calls) {
    const type = generated.exports.find((e) => e.name === call.name)?.type;
    if (type === undefined) throw new Error(`${call.name} is not exported`);
    const wanted = callOnV8(instance, call.name, call.args, type);
    const found = callOnMachine(machine, program, call);
    if ("values" in wanted) expect(found).to.deep.equal(wanted);
    else expect(wanted.traps).to.include("traps" in found ? found.traps[0] : -1);
  }
  compareState(instance, machine, program, generated);
}

function compareState(
  instance: WebAssembly.Instance,
  machine: MapMachine,
  program: Program,
  generated: GeneratedModule,
): void {
  const memory = new Uint8Array((instance.exports["memory"] as WebAssembly.Memory).buffer);
  expect(machine.registers.sizes >> 192n).to.equal(BigInt(memory.length / 65_536));
  for (let offset = 0; offset < memory.length; offset += 32) {
    const leaf = machine.access.trees.memory.get(offset / 32);
    const wanted = Buffer.from(memory.buffer, offset, 32).toString("hex");
    if (BigInt(`0x${wanted}`) !== leaf) expect(leaf.toString(16).padStart(64, "0")).to.equal(wanted, `at ${offset}`);
  }
  generated.globals.forEach(({ name, type }, i) => {
    const cell = program.instances[0]?.globals[i]?.cell ?? 0;
    const value = BigInt((instance.exports[name] as () => number | bigint)());
    expect(machine.access.trees.cells.get(cell)).to.equal(BigInt.asUintN(type.endsWith("64") ? 64 : 32, value), name);
  });
}

/** Instructions that generated modules are made of: everything but the host's. */
const GUEST_OPS: readonly number[] = [...NUMERIC.keys(), ...Object.values(Op).filter((op) => op < Op.checkpoint)];

describe("generated modules", function () {
  this.timeout(300_000);

  it(`run as on V8, ${RUNS} of them`, () => {
    fc.assert(fc.property(moduleArbitrary(), compare), { seed: SEED, numRuns: RUNS });
  });

  it("leave nothing above the top of the stack, at any step", () => {
    for (const generated of fc.sample(moduleArbitrary(), { seed: SEED, numRuns: 60 })) {
      const program = buildProgram([{ name: "guest", bytes: generated.bytes }], { convention: "typed" });
      const machine = startMachine(program);
      for (const { name, args } of generated.calls) {
        const payload = callPayload(program.exports, name, args.map(String));
        machine.load(encodeTransactions([{ fuel: 20_000n, keep: true, payload }]), 30_000n);
        machine.run((pc) => {
          const { top } = unpackWord(wordAt(program.image.code as Uint8Array, pc));
          const highest = Math.max(-1, ...machine.access.trees.stack.map.keys());
          if (highest >= machine.registers.base + top)
            expect(highest).to.be.below(machine.registers.base + top, `pc ${pc}`);
        });
      }
    }
  });

  it("execute every instruction that a guest can be made of", () => {
    const executed = new Set<number>();
    for (const generated of fc.sample(moduleArbitrary(), { seed: SEED, numRuns: 400 })) {
      const program = buildProgram([{ name: "guest", bytes: generated.bytes }], { convention: "typed" });
      const machine = startMachine(program);
      const code = program.image.code as Uint8Array;
      for (const { name, args } of generated.calls) {
        const payload = callPayload(program.exports, name, args.map(String));
        machine.load(encodeTransactions([{ fuel: 5_000_000n, keep: true, payload }]), 6_000_000n);
        machine.run((pc) => executed.add(new DataView(code.buffer).getUint16(32 * pc)));
      }
    }
    expect(GUEST_OPS.filter((op) => !executed.has(op)).map(machineMnemonic)).to.deep.equal([]);
  });
});
