/**
 * Loading, running and saving: what is refused, what is exact, and what a stack does that outgrows
 * its first size.
 */
import { expect } from "chai";
import { NotWellFormed } from "../../../verifier/interpreter/errors.ts";
import { execute, interpreterExecutor } from "../../../verifier/interpreter/execute.ts";
import { Interpreter } from "../../../verifier/interpreter/interpreter.ts";
import { Op } from "../../../verifier/instructions/table.ts";
import { Status, Trap } from "../../../verifier/machine/codes.ts";
import { packImm32, packReference } from "../../../verifier/machine/word.ts";
import { Tree } from "../../../verifier/merkle/tree.ts";
import type { State } from "../../../verifier/state/state.ts";
import { stepState } from "../../../verifier/state/step-state.ts";
import { after, loadedState, SMALL, word } from "../machine/assemble.ts";
import { expectAgreement, identity } from "../../support/agree.ts";

const constant = (value: bigint, top: number): bigint => word(Op.i64Const, { top, imm: value });

/** Counts a local down from `turns` to zero, 6 steps a turn. */
function countdown(turns: number): State {
  const words = [
    constant(BigInt(turns), 0),
    word(Op.localGet, { top: 1, a: 0 }),
    constant(1n, 2),
    word(0x7d, { top: 3 }),
    word(Op.localTee, { top: 2, a: 0 }),
    word(0xa7, { top: 2 }),
    word(Op.brIf, { top: 2, flags: 2, a: 2 }),
    word(Op.yield, { top: 1 }),
    word(Op.unreachable, { top: 1 }),
  ];
  return loadedState(words, { budget: 1n << 60n });
}

/**
 * A function that calls itself with its argument minus one, until that is zero; `depth` calls of a
 * frame of 8 slots.
 */
function recursion(depth: number, slotLimit: number, indirect = false): State {
  const self = packReference({ type: 3, entry: 5, frame: 8 });
  const call = indirect
    ? [constant(0n, 6), word(Op.callIndirect, { top: 7, a: 10, b: 1, imm: packImm32(3, 1, 4) })]
    : [word(Op.nop, { top: 6 }), word(Op.call, { top: 6, a: 5, b: 1, imm: packImm32(8) })];
  const words = [
    constant(BigInt(depth), 1),
    word(Op.call, { top: 2, a: 5, b: 1, imm: packImm32(8) }),
    word(Op.yield, { top: 2 }),
    word(Op.unreachable, { top: 2 }),
    // base → argument | record | three locals | operands
    word(Op.localGet, { top: 5, a: 0 }),
    word(Op.if, { top: 6, a: 14 }),
    word(Op.localGet, { top: 5, a: 0 }),
    constant(1n, 6),
    word(0x7d, { top: 7 }),
    ...call,
    word(Op.return, { top: 6, flags: 1, a: 1, b: 0 }),
    word(Op.unreachable, { top: 5 }),
    constant(99n, 5),
    word(Op.return, { top: 6, flags: 1, a: 1, b: 0 }),
  ];
  return loadedState(words, {
    header: { stackDepth: 16, slotLimit },
    cells: { 4: 1n, 10: self },
    budget: 1n << 40n,
  });
}

describe("interpreter", () => {
  it("stops exactly, however the steps are asked for", () => {
    const state = countdown(50);
    for (const steps of [0, 1, 2, 3, 7, 100, 299]) {
      const interpreter = Interpreter.load(state);
      expect(interpreter.run(BigInt(steps))).to.equal(steps);
      expect(identity(interpreter.save())).to.deep.equal(identity(after(state, steps)));
      expect(identity(execute(state, steps))).to.deep.equal(identity(after(state, steps)));
    }
  });

  it("takes no step once it has halted", () => {
    const interpreter = Interpreter.load(countdown(3));
    const steps = 1 + 3 * 6 + 1;
    expect(interpreter.run(1_000)).to.equal(steps);
    expect(interpreter.status).to.equal(Status.yielded);
    expect(interpreter.run(1_000)).to.equal(0);
    expect(Interpreter.load(interpreter.save()).run(5)).to.equal(0);
  });

  it("runs as long as it is asked to, beyond what its counter holds at once", () => {
    const interpreter = Interpreter.load(countdown(50_000_000));
    expect(interpreter.run(1n << 70n)).to.equal(1 + 6 * 50_000_000 + 1);
    expect(interpreter.registers.fuel).to.equal((1n << 60n) - 300_000_002n);
  });

  it("gives back the state it was loaded with", () => {
    const state = after(countdown(5), 9);
    expect(identity(Interpreter.load(state).save())).to.deep.equal(identity(state));
  });

  for (const indirect of [false, true]) {
    const kind = indirect ? "indirect " : "";

    it(`enlarges its stack under deep ${kind}recursion, and finds the way back`, () => {
      const { end, steps } = expectAgreement(recursion(2_000, 40_000, indirect), [4_999]);
      expect(end.registers.status).to.equal(Status.yielded);
      expect(end.stack.get(1)).to.equal(99n);
      expect(steps).to.be.greaterThan(16_000);
    });

    it(`overflows its stack at the same step as the reference by ${kind}calls`, () => {
      const { end } = expectAgreement(recursion(5_000, 9_999, indirect), [3_001]);
      expect(end.registers).to.include({ status: Status.trapped, trapCode: Trap.stackExhausted });
    });
  }

  it("returns into frames that were deep when it was loaded", () => {
    const start = recursion(1_000, 40_000);
    const middle = execute(start, 6_000);
    expect(identity(execute(middle, 1_000_000))).to.deep.equal(identity(execute(start, 1_000_000)));
  });

  it("reads memory that has grown since, and no more than there is", () => {
    const grow = [constant(2n, 0), word(Op.memoryGrow, { top: 1, imm: 3n << 64n }), word(Op.drop, { top: 1 })];
    const touch = (address: bigint): bigint[] => [
      constant(address, 0),
      constant(7n, 1),
      word(Op.i32Store8, { top: 2 }),
      constant(address - 3n, 0),
      word(Op.i32Load, { top: 1 }),
      word(Op.drop, { top: 1 }),
    ];
    const header = { memoryDepth: 16, codeDepth: 7 };
    const words = [...touch(65_535n), ...grow, ...touch(190_000n), ...grow, ...touch(196_607n), ...touch(196_608n)];
    const { end } = expectAgreement(loadedState(words, { header }), [1]);
    expect(end.registers).to.include({ trapCode: Trap.memoryBounds, sizes: 3n << 192n });
  });

  const fine = countdown(5);
  const refused: readonly (readonly [name: string, state: State, message: RegExp])[] = [
    ["a header of another version", { ...fine, header: { ...fine.header, version: 2 } }, /header/],
    ["trees of other depths", { ...fine, cells: Tree.empty(5) }, /depths are 6,6,13,5/],
    ["a wide slot", { ...after(fine, 1), stack: Tree.empty(6).set(0, 1n << 64n) }, /slot 0 holds more than 64 bits/],
    ["something above the live height", { ...fine, stack: Tree.empty(6).set(3, 1n) }, /slot 3 is not zero/],
    ["a pc far away", { ...fine, registers: { ...fine.registers, pc: 65 } }, /pc 65/],
    ["a base beyond the stack", { ...fine, registers: { ...fine.registers, base: 64 } }, /slot 64/],
    ["too many pages", { ...fine, registers: { ...fine.registers, sizes: 1n << 250n } }, /pages/],
    ["an unknown checkpoint", { ...fine, checkpoint: new Uint8Array(32).fill(1) }, /preimage/],
    [
      "a wide global",
      loadedState([word(Op.globalGet, { a: 9 }), word(Op.yield, { top: 1 })], { cells: { 9: 1n << 64n } }),
      /cell 9/,
    ],
  ];
  for (const [name, state, message] of refused) {
    it(`refuses ${name}, and leaves it to the reference`, () => {
      expect(() => Interpreter.load(state)).to.throw(NotWellFormed, message);
      let expected = state;
      for (let i = 0; i < 5; i++) expected = stepState(expected);
      expect(identity(execute(state, 5))).to.deep.equal(identity(expected));
    });
  }

  it("gets stuck where it cannot follow, and the executor goes on", () => {
    // A push that the next word does not know of, then a countdown.
    const words = [
      constant(1n, 3),
      constant(40n, 0),
      word(Op.localGet, { top: 1, a: 0 }),
      constant(1n, 2),
      word(0x7d, { top: 3 }),
      word(Op.localTee, { top: 2, a: 0 }),
      word(Op.brIf, { top: 2, flags: 2, a: 3 }),
      word(Op.yield, { top: 1 }),
      word(Op.unreachable, { top: 1 }),
    ];
    const state = loadedState(words);
    const interpreter = Interpreter.load(state);
    expect(interpreter.run(10)).to.equal(0);
    expect(interpreter.stuck).to.equal(true);
    const execution = interpreterExecutor.load(state);
    for (let steps = 1; steps <= 210; steps += 9) {
      execution.run(9n);
      expect(identity(execution.save())).to.deep.equal(identity(after(state, steps + 8)));
    }
  });

  it("runs code that fills its tree", () => {
    const nops = Array.from({ length: 62 }, () => word(Op.nop));
    const state = loadedState([...nops, word(Op.nop)], { header: SMALL });
    const { state: end, taken } = runAll(state);
    expect(taken).to.equal(64n);
    expect(end.registers).to.include({ status: Status.trapped, trapCode: Trap.pc });
    expect(identity(end)).to.deep.equal(identity(after(state, 64)));
  });
});

function runAll(state: State): { state: State; taken: bigint } {
  const execution = interpreterExecutor.load(state);
  const taken = execution.run(1n << 62n);
  return { state: execution.save(), taken };
}
