/**
 * Checkpoints: what a transaction that ends in each possible way leaves behind, and what it costs.
 */
import { expect } from "chai";
import { Op } from "../../../verifier/instructions/table.ts";
import { Outcome, Status, Trap } from "../../../verifier/machine/codes.ts";
import { packImm32 } from "../../../verifier/machine/word.ts";
import { Checkpoint } from "../../../verifier/state/checkpoint.ts";
import type { State } from "../../../verifier/state/state.ts";
import { after, loadedState, runToHalt, type Setup, word } from "./assemble.ts";

const constant = (value: bigint, top: number): bigint => word(Op.i64Const, { top, imm: value });

/** Opens a transaction with so much fuel; six words, pc 1 to 3. Frame: two operands. */
const begin = (fuel: bigint, keep: bigint): bigint[] => [
  constant(fuel, 0),
  constant(keep, 1),
  word(Op.checkpoint, { top: 2 }),
];

/**
 * Writes 7 to address 0, 8 to cell 9, and appends eight bytes of output: three operands' work in 8
 * steps.
 */
const effects = [
  constant(0n, 0),
  constant(7n, 1),
  word(Op.i64Store, { top: 2 }),
  constant(8n, 0),
  word(Op.globalSet, { top: 1, a: 9 }),
  constant(9n, 0),
  word(Op.outputAppend, { top: 1 }),
  word(Op.memoryGrow, { top: 1, imm: 5n << 64n }),
];

const prefix = 3;
const commit = [word(Op.commit), word(Op.yield)];
const leave = (code: bigint, keep: bigint): bigint[] => [
  constant(code, 0),
  constant(keep, 1),
  word(Op.leave, { top: 2 }),
];

const trapOutcome = (code: number): number => Outcome.trap * 2 ** 32 + code;

/** What memory, cells, sizes and output say: whether the effects are there. */
function effectsOf({ memory, cells, registers }: State): unknown[] {
  return [memory.get(0) !== 0n, cells.get(9), registers.sizes >> 192n, registers.outputLength];
}

const DONE = [true, 8n, 2n, 8];
const UNDONE = [false, 0n, 1n, 0];

/** The program with `memory.grow` of one page at the end of the effects. */
const grown = [...effects.slice(0, 7), constant(1n, 0), effects[7]!];

describe("transactions", () => {
  it("keep what they did when they commit, and give back the fuel that is left", () => {
    const start = loadedState([...begin(50n, 0n), ...grown, ...commit], { budget: 1000n });
    const open = after(start, prefix);
    expect(open.registers).to.include({ fuel: 50n, reserve: 1000n - 3n - 50n, transactionFuel: 50n, pc: 4 });
    expect(open.checkpoint).to.be.instanceOf(Checkpoint);
    const { state, steps } = runToHalt(open);
    expect(effectsOf(state)).to.deep.equal(DONE);
    expect(state.checkpoint).to.equal(undefined);
    // Nine steps of work and the commit.
    expect(state.registers).to.include({ status: Status.yielded, outcome: 0, transactionFuel: 10n, reserve: 0n });
    expect(state.registers.fuel).to.equal(1000n - BigInt(prefix + steps));
    expect(steps).to.equal(grown.length + 2);
  });

  for (const [name, end, code] of [
    ["trap", word(Op.unreachable), Trap.unreachable],
    ["meet an unknown opcode", word(0xeeee), Trap.invalidInstruction],
    ["try to open another one", word(Op.checkpoint, { top: 2 }), Trap.host],
    ["try to yield", word(Op.yield), Trap.host],
    ["try to finish", word(Op.finish), Trap.host],
    ["try to write a receipt", word(Op.receipt, { top: 1 }), Trap.host],
  ] as const) {
    it(`leave no trace when they ${name}`, () => {
      const start = loadedState([...begin(50n, 0n), ...grown, end]);
      const before = after(start, prefix + grown.length);
      expect(effectsOf(before)).to.deep.equal(DONE);
      const state = after(before, 1);
      expect(effectsOf(state)).to.deep.equal(UNDONE);
      expect(state.stack.root()).to.deep.equal(after(start, prefix).stack.root());
      expect(state.checkpoint).to.equal(undefined);
      expect(state.registers).to.include({
        status: Status.running,
        pc: 4,
        base: 0,
        outcome: trapOutcome(code),
        reserve: 0n,
      });
      expect(state.registers.fuel).to.equal(1000n - BigInt(prefix + grown.length + 1));
      expect(state.registers.transactionFuel).to.equal(BigInt(grown.length + 1));
    });
  }

  it("only unwind the stack when they trap and were opened to keep", () => {
    const start = loadedState([...begin(50n, 1n), ...grown, word(Op.unreachable)]);
    const state = after(start, prefix + grown.length + 1);
    expect(effectsOf(state)).to.deep.equal(DONE);
    expect(state.stack.root()).to.deep.equal(after(start, prefix).stack.root());
    expect(state.registers).to.include({ outcome: trapOutcome(Trap.unreachable), pc: 4 });
  });

  it("undo the changes of the step that traps, also where they keep", () => {
    // A store across the end of memory writes nothing, and its operands are still on the stack when
    // it is undone.
    const words = [
      ...begin(50n, 1n),
      constant(65_533n, 0),
      constant((1n << 64n) - 1n, 1),
      word(Op.i64Store, { top: 2 }),
    ];
    const start = loadedState(words);
    const state = after(start, prefix + 3);
    expect(state.registers.outcome).to.equal(trapOutcome(Trap.memoryBounds));
    expect(state.memory.root()).to.deep.equal(start.memory.root());
    expect(state.stack.root()).to.deep.equal(after(start, prefix).stack.root());
  });

  for (const [kept, result] of [
    [0n, UNDONE],
    [1n, DONE],
  ] as const) {
    it(`go back by \`leave\` ${kept === 0n ? "without a trace" : "and keep what they did, if it says so"}`, () => {
      // The checkpoint says the opposite: `leave` decides.
      const start = loadedState([...begin(50n, 1n - kept), ...grown, ...leave(77n, kept)]);
      const state = after(start, prefix + grown.length + 3);
      expect(effectsOf(state)).to.deep.equal(result);
      expect(state.registers).to.include({ outcome: Outcome.left * 2 ** 32 + 77, pc: 4, reserve: 0n });
      expect(state.stack.root()).to.deep.equal(after(start, prefix).stack.root());
      expect(state.registers.transactionFuel).to.equal(BigInt(grown.length + 3));
    });
  }

  it("end when their fuel is spent; the step that ends them is paid from the rest", () => {
    const start = loadedState([...begin(4n, 0n), ...grown]);
    const spent = after(start, prefix + 4);
    expect(spent.registers).to.include({ fuel: 0n, reserve: 1000n - 3n - 4n });
    const state = after(spent, 1);
    expect(effectsOf(state)).to.deep.equal(UNDONE);
    expect(state.registers).to.include({
      outcome: trapOutcome(Trap.outOfFuel),
      pc: 4,
      transactionFuel: 4n,
      reserve: 0n,
    });
    expect(state.registers.fuel).to.equal(1000n - 3n - 4n - 1n);
  });

  it("end the program when all the fuel there is was theirs", () => {
    const { state, steps } = runToHalt(loadedState([...begin(1_000n, 0n), ...grown], { budget: 8n }));
    expect(state.registers).to.include({ status: Status.trapped, trapCode: Trap.outOfFuel, fuel: 0n, reserve: 0n });
    expect(steps).to.equal(9);
  });

  it("get no more fuel than there is", () => {
    const state = after(loadedState([...begin(1n << 63n, 0n)], { budget: 20n }), prefix);
    expect(state.registers).to.include({ fuel: 17n, reserve: 0n, transactionFuel: 17n });
  });

  it("forget the outcome of the one before", () => {
    const words = [...begin(50n, 0n), word(Op.br, { a: 4 })];
    const running = loadedState(words);
    const state = after({ ...running, registers: { ...running.registers, outcome: trapOutcome(1) } }, prefix);
    expect(state.registers.outcome).to.equal(0);
  });
});

describe("instructions of drivers, outside a transaction", () => {
  const trapped = (words: readonly bigint[], setup?: Setup): number => {
    const { state } = runToHalt(loadedState(words, setup));
    expect(state.registers.status).to.equal(Status.trapped);
    return state.registers.trapCode;
  };

  it("commit and leave trap", () => {
    expect(trapped([word(Op.commit)])).to.equal(Trap.host);
    expect(trapped([constant(0n, 0), constant(0n, 1), word(Op.leave, { top: 2 })])).to.equal(Trap.host);
  });

  it("yield and finish halt, and only a yielded machine goes on", () => {
    const yielded = runToHalt(loadedState([word(Op.yield)])).state;
    expect(yielded.registers).to.include({ status: Status.yielded, pc: 2 });
    expect(runToHalt(loadedState([word(Op.finish)])).state.registers.status).to.equal(Status.finished);
  });

  it("a receipt tells outcome, start, length and fuel of what was written since the last one", () => {
    const append = [constant(5n, 0), word(Op.outputAppend, { top: 1 })];
    const receipt = [constant(0x1_0000_0002n, 0), word(Op.receipt, { top: 1 })];
    const words = [...append, ...receipt, ...append, ...append, ...receipt, word(Op.yield)];
    const { state } = runToHalt(loadedState(words));
    // Region 2 of four is the output; receipts begin in the middle of its 2^11 leaves.
    const receipts = 2 * 2 ** 11 + 2 ** 10;
    expect(state.memory.get(receipts)).to.equal((0x1_0000_0002n << 192n) | (8n << 64n));
    expect(state.memory.get(receipts + 1)).to.equal((0x1_0000_0002n << 192n) | (8n << 128n) | (16n << 64n));
    expect(state.registers).to.include({ receiptCount: 2, outputLength: 24, outputStart: 24 });
  });

  it("a receipt's output starts where its transaction began", () => {
    const append = [constant(5n, 0), word(Op.outputAppend, { top: 1 })];
    const words = [
      ...append,
      ...begin(50n, 0n),
      ...append,
      word(Op.commit),
      constant(0n, 0),
      word(Op.receipt, { top: 1 }),
    ];
    const state = after(loadedState(words), words.length);
    expect(state.memory.get(2 * 2 ** 11 + 2 ** 10)).to.equal((8n << 128n) | (8n << 64n) | 3n);
  });

  it("a receipt carries the fuel of the transaction before it", () => {
    const words = [
      ...begin(50n, 0n),
      ...grown,
      word(Op.commit),
      constant(0n, 0),
      word(Op.receipt, { top: 1 }),
      word(Op.yield),
    ];
    const { state } = runToHalt(loadedState(words));
    expect(state.memory.get(2 * 2 ** 11 + 2 ** 10)).to.equal((8n << 64n) | BigInt(grown.length + 1));
    expect(state.registers.transactionFuel).to.equal(0n);
  });

  it("out of receipts, the program ends", () => {
    const state = loadedState([constant(0n, 0), word(Op.receipt, { top: 1 })]);
    const full = { ...state, registers: { ...state.registers, receiptCount: 2 ** 10 } };
    expect(runToHalt(full).state.registers).to.include({ status: Status.trapped, trapCode: Trap.outputFull });
  });
});

describe("reading input and writing output", () => {
  const input = Uint8Array.from({ length: 100 }, (_, i) => i + 1);

  it("tells the length of the input and loads eight bytes of it, little-endian, zeros after its end", () => {
    const words = [
      word(Op.inputLength, { top: 0 }),
      constant(3n, 1),
      word(Op.inputLoad, { top: 2 }),
      constant(96n, 2),
      word(Op.inputLoad, { top: 3 }),
      word(Op.yield),
    ];
    const { state } = runToHalt(loadedState(words, { input }));
    expect([0, 1, 2].map((i) => state.stack.get(i))).to.deep.equal([100n, 0x0b0a_0908_0706_0504n, 0x6463_6261n]);
  });

  it("copies input to memory and memory to output", () => {
    const sizeIndex = packImm32(0);
    const words = [
      constant(10n, 0),
      constant(1n, 1),
      constant(99n, 2),
      word(Op.inputRead, { top: 3, imm: sizeIndex }),
      word(Op.copyBytes, { top: 1, a: 0, b: 3 }),
      constant(10n, 0),
      constant(40n, 1),
      word(Op.outputWrite, { top: 2, imm: sizeIndex }),
      word(Op.copyBytes, { top: 1, a: 2, b: 0 }),
      word(Op.yield),
    ];
    const { state } = runToHalt(loadedState(words, { input }));
    expect([...state.memory.readBytes(0, 4).subarray(10, 109)]).to.deep.equal([...input.subarray(1)]);
    expect([...state.memory.readBytes(2 * 2 ** 11, 2)].slice(0, 41)).to.deep.equal([...input.subarray(1, 41), 0]);
    expect(state.registers.outputLength).to.equal(40);
    expect(state.stack.get(0)).to.equal(0n);
  });

  it("traps for input after the end, memory outside, and a full output", () => {
    const codeOf = (words: readonly bigint[], outputLength = 0): number => {
      const state = loadedState(words, { input });
      return runToHalt({ ...state, registers: { ...state.registers, outputLength } }).state.registers.trapCode;
    };
    const read = (d: bigint, s: bigint, n: bigint): bigint[] => [
      ...[constant(d, 0), constant(s, 1), constant(n, 2)],
      ...[word(Op.inputRead, { top: 3 }), word(Op.copyBytes, { top: 1, b: 3 }), word(Op.yield)],
    ];
    expect(codeOf(read(0n, 1n, 100n))).to.equal(Trap.memoryBounds);
    expect(codeOf(read(0n, 0n, 100n))).to.equal(0);
    expect(codeOf(read(65_436n, 0n, 100n))).to.equal(0);
    expect(codeOf(read(65_437n, 0n, 100n))).to.equal(Trap.memoryBounds);
    expect(codeOf(read(0n, (1n << 64n) - 1n, 2n))).to.equal(Trap.memoryBounds);
    const append = [constant(1n, 0), word(Op.outputAppend, { top: 1 }), word(Op.yield)];
    expect(codeOf(append, 2 ** 15 - 8)).to.equal(0);
    expect(codeOf(append, 2 ** 15 - 7)).to.equal(Trap.outputFull);
    const write = (s: bigint, n: bigint): bigint[] => [
      ...[constant(s, 0), constant(n, 1), word(Op.outputWrite, { top: 2 }), word(Op.yield)],
    ];
    expect(codeOf(write(0n, 2n ** 15n))).to.equal(0);
    expect(codeOf(write(0n, 2n ** 15n + 1n))).to.equal(Trap.outputFull);
    expect(codeOf(write(65_530n, 7n))).to.equal(Trap.memoryBounds);
  });
});
