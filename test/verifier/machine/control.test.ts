/** Branches, calls and what they do to the stack, on code written by hand. */
import { expect } from "chai";
import fc from "fast-check";
import { Flag, Status, Trap } from "../../../verifier/machine/codes.ts";
import { EXECUTED, Op } from "../../../verifier/instructions/table.ts";
import { packExternal, packImm32, packReference } from "../../../verifier/machine/word.ts";
import type { State } from "../../../verifier/state/state.ts";
import { SEED } from "../seed.ts";
import { after, loadedState, runToHalt, type Setup, slots, word } from "./assemble.ts";

const constant = (value: bigint, top: number): bigint => word(Op.i32Const, { top, imm: value });
const trapCode = (state: State): number => {
  const { status, trapCode } = runToHalt(state).state.registers;
  expect(status).to.equal(Status.trapped);
  return trapCode;
};

/** Five operands 10 to 14 on the stack, then the words. */
function withOperands(words: readonly bigint[], setup?: Setup): State {
  const pushes = Array.from({ length: 5 }, (_, i) => constant(BigInt(10 + i), i));
  return after(loadedState([...pushes, ...words], setup), 5);
}

describe("branches", () => {
  it("jump and clear everything from the cut on", () => {
    const state = after(withOperands([word(Op.br, { top: 5, a: 9, b: 2 })]), 1);
    expect(state.registers.pc).to.equal(9);
    expect(slots(state, 6)).to.deep.equal([10n, 11n, 0n, 0n, 0n, 0n]);
  });

  it("carry the top operand down to the cut", () => {
    const state = after(withOperands([word(Op.br, { top: 5, a: 9, b: 1, flags: Flag.carry })]), 1);
    expect(slots(state, 6)).to.deep.equal([10n, 14n, 0n, 0n, 0n, 0n]);
  });

  it("leave the stack as it is, if told to", () => {
    const before = withOperands([word(Op.br, { top: 5, a: 9, flags: Flag.keep | Flag.carry })]);
    expect(after(before, 1).stack).to.equal(before.stack);
  });

  it("on a condition pop it, whether they are taken or not", () => {
    const branch = (condition: bigint, flags: number): State =>
      after(withOperands([constant(condition, 5), word(Op.brIf, { top: 6, a: 9, b: 1, flags })]), 2);
    expect(branch(0n, Flag.carry).registers.pc).to.equal(8);
    expect(slots(branch(0n, Flag.carry), 7)).to.deep.equal([10n, 11n, 12n, 13n, 14n, 0n, 0n]);
    expect(branch(1n, Flag.carry).registers.pc).to.equal(9);
    expect(slots(branch(1n, Flag.carry), 7)).to.deep.equal([10n, 14n, 0n, 0n, 0n, 0n, 0n]);
    expect(slots(branch(1n, 0), 7)).to.deep.equal([10n, 0n, 0n, 0n, 0n, 0n, 0n]);
    expect(slots(branch(1n, Flag.keep), 7)).to.deep.equal([10n, 11n, 12n, 13n, 14n, 0n, 0n]);
  });

  it("look at 32 bits of their condition", () => {
    const jump = (op: number): State => after(withOperands([constant(1n << 32n, 5), word(op, { top: 6, a: 9 })]), 2);
    expect(jump(Op.brIf).registers.pc).to.equal(8);
    expect(jump(Op.if).registers.pc).to.equal(9);
  });

  it("through a table jump to one of the words after it", () => {
    for (const [index, offset] of [
      [0n, 0],
      [2n, 2],
      [3n, 3],
      [4n, 3],
      [0xffff_ffffn, 3],
    ] as const) {
      const state = after(withOperands([constant(index, 5), word(Op.brTable, { top: 6, a: 3 })]), 2);
      expect(state.registers.pc, `entry ${index}`).to.equal(8 + offset);
      expect(state.stack.get(5)).to.equal(0n);
    }
  });

  it("into nowhere trap at the next step", () => {
    expect(trapCode(after(withOperands([word(Op.br, { top: 5, a: 64, b: 5 })]), 1))).to.equal(Trap.pc);
  });
});

describe("calls", () => {
  it("make the caller's top operands the arguments, and return to the next word with one result", () => {
    // pc 6: call the function at 8 with two parameters; it gives their sum.
    const words = [
      word(Op.call, { top: 5, a: 8, b: 2, imm: packImm32(6) }),
      word(Op.yield),
      word(Op.localGet, { top: 3, a: 0 }),
      word(Op.localGet, { top: 4, a: 1 }),
      word(0x6a, { top: 5 }),
      word(Op.return, { top: 4, a: 2, b: 0, flags: Flag.carry }),
    ];
    const start = withOperands(words);
    const called = after(start, 1);
    expect(called.registers).to.include({ pc: 8, base: 3 });
    expect(called.stack.get(5)).to.equal(7n << 32n);
    const { state } = runToHalt(called);
    expect(state.registers).to.include({ status: Status.yielded, base: 0, pc: 8 });
    expect(slots(state, 7)).to.deep.equal([10n, 11n, 12n, 27n, 0n, 0n, 0n]);
  });

  it("trap where the callee's frame would pass the limit of slots", () => {
    const call = (frame: number): State => withOperands([word(Op.call, { top: 5, a: 8, b: 2, imm: packImm32(frame) })]);
    expect(after(call(61), 1).registers.base).to.equal(3);
    expect(trapCode(call(62))).to.equal(Trap.stackExhausted);
  });

  it("trap where parameters would lie below the stack", () => {
    expect(trapCode(withOperands([word(Op.call, { top: 5, a: 8, b: 6 })]))).to.equal(Trap.index);
  });

  it("of nobody return to `finish`", () => {
    const { state } = runToHalt(loadedState([word(Op.return, { a: 0 })]));
    expect(state.registers).to.include({ status: Status.finished, pc: 1 });
  });

  describe("through a table", () => {
    const table = 16;
    const size = 5;
    const reference = packReference({ type: 3, entry: 20, frame: 9 });
    const call = (index: bigint, cells: Record<number, bigint> = { [size]: 4n, [table + 1]: reference }): State =>
      withOperands(
        [constant(index, 5), word(Op.callIndirect, { top: 6, a: table, b: 2, imm: packImm32(3, 10, size) })],
        { cells },
      );

    it("enter the function and put the record where the index was", () => {
      const state = after(call(1n), 2);
      expect(state.registers).to.include({ pc: 20, base: 3 });
      expect(slots(state, 7)).to.deep.equal([10n, 11n, 12n, 13n, 14n, 8n << 32n, 0n]);
    });

    it("tell an empty element from one beyond the table, up to its capacity and after it", () => {
      expect(trapCode(call(0n))).to.equal(Trap.uninitializedElement);
      expect(trapCode(call(3n))).to.equal(Trap.uninitializedElement);
      expect(trapCode(call(4n))).to.equal(Trap.undefinedElement);
      expect(trapCode(call(10n))).to.equal(Trap.undefinedElement);
      expect(trapCode(call(0xffff_ffffn))).to.equal(Trap.undefinedElement);
    });

    it("stop at the table's capacity, where another table may begin", () => {
      expect(trapCode(call(10n, { [size]: 4n, [table + 10]: reference }))).to.equal(Trap.undefinedElement);
      expect(after(call(9n, { [size]: 10n, [table + 9]: reference }), 2).registers.pc).to.equal(20);
    });

    it("refuse another type, and what is not a function", () => {
      const other = packReference({ type: 4, entry: 20, frame: 9 });
      expect(trapCode(call(0n, { [table]: other }))).to.equal(Trap.indirectCallType);
      expect(trapCode(call(0n, { [table]: packExternal(20) }))).to.equal(Trap.indirectCallType);
      // The same fields under tags 2, 3 and 0.
      for (const tag of [3n, 2n, 1n]) {
        expect(trapCode(call(0n, { [table]: reference ^ (tag << 62n) }))).to.equal(Trap.indirectCallType);
      }
    });

    it("read the 64 bits of a reference, whose type has 14", () => {
      expect(after(call(0n, { [table]: reference | (5n << 64n) }), 2).registers.pc).to.equal(20);
      expect(trapCode(call(0n, { [table]: 5n << 64n }))).to.equal(Trap.indirectCallType);
      const beyond = packImm32(3 + 2 ** 14, 10, size);
      const words = [constant(0n, 5), word(Op.callIndirect, { top: 6, a: table, b: 2, imm: beyond })];
      expect(trapCode(withOperands(words, { cells: { [table]: reference } }))).to.equal(Trap.indirectCallType);
    });

    it("reserve the frame that the reference tells", () => {
      const large = (frame: number): State => call(0n, { [table]: packReference({ type: 3, entry: 20, frame }) });
      expect(after(large(61), 2).registers.base).to.equal(3);
      expect(trapCode(large(62))).to.equal(Trap.stackExhausted);
      expect(trapCode(large(0xffff))).to.equal(Trap.stackExhausted);
    });
  });
});

describe("the order of a step", () => {
  const running = loadedState([word(Op.unreachable)]);
  const next = (change: Partial<State["registers"]>, header: Partial<State["header"]> = {}): State =>
    after({ ...running, header: { ...running.header, ...header }, registers: { ...running.registers, ...change } }, 1);

  it("a halted state stays, whatever its header and its fuel", () => {
    for (const status of [1, 2, 3, 4, 255]) {
      expect(next({ status, fuel: 0n }, { version: 9 }).registers).to.include({ status, fuel: 0n, pc: 1 });
    }
  });

  it("a bad header comes before spent fuel, spent fuel before a wrong pc, that before the instruction", () => {
    expect(next({ fuel: 0n, pc: 99 }, { version: 9 }).registers).to.include({
      status: Status.trapped,
      trapCode: Trap.header,
    });
    expect(next({ fuel: 0n, pc: 99 }).registers).to.include({ status: Status.trapped, trapCode: Trap.outOfFuel });
    expect(next({ pc: 99 }).registers).to.include({ status: Status.trapped, trapCode: Trap.pc });
    expect(next({}).registers).to.include({ status: Status.trapped, trapCode: Trap.unreachable });
  });

  it("a trap outside a transaction changes nothing but status and trap code", () => {
    const state = after(loadedState([constant(1n, 0), constant(0n, 1), word(0x6d, { top: 2 })]), 2);
    const trapped = after(state, 1);
    expect(trapped).to.deep.equal({
      ...state,
      registers: { ...state.registers, status: Status.trapped, trapCode: Trap.divideByZero },
    });
  });

  it("no header beyond the limits runs", () => {
    const bad: Partial<State["header"]>[] = [
      ...[
        { version: 0 },
        { version: 2 },
        { codeDepth: 41 },
        { stackDepth: 41 },
        { memoryDepth: 41 },
        { cellsDepth: 41 },
      ],
      ...[{ regionBits: 1 }, { regionBits: 9, memoryDepth: 40 }, { regionBits: 3 }, { memoryDepth: 12 }],
      ...[0, 159, 192, 199].map((bit) => ({ unused: 1n << BigInt(bit) })),
    ];
    for (const header of bad) {
      expect(next({}, header).registers, String(Object.entries(header))).to.include({ trapCode: Trap.header });
    }
  });

  it("every opcode that the tables do not name traps", () => {
    fc.assert(
      fc.property(fc.nat(0xffff), (op) => {
        const state = withOperands([word(op, { top: 5 })]);
        const { trapCode } = after(state, 1).registers;
        if (!EXECUTED.has(op)) expect(trapCode).to.equal(Trap.invalidInstruction);
        else expect(trapCode).not.to.equal(Trap.invalidInstruction);
      }),
      {
        seed: SEED,
        numRuns: 300,
        examples: [
          0x02, 0x05, 0x0b, 0x25, 0x27, 0x2a, 0x44, 0x8b, 0xc5, 0xfbff, 0xfc07, 0xfc10, 0xfc12, 0xf10d, 0xf005,
        ].map((op) => [op]),
      },
    );
  });
});
