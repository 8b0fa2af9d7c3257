/**
 * Programs that no compiler makes, each of which would break the fast form if it took them for
 * granted.
 */
import { expect } from "chai";
import { Op } from "../../../verifier/instructions/table.ts";
import { Status, Trap } from "../../../verifier/machine/codes.ts";
import { packReturnAddress, packExternal, packImm32, packReference } from "../../../verifier/machine/word.ts";
import type { State } from "../../../verifier/state/state.ts";
import { loadedState, type Setup, word } from "../machine/assemble.ts";
import { expectExecution } from "../../support/agree.ts";

const constant = (value: bigint, top: number): bigint => word(Op.i64Const, { top, imm: value });
const end = (top: number): bigint[] => [word(Op.yield, { top }), word(Op.unreachable, { top })];

/**
 * A function of no parameters at pc 6 that replaces its own return address. Its caller's word after
 * the call has top 2.
 */
function forged(returnAddress: bigint): State {
  const call = word(Op.call, { top: 1, a: 6, imm: packImm32(6) });
  const words = [
    constant(11n, 0),
    call,
    ...end(1),
    word(Op.unreachable),
    constant(returnAddress, 1),
    word(Op.localSet, { top: 2, a: 0 }),
    constant(5n, 1),
    constant(6n, 2),
    word(Op.return, { top: 3, a: 0, b: 0 }),
    // Somewhere else, where two operands are expected.
    word(Op.localGet, { top: 2, a: 1 }),
    ...end(3),
  ];
  return loadedState(words);
}

const reference = (entry: number, frame: number): bigint => packReference({ type: 7, entry, frame });

/**
 * An indirect call of element `index` by a caller with three operands below the index; the callee
 * is at pc 8.
 */
function indirect(index: bigint, cells: Setup["cells"], capacity = 2): State {
  const words = [
    constant(1n, 0),
    constant(2n, 1),
    constant(3n, 2),
    constant(index, 3),
    word(Op.callIndirect, { top: 4, a: 10, b: 1, imm: packImm32(7, capacity, 5) }),
    ...end(3),
    // base → argument | return address | local | operands
    word(Op.localGet, { top: 3, a: 2 }),
    word(Op.localGet, { top: 4, a: 0 }),
    word(0x7c, { top: 5 }),
    word(Op.return, { top: 4, flags: 1, a: 1, b: 0 }),
  ];
  return loadedState(words, { cells: { 5: 2n, ...cells } });
}

/**
 * Reads an element of the table that begins at cell 10 and has its size in cell 4, by default 2.
 */
function element(index: bigint, cells: Setup["cells"], then: readonly bigint[] = []): State {
  const get = word(Op.tableGet, { top: 1, a: 10, imm: packImm32(0, 2, 4) });
  return loadedState([constant(index, 0), get, ...then, ...end(1)], { cells: { 4: 2n, ...cells } });
}

/** Name, state, and what the halted machine's registers say. */
const PROGRAMS: readonly (readonly [name: string, state: State, registers: { status: number; trapCode: number }])[] = [
  [
    "a return into another place of the same frame",
    forged(packReturnAddress(11, 0)),
    { status: Status.yielded, trapCode: 0 },
  ],
  [
    "a return to where the stack was lower",
    forged(packReturnAddress(1, 0)),
    { status: Status.trapped, trapCode: Trap.outOfFuel },
  ],
  ["a return to a base far away", forged(packReturnAddress(3, 2 ** 31)), { status: Status.yielded, trapCode: 0 }],
  [
    "a return to a base just beyond the stack",
    forged(packReturnAddress(11, 63)),
    { status: Status.trapped, trapCode: Trap.index },
  ],
  [
    "a return into a function that uses more slots than there are",
    loadedState(
      [
        constant(11n, 0),
        word(Op.call, { top: 1, a: 4, imm: packImm32(6) }),
        word(Op.unreachable, { top: 2 }),
        constant(packReturnAddress(8, 0), 1),
        word(Op.localSet, { top: 2, a: 0 }),
        constant(6n, 1),
        word(Op.return, { top: 2, flags: 1, a: 0, b: 0 }),
        ...Array.from({ length: 20 }, (_, i) => constant(BigInt(i), 2 + i)),
        ...end(22),
      ],
      { header: { slotLimit: 8 } },
    ),
    { status: Status.yielded, trapCode: 0 },
  ],
  ["a return beyond the code", forged(packReturnAddress(1_000, 0)), { status: Status.trapped, trapCode: Trap.pc }],
  ["a well-behaved indirect call", indirect(0n, { 10: reference(8, 6) }), { status: Status.yielded, trapCode: 0 }],
  [
    "an index just after the table, where another one begins",
    indirect(2n, { 10: reference(8, 6), 11: reference(8, 6), 12: reference(8, 6) }),
    { status: Status.trapped, trapCode: Trap.undefinedElement },
  ],
  [
    "a null element of the table",
    indirect(1n, { 10: reference(8, 6) }),
    { status: Status.trapped, trapCode: Trap.uninitializedElement },
  ],
  [
    "a null element after the table's size",
    indirect(3n, { 10: reference(8, 6) }, 5),
    { status: Status.trapped, trapCode: Trap.undefinedElement },
  ],
  [
    "a reference to another type",
    indirect(1n, { 11: packReference({ type: 6, entry: 8, frame: 6 }) }),
    { status: Status.trapped, trapCode: Trap.indirectCallType },
  ],
  [
    "a reference that is no function",
    indirect(1n, { 11: packExternal(8) }),
    { status: Status.trapped, trapCode: Trap.indirectCallType },
  ],
  [
    "a reference with more in it than a reference has",
    indirect(1n, { 11: reference(8, 6) | (1n << 200n) }),
    { status: Status.yielded, trapCode: 0 },
  ],
  [
    "a reference whose frame overflows the stack",
    indirect(1n, { 11: reference(8, 2 ** 16 - 1) }),
    { status: Status.trapped, trapCode: Trap.stackExhausted },
  ],
  [
    "a reference whose frame is too small",
    indirect(1n, { 11: reference(8, 1) }),
    { status: Status.yielded, trapCode: 0 },
  ],
  [
    "a reference into the middle of nothing",
    indirect(1n, { 11: reference(50, 6) }),
    { status: Status.trapped, trapCode: Trap.unreachable },
  ],
  [
    "a reference to a word with a low top",
    indirect(1n, { 11: reference(1, 6) }),
    { status: Status.trapped, trapCode: Trap.stackExhausted },
  ],
  [
    "a branch that cuts above the stack",
    loadedState([
      constant(1n, 0),
      constant(2n, 1),
      word(Op.drop, { top: 2 }),
      word(Op.br, { top: 1, a: 5, b: 2 }),
      ...end(2),
    ]),
    { status: Status.yielded, trapCode: 0 },
  ],
  [
    "a return by an address above the stack",
    loadedState([
      constant(1n, 0),
      constant(packReturnAddress(1, 0), 1),
      word(Op.drop, { top: 2 }),
      word(Op.return, { top: 1, a: 1, b: 0 }),
    ]),
    { status: Status.finished, trapCode: 0 },
  ],
  [
    "a local that is the operand itself",
    loadedState([constant(8n, 0), word(Op.localSet, { top: 1, a: 0 }), word(Op.localGet, { a: 0 }), ...end(1)]),
    { status: Status.yielded, trapCode: 0 },
  ],
  [
    "a call of a function that begins below its return address",
    loadedState([
      constant(8n, 0),
      constant(9n, 1),
      word(Op.call, { top: 2, a: 4, b: 1, imm: packImm32(9) }),
      ...end(1),
    ]),
    { status: Status.yielded, trapCode: 0 },
  ],
  [
    "a call with a frame smaller than what the function uses, at the end of the stack",
    loadedState(
      [
        ...Array.from({ length: 10 }, (_, top) => constant(BigInt(top), top)),
        word(Op.call, { top: 10, a: 14, b: 0, imm: packImm32(1) }),
        ...end(10),
        ...Array.from({ length: 9 }, (_, i) => constant(BigInt(i), 1 + i)),
        word(Op.return, { top: 10, a: 0, b: 0 }),
      ],
      { header: { slotLimit: 11 } },
    ),
    { status: Status.yielded, trapCode: 0 },
  ],
  [
    "an element copied over a global",
    loadedState(
      [
        ...[0, 1, 1].map((value, top) => constant(BigInt(value), top)),
        word(Op.tableCopy, { top: 3, imm: packImm32(4, 4) }),
        word(Op.copyCells, { top: 1, a: 10, b: 10 }),
        word(Op.globalGet, { a: 10 }),
        ...end(1),
      ],
      { cells: { 4: 5n, 11: reference(8, 6) } },
    ),
    { status: Status.yielded, trapCode: 0 },
  ],
  [
    "an element with more than 64 bits, and a global that it is copied to",
    element(1n, { 11: 5n + (1n << 64n) }, [word(Op.globalSet, { top: 1, a: 9 }), word(Op.globalGet, { a: 9 })]),
    { status: Status.yielded, trapCode: 0 },
  ],
  [
    "a size with more than 32 bits",
    element(3n, { 4: 3n + (1n << 32n) }),
    { status: Status.trapped, trapCode: Trap.tableBounds },
  ],
  ["an element beyond the cells", element(60n, { 4: 61n }), { status: Status.trapped, trapCode: Trap.index }],
  [
    "a table that covers its own size",
    loadedState(
      [
        constant(0n, 0),
        constant(1n << 32n, 1),
        word(Op.tableSet, { top: 2, a: 4, imm: packImm32(0, 9, 4) }),
        constant(0n, 0),
        word(Op.tableGet, { top: 1, a: 4, imm: packImm32(0, 9, 4) }),
        ...end(1),
      ],
      { cells: { 4: 3n } },
    ),
    { status: Status.trapped, trapCode: Trap.tableBounds },
  ],
  [
    "a table that grows over the cells' end",
    loadedState(
      [
        constant(7n, 0),
        constant(9n, 1),
        word(Op.tableGrow, { top: 2, imm: packImm32(4, 100) }),
        word(Op.fillCells, { top: 2, a: 57 }),
        ...end(1),
      ],
      { cells: { 4: 3n } },
    ),
    { status: Status.trapped, trapCode: Trap.index },
  ],
  [
    "a fill that is given up",
    loadedState([
      constant(7n, 0),
      constant(9n, 1),
      word(Op.tableGrow, { top: 2, imm: packImm32(4, 100) }),
      word(Op.drop, { top: 2 }),
      ...end(1),
    ]),
    { status: Status.yielded, trapCode: 0 },
  ],
  [
    "a size of which the table is not told",
    loadedState([constant(0n, 0), word(Op.tableGet, { top: 1, a: 9, imm: packImm32(0, 1, 2 ** 31) }), ...end(1)]),
    { status: Status.trapped, trapCode: Trap.index },
  ],
  [
    "a yield after which the frame is higher",
    loadedState([
      constant(1n, 0),
      constant(2n, 1),
      word(Op.drop, { top: 2 }),
      word(Op.drop, { top: 1 }),
      ...end(0).slice(0, 1),
      word(Op.nop, { top: 3 }),
    ]),
    { status: Status.yielded, trapCode: 0 },
  ],
  [
    "a yield after which the frame is lower",
    loadedState([constant(1n, 0), constant(2n, 1), word(Op.yield, { top: 2 }), word(Op.nop, { top: 1 })]),
    { status: Status.yielded, trapCode: 0 },
  ],
  [
    "a move that pushes, and words that know it",
    loadedState([
      constant(4n, 0),
      word(Op.move, { top: 1, a: 1, b: 0 }),
      constant(3n, 2),
      word(0x7c, { top: 3 }),
      word(Op.globalSet, { top: 2, a: 9 }),
      ...end(1),
    ]),
    { status: Status.yielded, trapCode: 0 },
  ],
  [
    "a jump into the middle of a bulk instruction",
    loadedState([
      constant(1n << 40n, 0),
      word(Op.br, { top: 1, flags: 2, a: 4 }),
      word(Op.memoryFill, { top: 3 }),
      word(Op.fillBytes, { top: 1 }),
      ...end(0),
    ]),
    { status: Status.yielded, trapCode: 0 },
  ],
  [
    "a wide constant",
    loadedState([
      word(Op.i32Const, { imm: 1n << 100n }),
      word(Op.globalSet, { top: 1, a: 9 }),
      word(Op.globalGet, { a: 9 }),
      ...end(1),
    ]),
    { status: Status.yielded, trapCode: 0 },
  ],
  [
    "a global beyond the cells",
    loadedState([word(Op.globalGet, { a: 2 ** 31 }), ...end(1)]),
    { status: Status.trapped, trapCode: Trap.index },
  ],
  ["an unknown opcode", loadedState([word(0xabcd)]), { status: Status.trapped, trapCode: Trap.invalidInstruction }],
];

describe("interpreter / ill-formed programs", () => {
  for (const [name, state, registers] of PROGRAMS) {
    it(`leaves to the reference what it must: ${name}`, () => {
      for (const gaps of [[1], [3], [1_000]]) expect(expectExecution(state, gaps).registers).to.include(registers);
    });
  }

  it("reads what lies after the input", () => {
    const address = 9_000n;
    const words = [
      constant(address, 0),
      word(Op.inputLoad, { top: 1 }),
      word(Op.globalSet, { top: 1, a: 9 }),
      ...end(0),
    ];
    const state = loadedState(words, { input: Uint8Array.of(1, 2, 3) });
    const input = 3 * 2 ** 11;
    const memory = state.memory.set(input + 281, 0xaabb_ccddn << 128n);
    const { cells } = expectExecution({ ...state, memory }, [1]);
    expect(cells.get(9)).to.equal(0xddcc_bbaa_0000_0000n);
  });
});
