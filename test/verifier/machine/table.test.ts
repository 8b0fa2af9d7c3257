/** Table instructions against an array, on code written by hand. */
import { expect } from "chai";
import fc from "fast-check";
import { Op } from "../../../verifier/instructions/table.ts";
import { Status, Trap } from "../../../verifier/machine/codes.ts";
import { packCursor } from "../../../verifier/machine/cursor.ts";
import { packExternal, packImm32, packReference } from "../../../verifier/machine/word.ts";
import type { State } from "../../../verifier/state/state.ts";
import { SEED } from "../seed.ts";
import { after, loadedState, runToHalt, slots, word } from "./assemble.ts";

const constant = (value: bigint, top: number): bigint => word(Op.i64Const, { top, imm: value });

/**
 * Cells 16 to 31 hold the table, cell 5 its size, cell 6 that of another. The tree has 64 cells.
 */
const FIRST = 16;
const CAPACITY = 16;
const SIZE = 5;
const LAST = 0xffff_ffffn;
const elements = Array.from({ length: CAPACITY }, (_, i) => packReference({ type: i, entry: 100 + i, frame: 7 }));
const external = packExternal(77);

/** Cells of a table with so many elements; what lies after its size is null. */
function tableOf(size: number, changes: Readonly<Record<number, bigint>> = {}): Record<number, bigint> {
  const live = elements.slice(0, size).map((element, i): [number, bigint] => [FIRST + i, element]);
  return { [SIZE]: BigInt(size), 6: 10n, ...Object.fromEntries(live), ...changes };
}

const tableIn = (state: State): bigint[] => elements.map((_, i) => state.cells.get(FIRST + i));

/** The state after these operands were pushed, and so many of the words that follow. */
function run(operands: readonly bigint[], words: readonly bigint[], cells: Record<number, bigint>, steps = 1): State {
  const pushes = operands.map(constant);
  return after(loadedState([...pushes, ...words, word(Op.yield)], { cells }), operands.length + steps);
}

/**
 * Runs until the machine yields or traps; steps are counted from the first word after the operands.
 */
function finish(operands: readonly bigint[], words: readonly bigint[], cells: Record<number, bigint>) {
  const { state, steps } = runToHalt(run(operands, words, cells, 0));
  return { state, steps: steps - 1 };
}

/** The trap's code, after a check that the step changed nothing. */
function trapCode(operands: readonly bigint[], words: readonly bigint[], cells: Record<number, bigint>): number {
  const before = run(operands, words, cells, 0);
  const state = after(before, 1);
  expect(state.registers.status).to.equal(Status.trapped);
  expect(state.stack.root()).to.deep.equal(before.stack.root());
  expect(state.cells.root()).to.deep.equal(before.cells.root());
  return state.registers.trapCode;
}

const access = packImm32(0, CAPACITY, SIZE);
const get = (top = 1): bigint => word(Op.tableGet, { top, a: FIRST, imm: access });
const set = (top = 2): bigint => word(Op.tableSet, { top, a: FIRST, imm: access });

describe("table.get", () => {
  it("gives the element, null ones too", () => {
    expect(slots(run([9n, 3n], [get(2)], tableOf(8)), 3)).to.deep.equal([9n, elements[3], 0n]);
    expect(run([7n], [get()], tableOf(8)).stack.get(0)).to.equal(elements[7]);
    expect(run([2n], [get()], tableOf(8, { [FIRST + 2]: 0n })).stack.get(0)).to.equal(0n);
    expect(run([2n], [get()], tableOf(8, { [FIRST + 2]: external })).stack.get(0)).to.equal(external);
  });

  it("traps from the table's size on, whatever lies there", () => {
    for (const index of [8n, 9n, 16n, LAST]) {
      expect(trapCode([index], [get()], tableOf(8, { [FIRST + 9]: external }))).to.equal(Trap.tableBounds);
    }
    expect(trapCode([0n], [get()], tableOf(0))).to.equal(Trap.tableBounds);
  });

  it("looks at 32 bits of the index and of the size, and moves all of the element", () => {
    expect(run([(1n << 32n) + 3n], [get()], tableOf(8)).stack.get(0)).to.equal(elements[3]);
    expect(trapCode([8n], [get()], tableOf(8, { [SIZE]: (1n << 32n) + 8n }))).to.equal(Trap.tableBounds);
    const wide = (1n << 255n) + 9n;
    expect(run([0n], [get()], tableOf(8, { [FIRST]: wide })).stack.get(0)).to.equal(wide);
  });

  it("traps where the element, its size or its index lies outside of every tree", () => {
    expect(trapCode([48n], [get()], tableOf(8, { [SIZE]: 99n }))).to.equal(Trap.index);
    expect(trapCode([LAST], [get()], tableOf(8, { [SIZE]: LAST }))).to.equal(Trap.tableBounds);
    expect(trapCode([LAST - 1n], [get()], tableOf(8, { [SIZE]: LAST }))).to.equal(Trap.index);
    const elsewhere = word(Op.tableGet, { top: 1, a: FIRST, imm: packImm32(0, CAPACITY, 64) });
    expect(trapCode([0n], [elsewhere], tableOf(8))).to.equal(Trap.index);
    expect(trapCode([], [get(0)], tableOf(8))).to.equal(Trap.index);
  });
});

describe("table.set", () => {
  it("replaces one element and pops both operands", () => {
    for (const value of [external, elements[5]!, 0n]) {
      const state = run([9n, 3n, value], [set(3)], tableOf(8));
      expect(slots(state, 4)).to.deep.equal([9n, 0n, 0n, 0n]);
      expect(tableIn(state)).to.deep.equal(tableIn(run([], [], tableOf(8, { [FIRST + 3]: value }), 0)));
      expect(state.cells.get(SIZE)).to.equal(8n);
    }
  });

  it("traps from the table's size on, and writes nothing", () => {
    for (const index of [8n, 16n, LAST]) {
      expect(trapCode([index, external], [set()], tableOf(8))).to.equal(Trap.tableBounds);
    }
    expect(trapCode([48n, external], [set()], tableOf(8, { [SIZE]: 99n }))).to.equal(Trap.index);
    expect(trapCode([0n], [set(1)], tableOf(8))).to.equal(Trap.index);
  });

  it("looks at 32 bits of the index and moves all of the value", () => {
    const words = [word(Op.localGet, { top: 1, a: 0 }), constant((1n << 32n) + 1n, 0), set()];
    const start = run([5n], words, tableOf(8), 0);
    const wide = (1n << 200n) + 1n;
    const state = after({ ...start, stack: start.stack.set(0, wide) }, 3);
    expect(state.cells.get(FIRST + 1)).to.equal(wide);
    expect(state.stack.get(0)).to.equal(0n);
  });
});

/** Operands value and count; the limit is the table's greatest size. */
const grow = (limit: number): bigint[] => [
  word(Op.tableGrow, { top: 2, imm: packImm32(SIZE, limit) }),
  word(Op.fillCells, { top: 2, a: FIRST }),
];

describe("table.grow", () => {
  it("fills the new elements with the value in 1 + max(1, count) steps, or gives -1 and changes nothing", () => {
    const limit = fc.integer({ min: 0, max: CAPACITY });
    fc.assert(
      fc.property(fc.nat(CAPACITY), limit, fc.nat(CAPACITY + 1), (size, most, count) => {
        const { state, steps } = finish([external, BigInt(count)], grow(most), tableOf(size));
        const fits = size + count <= most;
        expect(state.registers.status).to.equal(Status.yielded);
        expect(slots(state, 3)).to.deep.equal([fits ? BigInt(size) : LAST, 0n, 0n]);
        expect(state.cells.get(SIZE)).to.equal(BigInt(fits ? size + count : size));
        const expected = elements.map((element, i) => (i < size ? element : fits && i < size + count ? external : 0n));
        expect(tableIn(state)).to.deep.equal(expected);
        expect(steps).to.equal(1 + Math.max(1, fits ? count : 0));
      }),
      {
        seed: SEED,
        numRuns: 200,
        examples: [
          [8, 8, 0],
          [8, 12, 4],
          [8, 12, 5],
        ],
      },
    );
  });

  it("leaves null where the value is null, and the cells after the table as they are", () => {
    const { state } = finish([0n, 4n], grow(12), tableOf(8, { [FIRST + 12]: 5n }));
    expect(slots(state, 2)).to.deep.equal([8n, 0n]);
    expect([...tableIn(state).slice(8)]).to.deep.equal([0n, 0n, 0n, 0n, 5n, 0n, 0n, 0n]);
  });

  it("does not grow beyond 2^32 - 1, whatever its limit", () => {
    const most = Number(LAST);
    for (const [size, count] of [
      [LAST, 1n],
      [1n, LAST],
      [LAST, LAST],
    ] as const) {
      const { state } = finish([external, count], grow(most), { [SIZE]: size });
      expect(slots(state, 2)).to.deep.equal([LAST, 0n]);
      expect(state.cells.get(SIZE)).to.equal(size);
      expect(state.registers.status).to.equal(Status.yielded);
    }
    expect(run([external, LAST], grow(most), { [SIZE]: 0n }).cells.get(SIZE)).to.equal(LAST);
  });

  it("looks at 32 bits of the count and of the size, and at 64 of the value", () => {
    const state = run([external, (1n << 32n) + 2n], grow(12), tableOf(8, { [SIZE]: (1n << 64n) + 8n }));
    expect(state.cells.get(SIZE)).to.equal(10n);
    expect(slots(state, 2)).to.deep.equal([8n, packCursor({ d: 8n, s: external, n: 2n })]);
    const start = run([external, 2n], grow(12), tableOf(8), 0);
    const wide = after({ ...start, stack: start.stack.set(0, external + (1n << 64n)) }, 1);
    expect(wide.stack.get(1)).to.equal(packCursor({ d: 8n, s: external, n: 2n }));
  });

  it("traps where its size cell or its operands lie outside of their trees", () => {
    const elsewhere = word(Op.tableGrow, { top: 2, imm: packImm32(64, 12) });
    expect(trapCode([external, 1n], [elsewhere], tableOf(8))).to.equal(Trap.index);
    expect(trapCode([1n], [word(Op.tableGrow, { top: 1, imm: packImm32(SIZE, 12) })], tableOf(8))).to.equal(Trap.index);
  });
});

const fill = [word(Op.tableFill, { top: 3, imm: packImm32(SIZE) }), word(Op.fillCells, { top: 1, a: FIRST })];

describe("table.fill", () => {
  it("fills in 1 + max(1, n) steps, or traps before anything is written", () => {
    fc.assert(
      fc.property(fc.nat(13), fc.nat(13), fc.constantFrom(0n, external), (d, n, value) => {
        const operands = [BigInt(d), value, BigInt(n)];
        if (d + n > 12) {
          expect(trapCode(operands, fill, tableOf(12))).to.equal(Trap.tableBounds);
          return;
        }
        const { state, steps } = finish(operands, fill, tableOf(12));
        expect(state.registers.status).to.equal(Status.yielded);
        expect(tableIn(state)).to.deep.equal(tableIn(run([], [], tableOf(12), 0)).fill(value, d, d + n));
        expect(steps).to.equal(1 + Math.max(1, n));
        expect([...state.stack.leaves()]).to.deep.equal([]);
      }),
      {
        seed: SEED,
        numRuns: 150,
        examples: [
          [12, 0, external],
          [13, 0, external],
          [0, 12, 0n],
          [0, 13, external],
          [11, 1, external],
          [11, 2, external],
        ],
      },
    );
  });

  it("does not wrap around 2^32", () => {
    for (const [d, n] of [
      [LAST, 1n],
      [1n, LAST],
      [LAST, LAST],
    ] as const) {
      expect(trapCode([d, external, n], fill, tableOf(12))).to.equal(Trap.tableBounds);
    }
  });

  it("looks at 32 bits of place and length, and at 64 of the value", () => {
    const high = 1n << 32n;
    const state = run([high + 1n, external, high + 2n], fill, tableOf(12));
    expect(slots(state, 3)).to.deep.equal([packCursor({ d: 1n, s: external, n: 2n }), 0n, 0n]);
    const start = run([1n, external, 2n], fill, tableOf(12), 0);
    const wide = after({ ...start, stack: start.stack.set(1, external + (1n << 64n)) }, 1);
    expect(wide.stack.get(0)).to.equal(packCursor({ d: 1n, s: external, n: 2n }));
  });

  it("traps where its size cell or its operands lie outside of their trees", () => {
    const elsewhere = word(Op.tableFill, { top: 3, imm: packImm32(64) });
    expect(trapCode([0n, external, 0n], [elsewhere], tableOf(8))).to.equal(Trap.index);
    const low = word(Op.tableFill, { top: 2, imm: packImm32(SIZE) });
    expect(trapCode([0n, external], [low], tableOf(8))).to.equal(Trap.index);
  });
});

describe("moves of cells", () => {
  /** One step of the move with this cursor. */
  const move = (op: number, cursor: bigint, cells: Record<number, bigint> = tableOf(8)): State => {
    const start = run([0n], [word(op, { top: 1, a: FIRST, b: 40 })], cells, 0);
    return after({ ...start, stack: start.stack.set(0, cursor) }, 1);
  };

  it("fill one cell a step, stay at their pc until nothing is left, and then pop the cursor", () => {
    const first = move(Op.fillCells, packCursor({ d: 2n, s: external, n: 2n }));
    expect(first.registers.pc).to.equal(2);
    expect(first.stack.get(0)).to.equal(packCursor({ d: 3n, s: external, n: 1n }));
    expect(tableIn(first).slice(1, 4)).to.deep.equal([elements[1], external, elements[3]]);
    const second = after(first, 1);
    expect(second.registers.pc).to.equal(3);
    expect(second.stack.get(0)).to.equal(0n);
    expect(tableIn(second).slice(1, 5)).to.deep.equal([elements[1], external, external, elements[4]]);
  });

  it("of nothing pop the cursor and touch no cell, wherever it points", () => {
    for (const op of [Op.fillCells, Op.copyCells]) {
      const state = move(op, packCursor({ d: (1n << 64n) - 1n, s: (1n << 64n) - 1n, n: 0n }));
      expect(state.registers.pc).to.equal(3);
      expect(state.stack.get(0)).to.equal(0n);
      expect(tableIn(state)).to.deep.equal(tableIn(run([], [], tableOf(8), 0)));
    }
  });

  it("trap with a cursor that points beyond the cells", () => {
    const most = (1n << 64n) - 1n;
    for (const cursor of [
      { d: 48n, s: 0n, n: 1n },
      { d: most, s: 0n, n: 1n },
      { d: most, s: most, n: most },
      { d: 49n, s: 48n, n: 1n },
    ]) {
      for (const op of [Op.fillCells, Op.copyCells]) {
        const { registers, cells } = move(op, packCursor(cursor));
        expect(registers, JSON.stringify(Object.values(cursor).map(String))).to.include({
          status: Status.trapped,
          trapCode: Trap.index,
        });
        expect(cells.get(FIRST)).to.equal(elements[0]);
      }
    }
    // The source alone: cell 40 + 24 lies outside, cell 16 + 24 does not.
    const copied = move(Op.copyCells, packCursor({ d: 23n, s: 24n, n: 1n }));
    expect(copied.registers.trapCode).to.equal(Trap.index);
  });

  it("fill with null", () => {
    const state = move(Op.fillCells, packCursor({ d: 2n, s: 0n, n: 1n }));
    expect(state.cells.get(FIRST + 2)).to.equal(0n);
  });
});

describe("table.copy, table.init and elem.drop", () => {
  it("copy elements, one a step, whichever way they overlap", () => {
    fc.assert(
      fc.property(fc.nat(17), fc.nat(17), fc.nat(17), (d, s, n) => {
        const words = [
          word(Op.tableCopy, { top: 3, imm: packImm32(SIZE, SIZE) }),
          word(Op.copyCells, { top: 1, a: FIRST, b: FIRST }),
        ];
        const operands = [d, s, n].map(BigInt);
        if (d + n > CAPACITY || s + n > CAPACITY) {
          expect(trapCode(operands, words, tableOf(CAPACITY))).to.equal(Trap.tableBounds);
          return;
        }
        const { state, steps } = finish(operands, words, tableOf(CAPACITY));
        expect(steps).to.equal(1 + Math.max(1, n));
        expect(tableIn(state)).to.deep.equal(elements.slice().copyWithin(d, s, s + n));
      }),
      { seed: SEED, numRuns: 150 },
    );
  });

  it("check source and destination against their own sizes", () => {
    const init = [
      word(Op.tableInit, { top: 3, imm: packImm32(SIZE, 6) }),
      word(Op.copyCells, { top: 1, a: FIRST, b: 40 }),
    ];
    const cells = tableOf(12, { 40: external, 49: external });
    const copied = tableIn(finish([0n, 0n, 10n], init, cells).state);
    expect([copied[0], copied[1], copied[9], copied[10]]).to.deep.equal([external, 0n, external, elements[10]]);
    expect(trapCode([0n, 1n, 10n], init, cells)).to.equal(Trap.tableBounds);
    expect(trapCode([3n, 0n, 10n], init, cells)).to.equal(Trap.tableBounds);
    expect(run([], [word(Op.elemDrop, { a: 6 })], cells).cells.get(6)).to.equal(0n);
  });
});
