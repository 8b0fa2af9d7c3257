import { expect } from "chai";
import { parse } from "@bytecodealliance/jco";
import { Status, Trap } from "../../../../verifier/machine/codes.ts";
import { buildProgram, type Program } from "../../../../verifier/program/build.ts";
import { LinkError } from "../../../../verifier/program/errors.ts";
import { encodeTransactions, type Transaction } from "../../../../verifier/program/transactions.ts";
import { textGuest } from "../../../support/text-guest.ts";
import { describeOutcome, startMachine, type MapMachine } from "../map-access.ts";

const BUDGET = 10_000_000n;

const utf8 = new TextEncoder();
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function transaction(payload: string, options: Partial<Transaction> = {}): Transaction {
  return { fuel: 100_000n, keep: false, payload: utf8.encode(payload), ...options };
}

/** Runs a fragment; a line a transaction: how it ended, and its output. */
function run(machine: MapMachine, input: Uint8Array, budget = BUDGET): string[] {
  machine.load(input, budget);
  machine.run();
  return machine.results().map((result) => `${describeOutcome(result)}: ${text(result.output)}`);
}

describe("payload driver", () => {
  let program: Program;
  let machine: MapMachine;

  before(async () => {
    program = buildProgram([{ name: "echo", bytes: await textGuest("echo") }], { convention: "payload" });
  });

  beforeEach(() => {
    machine = startMachine(program);
  });

  /** The guest's exported global. */
  const global = (index: number): bigint => {
    const cell = program.instances[0]?.globals[index]?.cell ?? 0;
    return machine.access.trees.cells.get(cell);
  };

  it("hands over payloads and writes what comes back to the output", () => {
    const payloads = ["hello", "", "x".repeat(1000), "bye"];
    const lines = run(machine, encodeTransactions(payloads.map((payload) => transaction(payload))));
    expect(lines).to.deep.equal(payloads.map((payload) => `success: ${payload}`));
    expect(machine.registers.outputLength).to.equal(1008);
    expect(machine.registers.status).to.equal(Status.yielded);
  });

  it("tells where each output begins and what each transaction used", () => {
    run(machine, encodeTransactions([transaction("ab"), transaction("!"), transaction("cde")]));
    const [first, second, third] = machine.results();
    expect(first).to.include({ start: 0, length: 2 });
    expect(second).to.include({ start: 2, length: 0, code: Trap.unreachable });
    expect(third).to.include({ start: 2, length: 3 });
    for (const result of [first, third]) expect(Number(result?.fuelUsed)).to.be.within(60, 90);
  });

  it("gives results back to be released, with their length", () => {
    run(machine, encodeTransactions([transaction("hello")]));
    expect(global(1)).to.equal(9n);
  });

  it("grows memory for a payload that does not fit", () => {
    const large = "y".repeat(60_000);
    expect(run(machine, encodeTransactions([transaction(large, { fuel: 200_000n })]))).to.deep.equal([
      `success: ${large}`,
    ]);
    expect(machine.registers.sizes >> 192n).to.equal(2n);
  });

  it("takes the next fragment where the last one ended", () => {
    expect(run(machine, encodeTransactions([transaction("one")]))).to.deep.equal(["success: one"]);
    expect(run(machine, new Uint8Array())).to.deep.equal([]);
    expect(run(machine, encodeTransactions([transaction("two"), transaction("three")]))).to.deep.equal([
      "success: two",
      "success: three",
    ]);
    expect(global(0)).to.equal(3n);
  });

  it("leaves no trace of a transaction that traps", () => {
    const before = [...machine.access.trees.memory.map.entries()].filter(([index]) => index < machine.regionLeaves);
    expect(run(machine, encodeTransactions([transaction("!bad")]))).to.deep.equal(["unreachable: "]);
    expect(global(0)).to.equal(0n);
    const after = [...machine.access.trees.memory.map.entries()].filter(([index]) => index < machine.regionLeaves);
    expect(after).to.deep.equal(before);
    expect(machine.access.trees.stack.map.size).to.be.at.most(9);
  });

  it("keeps what a transaction did that asks for it", () => {
    expect(run(machine, encodeTransactions([transaction("!bad", { keep: true })]))).to.deep.equal(["unreachable: "]);
    expect(global(0)).to.equal(1n);
  });

  it("ends a transaction that has used its fuel, and goes on", () => {
    const lines = run(
      machine,
      encodeTransactions([transaction("a", { fuel: 20n }), transaction("b", { fuel: 0n }), transaction("c")]),
    );
    expect(lines).to.deep.equal(["out of fuel: ", "out of fuel: ", "success: c"]);
    expect(machine.results().map((r) => r.fuelUsed)).to.deep.include.members([20n, 0n]);
  });

  describe("skips", () => {
    it("what the budget cannot cover, and reaches the end all the same", () => {
      const many = Array.from({ length: 200 }, () => transaction("", { fuel: 1_000n }));
      const lines = run(machine, encodeTransactions(many), 30_000n);
      expect(lines).to.have.length(200);
      expect(lines.at(0)).to.equal("skipped: ");
      // Each that is skipped takes less than was kept back for it.
      expect(lines.at(-1)).to.equal("success: ");
      expect(machine.registers.status).to.equal(Status.yielded);
    });

    it("by fuel + 1000 + 200 for each sixteen bytes that follow", () => {
      const tail = encodeTransactions([transaction("x".repeat(16), { fuel: 1n })]);
      const input = encodeTransactions([transaction("a", { fuel: 5_000n }), transaction("x".repeat(16), { fuel: 1n })]);
      // What is left when the driver asks: the budget less the steps that it took so far.
      const asked = (budget: bigint): string | undefined => run(startMachine(program), input, budget)[0];
      const needed = 5_000n + 1_000n + 200n * BigInt(tail.length / 16);
      let least = needed;
      while (asked(least) === "skipped: ") least++;
      expect(Number(least - needed)).to.be.within(30, 60);
      expect(asked(least - 1n)).to.equal("skipped: ");
    });

    it("fuel so great that its sum with the rest would not fit 64 bits", () => {
      expect(
        run(machine, encodeTransactions([transaction("a", { fuel: 2n ** 64n - 1n }), transaction("b")])),
      ).to.deep.equal(["skipped: ", "success: b"]);
    });
  });

  it("has room for the receipts of as many transactions as an input can hold", async () => {
    const limits = { outputBytes: 0, memoryPages: 1 };
    const small = buildProgram([{ name: "echo", bytes: await textGuest("echo") }], { convention: "payload", limits });
    const empty = startMachine(small);
    expect(run(empty, new Uint8Array(65_536))).to.have.length(4096);
    expect(empty.registers.status).to.equal(Status.yielded);
  });

  it("ends the fragment at a truncated header", () => {
    const input = encodeTransactions([transaction("a"), transaction("")]);
    expect(run(machine, input.slice(0, -1))).to.deep.equal(["success: a"]);
    expect(machine.registers.status).to.equal(Status.yielded);
  });

  it("ends the fragment at a payload that goes beyond the input", () => {
    const input = encodeTransactions([transaction("a"), transaction("bc")]);
    expect(run(machine, input.slice(0, -1))).to.deep.equal(["success: a"]);
    const wild = Uint8Array.from(input);
    new DataView(wild.buffer).setUint32(8, 0xffff_ffff, true);
    expect(run(machine, wild)).to.deep.equal([]);
    expect(machine.registers.status).to.equal(Status.yielded);
  });

  it("traps the transaction, not the program, where a guest answers with nonsense", async () => {
    const guest = (answer: string): Promise<Uint8Array> =>
      parse(`(module (memory (export "memory") 1) (func (export "allocate") (param i32) (result i32) i32.const 0)
        (func (export "invoke") (param i32 i32) (result i32) ${answer}))`);
    for (const answer of ["i32.const -1", "(i32.store (i32.const 8) (i32.const -1)) i32.const 8"]) {
      const wild = buildProgram([{ name: "wild", bytes: await guest(answer) }], { convention: "payload" });
      const lines = run(startMachine(wild), encodeTransactions([transaction("a"), transaction("b")]));
      expect(lines).to.have.length(2);
      for (const line of lines) expect(line).to.match(/^(out of bounds memory access|output region full): $/);
    }
  });

  it("traps the transaction whose output does not fit", async () => {
    const bytes = await textGuest("echo");
    const limits = { outputBytes: 64 * 1024, memoryPages: 4 };
    const small = startMachine(buildProgram([{ name: "echo", bytes }], { convention: "payload", limits }));
    const half = transaction("z".repeat(20_000), { fuel: 100_000n });
    expect(run(small, encodeTransactions([half, half, half])).map((line) => line.slice(0, 12))).to.deep.equal(
      Array(3).fill("success: zzz"),
    );
    expect(small.regionLeaves).to.equal(2 ** 13);
  });

  describe("refuses a guest", () => {
    const cases: readonly (readonly [name: string, fields: string, message: string])[] = [
      ["without a memory", "", `wants it to export a memory as "memory", it exports nothing`],
      ["whose memory is a function", `(func (export "memory"))`, `it exports function () → ()`],
      ["without allocate", `(memory (export "memory") 1)`, `function (i32) → (i32) as "allocate", it exports nothing`],
      [
        "whose invoke has another type",
        `(memory (export "memory") 1) (func (export "allocate") (param i32) (result i32) local.get 0)
         (func (export "invoke") (param i32) (result i32) local.get 0)`,
        `function (i32, i32) → (i32) as "invoke", it exports function (i32) → (i32)`,
      ],
      [
        "whose deallocate has another type",
        `(memory (export "memory") 1) (func (export "allocate") (param i32) (result i32) local.get 0)
         (func (export "invoke") (param i32 i32) (result i32) local.get 0) (func (export "deallocate") (param i32))`,
        `function (i32, i32) → () as "deallocate", it exports function (i32) → ()`,
      ],
    ];
    for (const [name, fields, message] of cases) {
      it(name, async () => {
        const bytes = await parse(`(module ${fields})`);
        expect(() => buildProgram([{ name: "a", bytes }], { convention: "payload" })).to.throw(LinkError, message);
      });
    }
  });
});
