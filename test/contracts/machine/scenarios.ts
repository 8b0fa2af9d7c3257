/** One step for every opcode and each class of its outcomes, to measure its gas. */
import { Flag, Outcome, Status, Trap } from "../../../verifier/machine/codes.ts";
import { EXECUTED, keyOf, LOADS, NUMERIC, Op, STORES } from "../../../verifier/instructions/table.ts";
import { packCursor } from "../../../verifier/machine/cursor.ts";
import { packReturnAddress, packImm32, packReference } from "../../../verifier/machine/word.ts";
import type { State } from "../../../verifier/state/state.ts";
import { type Scenario, type Size, TOP } from "./dense.ts";

/** A scenario and what must come out of it; `trap` 0 means that the instruction succeeds. */
export interface Named extends Scenario {
  readonly name: string;
  readonly trap: number;
}

const SIZE_CELL = 10;
const OTHER_SIZE_CELL = 700;
const TABLE = 20;

const NAMES = new Map([...EXECUTED].map(([op, { mnemonic }]) => [op, keyOf(mnemonic)]));

/** All scenarios, for a machine of this size. */
export function scenarios(size: Size): Named[] {
  const ok: Named[] = [
    ...control(),
    ...variables(),
    ...memory(size),
    ...integers(),
    ...floats(),
    ...bulk(size),
    ...tables("", { elements: 75, at: 60, source: 25, other: OTHER_SIZE_CELL % size.cells, live: 0 }),
    ...(size.header.cellsDepth > 20 ? tables(" with a full table", FULL_TABLE) : []),
    ...host(size),
  ];
  // A host instruction is out of place either inside a transaction or outside, so it has one of the
  // two outcomes.
  const outside = ok.filter(({ trap }) => trap !== 0 && trap !== Trap.host);
  return [
    ...ok.map((s) => ({
      ...s,
      name: s.trap === 0 ? s.name : `${s.name}, ${s.open === false ? "halted" : "restored"}`,
    })),
    ...outside.map((s) => ({ ...s, name: `${s.name}, halted`, open: false })),
  ];
}

const good = (name: string, scenario: Scenario): Named => ({ name, trap: 0, ...scenario });
const bad = (name: string, trap: number, scenario: Scenario): Named => ({ name: `${name} trap`, trap, ...scenario });

function control(): Named[] {
  const target = 1000;
  const call = { op: Op.call, a: target, b: 2, imm: packImm32(20) };
  const indirect = { op: Op.callIndirect, a: TABLE, b: 1, imm: packImm32(3, 1000, SIZE_CELL) };
  const element = 60;
  const callee = packReference({ type: 3, entry: target, frame: 20 });
  const at = (leaf: bigint, length = 75n) => ({
    operands: [BigInt(element)],
    cells: { [TABLE + element]: leaf, [SIZE_CELL]: length },
  });
  const record = {
    operands: Array.from({ length: TOP - 3 }, (_, k) => (k === TOP - 4 ? packReturnAddress(9, 5) : 7n)),
  };
  return [
    bad("unreachable", Trap.unreachable, { word: { op: Op.unreachable } }),
    bad("unknown opcode", Trap.invalidInstruction, { word: { op: 0x77f } }),
    good("nop", { word: { op: Op.nop } }),
    good("if falls through", { word: { op: Op.if, a: target }, operands: [1n] }),
    good("if jumps", { word: { op: Op.if, a: target }, operands: [0n] }),
    good("br keeping the stack", { word: { op: Op.br, a: target, flags: Flag.keep } }),
    good("br cutting", { word: { op: Op.br, a: target, b: TOP - 3 } }),
    good("br carrying a value", { word: { op: Op.br, a: target, b: TOP - 3, flags: Flag.carry } }),
    good("brIf not taken", { word: { op: Op.brIf, a: target, b: TOP - 3 }, operands: [0n] }),
    good("brIf keeping the stack", { word: { op: Op.brIf, a: target, flags: Flag.keep }, operands: [1n] }),
    good("brIf cutting", { word: { op: Op.brIf, a: target, b: TOP - 3 }, operands: [1n] }),
    good("brIf carrying a value", { word: { op: Op.brIf, a: target, b: TOP - 3, flags: Flag.carry }, operands: [1n] }),
    good("brTable", { word: { op: Op.brTable, a: 5 }, operands: [3n] }),
    good("return without value", { word: { op: Op.return, a: 3, b: 0 }, ...record }),
    good("return of a value", { word: { op: Op.return, a: 3, b: 0, flags: Flag.carry }, ...record }),
    good("call", { word: call }),
    bad("call too deep", Trap.stackExhausted, { word: { ...call, imm: packImm32(70_000) } }),
    good("callIndirect", { word: indirect, ...at(callee) }),
    bad("callIndirect of null", Trap.uninitializedElement, { word: indirect, ...at(0n) }),
    bad("callIndirect beyond the size", Trap.undefinedElement, { word: indirect, ...at(0n, 50n) }),
    bad("callIndirect beyond the capacity", Trap.undefinedElement, { word: indirect, operands: [1000n] }),
    bad("callIndirect of another type", Trap.indirectCallType, { word: indirect, ...at(callee + (1n << 48n)) }),
  ];
}

function variables(): Named[] {
  const wide = 0x1234_5678_9abc_def1n;
  return [
    good("i32Const", { word: { op: Op.i32Const, imm: 0x1234_5678n } }),
    good("i64Const", { word: { op: Op.i64Const, imm: wide } }),
    good("f32Const", { word: { op: Op.f32Const, imm: 0x4049_0fdbn } }),
    good("f64Const", { word: { op: Op.f64Const, imm: 0x4009_21fb_5444_2d18n } }),
    good("drop", { word: { op: Op.drop } }),
    good("select of the first", { word: { op: Op.select }, operands: [1n] }),
    good("select of the second", { word: { op: Op.select }, operands: [0n] }),
    good("localGet", { word: { op: Op.localGet, a: 2 } }),
    good("localSet", { word: { op: Op.localSet, a: 2 } }),
    good("localTee", { word: { op: Op.localTee, a: 2 } }),
    good("move", { word: { op: Op.move, a: 2, b: TOP - 1 } }),
    good("globalGet", { word: { op: Op.globalGet, a: 85 } }),
    good("globalSet", { word: { op: Op.globalSet, a: 85 } }),
  ];
}

function memory(size: Size): Named[] {
  // Two thirds up, at the end of a leaf; the offset of the instruction makes up the rest.
  const straddling = Math.floor(size.memory / 96) * 64 + 31;
  const inside = straddling - 31;
  const offset = 8n << 64n;
  const list: Named[] = [];
  for (const [op, { bytes }] of [...LOADS, ...STORES]) {
    const name = NAMES.get(op)!;
    const operands = (address: number): bigint[] =>
      STORES.has(op) ? [0x1122_3344_5566_7788n, BigInt(address - 8)] : [BigInt(address - 8)];
    const word = { op, imm: offset };
    list.push(good(`${name} inside a leaf`, { word, operands: operands(inside), addresses: [inside] }));
    if (bytes > 1)
      list.push(good(`${name} straddling`, { word, operands: operands(straddling), addresses: [straddling] }));
    list.push(bad(name, Trap.memoryBounds, { word, operands: operands(0xffff_fff0) }));
  }
  return [
    ...list,
    good("memorySize", { word: { op: Op.memorySize } }),
    good("memoryGrow", { word: { op: Op.memoryGrow, imm: 65_536n << 64n }, operands: [2n] }),
    good("memoryGrow refused", { word: { op: Op.memoryGrow, imm: 65_536n << 64n }, operands: [70_000n] }),
  ];
}

function integers(): Named[] {
  const list: Named[] = [];
  for (const [op, { name, bits, family }] of NUMERIC) {
    if (family !== "integer") continue;
    const ones = (1n << BigInt(bits)) - 1n;
    const operands = [0x7654_3210_fedc_ba98n & ones, 0x1234_5678_9abc_def1n & ones];
    list.push(good(name, { word: { op }, operands }));
    if (/div|rem/.test(name))
      list.push(bad(`${name} by zero`, Trap.divideByZero, { word: { op }, operands: [0n, 9n] }));
    if (name.endsWith("div_s")) {
      const overflow = [ones, 1n << BigInt(bits - 1)];
      list.push(bad(`${name} overflow`, Trap.integerOverflow, { word: { op }, operands: overflow }));
    }
  }
  return list;
}

/**
 * Pi and an inexact negative number, whose sums, products and quotients all round; as integers they
 * are large.
 */
const INEXACT = {
  32: [0x4049_0fdbn, 0xbf9e_0652n],
  64: [0x4009_21fb_5444_2d18n, 0xbff3_c0ca_428c_59fbn],
} as const;
const NAN = { 32: 0x7fc0_0000n, 64: 0x7ff8_0000_0000_0000n } as const;
const INFINITY = { 32: 0x7f80_0000n, 64: 0x7ff0_0000_0000_0000n } as const;
/**
 * Five times the least positive number: it is multiplied and divided in the range of the subnormal
 * numbers.
 */
const SUBNORMAL = 5n;

function floats(): Named[] {
  const list: Named[] = [];
  for (const [op, { name, bits, operands, family }] of NUMERIC) {
    if (family !== "float") continue;
    const [first, second] = INEXACT[bits];
    const word = { op };
    list.push(good(name, { word, operands: operands === 2 ? [second, first] : [first] }));
    if (/add|sub|mul|div|sqrt/.test(name)) {
      list.push(
        good(`${name} of a subnormal number`, { word, operands: operands === 2 ? [first, SUBNORMAL] : [SUBNORMAL] }),
      );
      list.push(good(`${name} of NaN`, { word, operands: [NAN[bits], first].slice(0, operands) }));
    }
    if (/trunc_f/.test(name)) {
      list.push(bad(`${name} of NaN`, Trap.invalidConversion, { word, operands: [NAN[bits]] }));
      list.push(bad(`${name} overflow`, Trap.integerOverflow, { word, operands: [INFINITY[bits]] }));
    }
  }
  return list;
}

const cursor = (d: number, s: number, n: number): bigint => packCursor({ d: BigInt(d), s: BigInt(s), n: BigInt(n) });

function bulk(size: Size): Named[] {
  const from = Math.floor(size.memory / 96) * 32 + 7;
  const to = 2 * from + 3;
  const small = [30n, 20n, 10n];
  const beyond = [30n, 20n, 0xffff_fff0n];
  const cells = { [SIZE_CELL]: 75n };
  const init = packImm32(0, SIZE_CELL, 0, 640);
  const list: Named[] = [];
  const checks: [number, bigint, number][] = [
    [Op.memoryInit, init, Trap.memoryBounds],
    [Op.memoryCopy, 0n, Trap.memoryBounds],
    [Op.memoryFill, 0n, Trap.memoryBounds],
  ];
  for (const [op, imm, trap] of checks) {
    const name = NAMES.get(op)!;
    list.push(good(name, { word: { op, imm }, operands: small, cells }));
    list.push(bad(name, trap, { word: { op, imm }, operands: beyond, cells }));
  }
  const copy = (d: number, s: number, n: number): Scenario => ({
    word: { op: Op.copyBytes },
    operands: [cursor(d, s, n)],
    addresses: d <= s ? [d, s] : [d + n - 1, s + n - 1],
  });
  return [
    ...list,
    good("dataDrop", { word: { op: Op.dataDrop, a: SIZE_CELL } }),
    good("copyBytes forward", copy(from, to, 5000)),
    good("copyBytes from the end", copy(to, from, 5000)),
    good("copyBytes last piece", copy(from, to, 5)),
    good("copyBytes of nothing", copy(from, to, 0)),
    good("copyBytes from a data segment", {
      ...copy(from, to, 500),
      word: { op: Op.copyBytes, b: 1 },
      operands: [cursor(from, 33 * 32, 500)],
    }),
    good("copyBytes from the input", {
      ...copy(from, to, 500),
      word: { op: Op.copyBytes, b: 3 },
      operands: [cursor(from, 33 * 32, 500)],
    }),
    good("copyBytes to the output", {
      ...copy(from, to, 500),
      word: { op: Op.copyBytes, a: 2 },
      operands: [cursor(size.output, from, 500)],
    }),
    good("fillBytes", { word: { op: Op.fillBytes }, operands: [cursor(from, 0xee, 500)], addresses: [from] }),
  ];
}

/** A table and what its instructions reach for. */
interface TableShape {
  readonly elements: number;
  /** Indices of two elements, and the size cell of another table. */
  readonly at: number;
  readonly source: number;
  readonly other: number;
  /** Live cells beside those of the machine's size. */
  readonly live: number;
}

/**
 * Two tables of a million live elements, the most that the linker allows, which take all the cells
 * that there are. What the instructions reach for lies far apart: an opening shows every sibling.
 */
const FULL_TABLE: TableShape = {
  elements: 2 ** 20 - 100,
  at: 700_001,
  source: 300_001,
  other: TABLE + 2 ** 20,
  live: 2 ** 21 - 4,
};

function tables(suffix: string, { elements, at, source, other, live }: TableShape): Named[] {
  const cells = { [SIZE_CELL]: BigInt(elements), [other]: BigInt(elements + 5) };
  const opened = [SIZE_CELL, other, TABLE + at, TABLE + source];
  const state = { cells, live: { cells: live, opened } };
  const reference = packReference({ type: 3, entry: 1000, frame: 20 });
  const access = { a: TABLE, imm: packImm32(0, elements, SIZE_CELL) };
  const grow = { op: Op.tableGrow, imm: packImm32(SIZE_CELL, elements + 1000) };
  const [index, beyond] = [BigInt(at), 0xffff_fff0n];
  const checks: [number, bigint, bigint][] = [
    [Op.tableInit, packImm32(SIZE_CELL, other), BigInt(source)],
    [Op.tableCopy, packImm32(SIZE_CELL, other), BigInt(source)],
    [Op.tableFill, packImm32(SIZE_CELL), reference],
  ];
  const move = { a: TABLE, b: TABLE };
  const copy = (n: number): bigint => cursor(at - Math.max(0, n - 1), source - Math.max(0, n - 1), n);
  const fill = (n: bigint): bigint => packCursor({ d: index, s: reference, n });
  return [
    good(`tableGet${suffix}`, { word: { op: Op.tableGet, ...access }, operands: [index], ...state }),
    bad(`tableGet${suffix}`, Trap.tableBounds, { word: { op: Op.tableGet, ...access }, operands: [beyond], ...state }),
    good(`tableSet${suffix}`, { word: { op: Op.tableSet, ...access }, operands: [reference, index], ...state }),
    bad(`tableSet${suffix}`, Trap.tableBounds, {
      word: { op: Op.tableSet, ...access },
      operands: [reference, beyond],
      ...state,
    }),
    ...checks.flatMap(([op, imm, middle]) => {
      const name = `${NAMES.get(op)!}${suffix}`;
      return [
        good(name, { word: { op, imm }, operands: [10n, middle, 10n], ...state }),
        bad(name, Trap.tableBounds, { word: { op, imm }, operands: [30n, middle, beyond], ...state }),
      ];
    }),
    good(`tableGrow${suffix}`, { word: grow, operands: [30n, reference], ...state }),
    good(`tableGrow refused${suffix}`, { word: grow, operands: [beyond, reference], ...state }),
    good(`elemDrop${suffix}`, { word: { op: Op.elemDrop, a: SIZE_CELL }, ...state }),
    good(`copyCells${suffix}`, { word: { op: Op.copyCells, ...move }, operands: [copy(20)], ...state }),
    good(`copyCells of nothing${suffix}`, { word: { op: Op.copyCells, ...move }, operands: [copy(0)], ...state }),
    good(`fillCells${suffix}`, { word: { op: Op.fillCells, ...move }, operands: [fill(20n)], ...state }),
    good(`fillCells of the last${suffix}`, { word: { op: Op.fillCells, ...move }, operands: [fill(1n)], ...state }),
    good(`fillCells of nothing${suffix}`, { word: { op: Op.fillCells, ...move }, operands: [fill(0n)], ...state }),
  ];
}

function host(size: Size): Named[] {
  const closed = { open: false };
  return [
    good("checkpoint", { word: { op: Op.checkpoint }, operands: [0n, 1_000_000n], ...closed }),
    bad("checkpoint in a transaction", Trap.host, { word: { op: Op.checkpoint } }),
    good("commit", { word: { op: Op.commit } }),
    bad("commit outside", Trap.host, { word: { op: Op.commit }, ...closed }),
    good("leave", { word: { op: Op.leave }, operands: [0n, 5n] }),
    good("leave keeping memory", { word: { op: Op.leave }, operands: [1n, 5n] }),
    good("yield", { word: { op: Op.yield }, ...closed }),
    good("finish", { word: { op: Op.finish }, ...closed }),
    good("receipt", { word: { op: Op.receipt }, operands: [BigInt(Outcome.left) << 32n], ...closed }),
    good("outcome", { word: { op: Op.outcome }, registers: { outcome: 2 ** 32 + 5 } }),
    good("fuel", { word: { op: Op.fuel } }),
    good("inputLength", { word: { op: Op.inputLength } }),
    good("inputLoad inside a leaf", { word: { op: Op.inputLoad }, operands: [33n * 32n] }),
    good("inputLoad straddling", { word: { op: Op.inputLoad }, operands: [33n * 32n + 28n] }),
    good("inputRead", { word: { op: Op.inputRead }, operands: [20n, 10n, 30n] }),
    bad("inputRead", Trap.memoryBounds, { word: { op: Op.inputRead }, operands: [20n, 1n << 63n, 30n] }),
    good("outputWrite", { word: { op: Op.outputWrite }, operands: [20n, 10n] }),
    bad("outputWrite", Trap.outputFull, { word: { op: Op.outputWrite }, operands: [0xffff_ffffn, 10n] }),
    good("outputAppend inside a leaf", {
      word: { op: Op.outputAppend },
      operands: [0x1234_5678_9abc_def1n],
      registers: { outputLength: size.output - 13 },
    }),
    good("outputAppend straddling", { word: { op: Op.outputAppend }, operands: [0x1234_5678_9abc_def1n] }),
  ];
}

/** Scenarios in which no instruction is executed. */
export function idle(size: Size): Named[] {
  const word = { op: Op.nop };
  return [
    good("halted", { word, registers: { status: Status.yielded } }),
    bad("bad header", Trap.header, { word, header: { version: 2 }, open: false }),
    bad("out of fuel, restored", Trap.outOfFuel, { word, registers: { fuel: 0n } }),
    bad("out of fuel, halted", Trap.outOfFuel, { word, registers: { fuel: 0n }, open: false }),
    bad("pc outside, restored", Trap.pc, { word, registers: { pc: 2 ** size.header.codeDepth } }),
  ];
}

/**
 * How a step ended: the trap code, whether it halted the machine or was restored, and whether the
 * state moved on.
 */
export function trapOf(next: State, open: boolean): number {
  if (next.registers.status === Status.trapped) return next.registers.trapCode;
  const { outcome } = next.registers;
  const restored = open && next.checkpoint === undefined && Math.floor(outcome / 2 ** 32) === Outcome.trap;
  return restored ? outcome % 2 ** 32 : 0;
}
