/**
 * The hand-over between interpreter and native code, with the reference step function in the place
 * of native code.
 */
import { expect } from "chai";
import { Op } from "../../../verifier/instructions/table.ts";
import type { SharedMachine, SharedStorage } from "../../../verifier/interpreter/hand-over.ts";
import { Interpreter } from "../../../verifier/interpreter/interpreter.ts";
import { MarkedWindow } from "../../../verifier/interpreter/marked-window.ts";
import { Sources } from "../../../verifier/interpreter/sources.ts";
import { LEAF_WORDS, SLOT_WORDS } from "../../../verifier/interpreter/units.ts";
import { PAGE_BYTES } from "../../../verifier/interpreter/core.ts";
import { LEAF_BYTES } from "../../../verifier/merkle/leaf.ts";
import type { State } from "../../../verifier/state/state.ts";
import { after, loadedState, SMALL, word } from "../machine/assemble.ts";
import { identity } from "../../support/agree.ts";

const TURNS = 40n;
const GLOBAL = 10;

/** Bytes before and after the image, of which nobody may write one. */
const MARGIN = 64;
const GUARD = 0xaa;

/** Counts a local down to zero, and shows it in a global and in memory; 14 steps a turn. */
function countdown(): State {
  const words = [
    word(Op.i64Const, { imm: TURNS }),
    word(Op.localGet, { top: 1, a: 0 }),
    word(Op.i64Const, { top: 2, imm: 1n }),
    word(Op.i64Sub, { top: 3 }),
    word(Op.localTee, { top: 2, a: 0 }),
    word(Op.globalSet, { top: 2, a: GLOBAL }),
    word(Op.i32Const, { top: 1, imm: 4092n }),
    word(Op.localGet, { top: 2, a: 0 }),
    word(Op.i64Store, { top: 3 }),
    word(Op.i32Const, { top: 1, imm: 1n }),
    word(Op.memoryGrow, { top: 2 }),
    word(Op.drop, { top: 2 }),
    word(Op.localGet, { top: 1, a: 0 }),
    word(Op.i32WrapI64, { top: 2 }),
    word(Op.brIf, { top: 2, flags: 2, a: 2 }),
    word(Op.yield, { top: 1 }),
    word(Op.unreachable, { top: 1 }),
  ];
  return loadedState(words);
}

/**
 * Storage with an image in the middle of a buffer, and memory 0 in a window that the test can write
 * to.
 */
class Lender implements SharedStorage {
  readonly bytes = new Uint8Array(2 * MARGIN + 4 * SLOT_WORDS * SMALL.slotLimit).fill(GUARD);
  readonly stack = { buffer: this.bytes.buffer, offset: MARGIN, slots: SMALL.slotLimit };
  readonly memory: MarkedWindow;
  readonly windows: ReadonlyMap<number, MarkedWindow>;

  constructor(state: State) {
    const leaves = 2 ** (SMALL.memoryDepth - SMALL.regionBits);
    this.memory = new MarkedWindow({ sources: new Sources(state.memory, undefined), first: 0, leaves }, false);
    this.windows = new Map([[0, this.memory]]);
  }

  refresh(): void {
    // Bytes of its own, which nothing else replaces.
  }

  get slots(): BigUint64Array {
    return new BigUint64Array(this.bytes.buffer, MARGIN, SMALL.slotLimit);
  }

  get margins(): Uint8Array {
    return Uint8Array.of(...this.bytes.subarray(0, MARGIN), ...this.bytes.subarray(-MARGIN));
  }
}

/** Takes steps from a state on and leaves the machine after them, as native code does. */
function goNatively(machine: SharedMachine, lender: Lender, state: State, steps: number): void {
  const next = after(state, steps);
  const { pc, base, fuel } = next.registers;
  machine.fuel -= state.registers.fuel - fuel;
  machine.pc = pc;
  machine.base = base;
  const height = base + machine.code.heights[pc]! / SLOT_WORDS;
  for (let slot = 0; slot < height; slot++) lender.slots[slot] = next.stack.get(slot);
  machine.cells.touch(LEAF_BYTES * GLOBAL, LEAF_BYTES);
  machine.cells.words[LEAF_WORDS * GLOBAL] = Number(next.cells.get(GLOBAL));
  lender.memory.touch(0, PAGE_BYTES);
  lender.memory.bytes.set(next.memory.readBytes(0, PAGE_BYTES / LEAF_BYTES));
}

describe("interpreter / hand-over", () => {
  it("works on the image and on the windows that it is lent, and on nothing beside them", () => {
    const start = countdown();
    const lender = new Lender(start);
    const stepper = Interpreter.load(start, lender);
    const alone = Interpreter.load(start);
    for (const steps of [1, 2, 5, 20, 100, 1]) {
      expect(stepper.run(steps)).to.equal(alone.run(steps));
      const expected = alone.save();
      const { code, pc, base, stack } = stepper.machine;
      const height = base + code.heights[pc]! / SLOT_WORDS;
      const held = Array.from({ length: height }, (_, slot) => expected.stack.get(slot));
      expect([...lender.slots.subarray(0, height)]).to.deep.equal(held);
      expect(stack.words.buffer).to.equal(lender.bytes.buffer);
      expect(lender.memory.bytes.subarray(0, PAGE_BYTES)).to.deep.equal(
        expected.memory.readBytes(0, PAGE_BYTES / LEAF_BYTES),
      );
      expect(identity(stepper.save())).to.deep.equal(identity(expected));
    }
    expect(lender.margins.every((byte) => byte === GUARD)).to.equal(true);
  });

  it("goes on where native code has left the machine, after any number of steps", () => {
    for (let steps = 1; steps <= 30; steps++) {
      const start = countdown();
      const lender = new Lender(start);
      const stepper = Interpreter.load(start, lender);
      let state = start;
      for (let turn = 0; turn < 6; turn++) {
        goNatively(stepper.machine, lender, state, steps);
        state = after(state, steps);
        expect(identity(stepper.save()), `after ${steps} native steps`).to.deep.equal(identity(state));
        expect(stepper.run(3)).to.equal(3);
        state = after(state, 3);
        expect(identity(stepper.save()), `after ${steps} native steps and 3 more`).to.deep.equal(identity(state));
      }
    }
  });

  it("adds failed growths to the set that whoever runs the machine has put there", () => {
    const start = countdown();
    const stepper = Interpreter.load(start, new Lender(start));
    const mine = new Set<number>();
    stepper.machine.refusedGrowth = mine;
    stepper.run(14);
    expect([...mine]).to.deep.equal([0]);
  });
});
