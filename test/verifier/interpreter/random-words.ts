/**
 * Random programs of machine words: straight code with consistent stack heights, branches, calls of
 * every kind, bulk and host instructions. A few words may be spoilt, so that the program does what
 * no compiler would let it do.
 */
import { CHECKS, EFFECTS, MOVES } from "../../../verifier/interpreter/effects.ts";
import { Flag } from "../../../verifier/machine/codes.ts";
import { LOADS, NUMERIC, Op, STORES } from "../../../verifier/instructions/table.ts";
import { packImm32, packReference, type Word } from "../../../verifier/machine/word.ts";
import type { Draw } from "../../support/draw.ts";

/** A function of a program; the first one is where execution begins and takes and gives nothing. */
interface Shape {
  readonly parameters: number;
  readonly locals: number;
  readonly results: number;
}

type Mutable = { -readonly [K in keyof Word]: Word[K] };

/** A word whose target is settled when all heights are known. */
interface Pending {
  readonly word: Mutable;
  /** Heights that fit: the one the branch keeps, or any up to the one it cuts. */
  readonly height: number;
}

export interface RandomProgram {
  /** From pc 1 on. */
  readonly words: readonly Word[];
  readonly cells: Readonly<Record<number, bigint>>;
}

/**
 * Size cells of a segment of elements, of one of data, and of a memory; two globals; the elements
 * of the segment.
 */
export const CELLS = { elementSize: 4, dataSize: 5, pages: 6, globals: 8, elements: 40 } as const;

interface Table {
  readonly sizeCell: number;
  readonly first: number;
  readonly capacity: number;
}

/** The first one holds functions. */
const TABLES: readonly [Table, Table] = [
  { sizeCell: 10, first: 12, capacity: 12 },
  { sizeCell: 11, first: 24, capacity: 7 },
];
const [FUNCTIONS] = TABLES;

const MOVE_AFTER: ReadonlyMap<number, number> = new Map([
  [Op.memoryFill, Op.fillBytes],
  [Op.tableInit, Op.copyCells],
  [Op.tableCopy, Op.copyCells],
  [Op.tableFill, Op.fillCells],
  [Op.tableGrow, Op.fillCells],
]);

const PLAIN: readonly number[] = [
  ...NUMERIC.keys(),
  ...LOADS.keys(),
  ...STORES.keys(),
  ...[Op.nop, Op.drop, Op.select, Op.localGet, Op.localGet, Op.localSet, Op.localTee, Op.globalGet, Op.globalSet],
  ...[Op.memorySize, Op.memoryGrow, Op.inputLoad, Op.inputLength, Op.outputAppend, Op.outcome, Op.fuel],
  ...[Op.dataDrop, Op.elemDrop, Op.tableGet, Op.tableGet, Op.tableSet, Op.tableSet],
];

const BULK: readonly number[] = [...CHECKS, Op.tableCopy, Op.tableCopy];

export class WordWriter {
  readonly #draw: Draw;
  readonly #words: Mutable[] = [];
  readonly #heights: number[] = [];
  readonly #shapes: readonly Shape[];
  readonly #entries: number[] = [];
  readonly #calls: { word: Mutable; callee: number }[] = [];
  #pending: Pending[] = [];
  /** Frame offset of the return address, which nothing may write to. */
  #returnSlot = 0;
  /** Whether a transaction is open if control has come straight on. */
  #isOpen = false;

  constructor(draw: Draw) {
    this.#draw = draw;
    const shape = (): Shape => ({ parameters: draw.below(4), locals: draw.below(3), results: draw.below(4) });
    this.#shapes = [{ parameters: 0, locals: 4, results: 0 }, shape(), shape()];
  }

  write(): RandomProgram {
    this.#shapes.forEach((shape) => this.#function(shape));
    for (const { word, callee } of this.#calls) {
      word.a = this.#entries[callee] ?? 0;
      word.imm = packImm32(this.#frame());
    }
    const cells: Record<number, bigint> = {
      [FUNCTIONS.sizeCell]: BigInt(8 - this.#draw.below(3)),
      [TABLES[1].sizeCell]: BigInt(2 + this.#draw.below(4)),
      [CELLS.elementSize]: 4n,
      [CELLS.dataSize]: 64n,
      [CELLS.pages]: 1n,
      [CELLS.globals]: this.#draw.integer("i64") & 0xffff_ffff_ffff_ffffn,
    };
    for (let i = 0; i < 6; i++) if (!this.#draw.chance(6)) cells[FUNCTIONS.first + i] = this.#reference(i);
    for (let i = 0; i < 4; i++) cells[CELLS.elements + i] = this.#reference(i);
    return { words: this.#words, cells };
  }

  /** Elements 1 and 2 are mostly the functions of those numbers. */
  #reference(index: number): bigint {
    const callee = index === 1 || index === 2 ? index : 1 + this.#draw.below(2);
    return packReference({ type: callee, entry: this.#entries[callee] ?? 0, frame: this.#frame() });
  }

  /** Enough for every function: arguments, return address, locals, operands. */
  #frame(): number {
    return 24;
  }

  #function({ parameters, locals, results }: Shape): void {
    const floor = parameters + 1 + locals;
    const first = this.#words.length + 1;
    this.#entries.push(first);
    this.#pending = [];
    this.#returnSlot = parameters;
    const isMain = first === 1;
    let height = floor;
    const length = 10 + this.#draw.below(isMain ? 60 : 25);
    for (let i = 0; i < length; i++) height = this.#instruction(height, floor);
    if (isMain) this.#end(height);
    else this.#return(height, { parameters, locals, results });
    this.#settle(first);
  }

  #emit(op: number, height: number, fields: Partial<Mutable> = {}): Mutable {
    const word = { op, flags: 0, top: height, a: 0, b: 0, imm: 0n, ...fields };
    this.#words.push(word);
    this.#heights.push(height);
    return word;
  }

  /** One instruction, or a few that belong together; gives the height after it. */
  #instruction(height: number, floor: number): number {
    const draw = this.#draw;
    if (height < floor + 3 || draw.chance(6)) {
      if (height > 20) return this.#drop(height);
      this.#emit(draw.pick([Op.i32Const, Op.i64Const, Op.f32Const, Op.f64Const]), height, { imm: this.#constant() });
      return height + 1;
    }
    switch (draw.below(12)) {
      case 0:
        return this.#branch(height, floor);
      case 1:
        return this.#call(height);
      case 2:
        return this.#bulk(height);
      case 3:
        return this.#transaction(height);
      case 4:
        this.#emit(Op.move, height, { a: this.#slot(height), b: draw.below(height) });
        return height;
      default:
        return this.#plain(height, floor);
    }
  }

  #drop(height: number): number {
    this.#emit(Op.drop, height);
    return height - 1;
  }

  #constant(): bigint {
    const draw = this.#draw;
    switch (draw.below(4)) {
      case 0:
        return BigInt(draw.below(300));
      case 1:
        return BigInt(65_500 + draw.below(60));
      case 2:
        return BigInt.asUintN(64, draw.bits(draw.type()));
      default:
        return BigInt(draw.below(4));
    }
  }

  /** A slot below some height, but not the return address. */
  #slot(bound: number): number {
    const slot = this.#draw.below(Math.max(1, bound - 1));
    return slot < this.#returnSlot ? slot : slot + 1;
  }

  #plain(height: number, floor: number): number {
    const draw = this.#draw;
    const op = draw.pick(PLAIN as readonly [number, ...number[]]);
    const { pops, pushes } = EFFECTS.get(op) ?? { pops: 0, pushes: 0 };
    const local = this.#slot(draw.chance(8) ? height - 1 : floor);
    const isAccess = LOADS.has(op) || STORES.has(op);
    const cell = CELLS.globals + draw.below(2);
    if (isAccess) this.#access(op, height, pops);
    else if (op === Op.tableGet || op === Op.tableSet) this.#element(op, height);
    else if (op === Op.globalGet || op === Op.globalSet) this.#emit(op, height, { a: cell });
    else if (op === Op.memoryGrow || op === Op.memorySize)
      this.#emit(op, height, { ...this.#memory(), imm: 3n << 64n });
    else if (op === Op.dataDrop) this.#emit(op, height, { a: CELLS.dataSize });
    else if (op === Op.elemDrop) this.#emit(op, height, { a: CELLS.elementSize });
    else this.#emit(op, height, { a: local });
    return height - pops + pushes;
  }

  /** Mostly at an address that is there. */
  #access(op: number, height: number, operands: number): void {
    if (!this.#draw.chance(8)) {
      const bottom = height - operands;
      for (let top = height; top > bottom; top--) this.#emit(Op.drop, top);
      this.#emit(Op.i64Const, bottom, { imm: BigInt(this.#draw.below(4200)) });
      if (operands === 2) this.#emit(Op.i64Const, bottom + 1, { imm: this.#constant() });
    }
    this.#emit(op, height, this.#place());
  }

  /** Mostly a small offset. */
  #place(): Partial<Mutable> {
    const draw = this.#draw;
    const offset = BigInt(draw.chance(30) ? 65_500 + draw.below(40) : draw.below(100)) << 64n;
    return draw.chance(20)
      ? { a: draw.pick([0, 1, 3]), b: draw.below(9), imm: offset }
      : { ...this.#memory(), imm: offset };
  }

  /**
   * Region and size index: memory 0, or another one; but not the output, of which half is no memory
   * to the interpreter.
   */
  #memory(): { readonly a: number; readonly b: number } {
    const draw = this.#draw;
    const region = draw.pick([0, 1, 1, 3]);
    return draw.chance(3) ? { a: region, b: draw.chance(2) ? CELLS.pages : region } : { a: 0, b: 0 };
  }

  /** What is written is another element, or any number. */
  #element(op: number, height: number): void {
    const draw = this.#draw;
    const element = (): Partial<Mutable> => {
      const table = draw.pick([...TABLES]);
      return { a: table.first, imm: packImm32(0, table.capacity, table.sizeCell) };
    };
    const index = (): bigint => BigInt(draw.below(draw.chance(20) ? 14 : 5));
    const bottom = height - (op === Op.tableGet ? 1 : 2);
    for (let top = height; top > bottom; top--) this.#emit(Op.drop, top);
    this.#emit(Op.i64Const, bottom, { imm: index() });
    if (op === Op.tableSet) {
      const copies = draw.chance(2);
      this.#emit(Op.i64Const, bottom + 1, { imm: copies ? index() : this.#constant() });
      if (copies) this.#emit(Op.tableGet, bottom + 2, element());
    }
    this.#emit(op, height, element());
  }

  #branch(height: number, floor: number): number {
    const draw = this.#draw;
    const kind = draw.pick([Op.if, Op.brIf, Op.brIf, Op.br, Op.brTable]);
    if (kind === Op.if) {
      this.#pending.push({ word: this.#emit(kind, height), height: height - 1 });
      return height - 1;
    }
    if (kind === Op.brTable) {
      const entries = draw.below(4);
      this.#emit(kind, height, { a: entries });
      for (let i = 0; i <= entries; i++) this.#jump(Op.br, height - 1, floor);
      return height - 1;
    }
    this.#jump(kind, height, floor);
    return kind === Op.brIf ? height - 1 : height;
  }

  #jump(op: number, height: number, floor: number): void {
    const draw = this.#draw;
    const left = op === Op.brIf ? height - 1 : height;
    const cut = floor + draw.below(left - floor + 1);
    const carry = cut < left && draw.chance(2);
    const word = this.#emit(
      op,
      height,
      cut === left ? { flags: Flag.keep } : { flags: carry ? Flag.carry : 0, b: cut },
    );
    this.#pending.push({ word, height: carry ? cut + 1 : cut });
  }

  #call(height: number): number {
    const draw = this.#draw;
    const callee = 1 + draw.below(2);
    const { parameters, results } = this.#shapes[callee]!;
    const isIndirect = draw.chance(2);
    const top = isIndirect ? height - 1 : height;
    if (parameters > top) return this.#drop(height);
    if (isIndirect) {
      const { sizeCell, first: a, capacity } = FUNCTIONS;
      const imm = packImm32(callee, capacity, sizeCell);
      this.#emit(Op.drop, height);
      this.#emit(Op.i64Const, top, { imm: BigInt(draw.chance(8) ? draw.below(capacity + 2) : callee) });
      this.#emit(Op.callIndirect, height, { a, b: parameters, imm });
    } else {
      this.#calls.push({ word: this.#emit(Op.call, height, { b: parameters }), callee });
    }
    return top - parameters + results;
  }

  #bulk(height: number): number {
    const op = this.#draw.pick(BULK as readonly [number, ...number[]]);
    const { pops, pushes } = EFFECTS.get(op) ?? { pops: 0, pushes: 0 };
    const bottom = height - pops;
    for (let top = height; top > bottom; top--) this.#emit(Op.drop, top);
    if (op === Op.tableGrow || op === Op.tableFill) this.#fillTable(op, bottom);
    else if (op === Op.tableCopy || op === Op.tableInit) this.#copyTable(op, bottom);
    else this.#moveBytes(op, bottom, pops);
    return bottom + pushes - 1;
  }

  #constants(bottom: number, values: readonly (number | bigint)[]): void {
    values.forEach((value, i) => this.#emit(Op.i64Const, bottom + i, { imm: BigInt(value) }));
  }

  #fillTable(op: number, bottom: number): void {
    const draw = this.#draw;
    const { sizeCell, first, capacity } = draw.pick([...TABLES]);
    const isGrow = op === Op.tableGrow;
    const value = draw.chance(2) ? this.#constant() : (1n << 62n) | this.#constant();
    this.#constants(bottom, isGrow ? [value, draw.below(5)] : [draw.below(6), value, draw.below(4)]);
    this.#emit(op, bottom + (isGrow ? 2 : 3), { imm: packImm32(sizeCell, capacity) });
    this.#emit(Op.fillCells, bottom + (isGrow ? 2 : 1), { a: first });
  }

  #copyTable(op: number, bottom: number): void {
    const draw = this.#draw;
    const target = draw.pick([...TABLES]);
    const segment = { sizeCell: CELLS.elementSize, first: CELLS.elements };
    const source = op === Op.tableInit ? segment : draw.pick([...TABLES]);
    const index = (): number => draw.below(draw.chance(8) ? 8 : 3);
    this.#constants(bottom, [index(), index(), 1 + index()]);
    this.#emit(op, bottom + 3, { imm: packImm32(target.sizeCell, source.sizeCell) });
    this.#emit(Op.copyCells, bottom + 1, { a: target.first, b: source.first });
  }

  #moveBytes(op: number, bottom: number, operands: number): void {
    const draw = this.#draw;
    const bound = op === Op.memoryInit ? 70 : 400;
    const value = (): number => (bound === 400 && draw.chance(25) ? 65_400 : 0) + draw.below(bound);
    this.#constants(
      bottom,
      Array.from({ length: operands }, () => value()),
    );
    const target = this.#memory();
    const source = this.#memory();
    const imm = {
      [Op.memoryInit]: packImm32(target.b, CELLS.dataSize, 0, draw.below(100)),
      [Op.memoryCopy]: packImm32(target.b, source.b),
    }[op];
    this.#emit(op, bottom + operands, { imm: imm ?? packImm32(target.b) });
    const from = { [Op.memoryInit]: 1, [Op.inputRead]: 3, [Op.memoryCopy]: source.a, [Op.outputWrite]: source.a }[op];
    const into = op === Op.outputWrite ? 2 : target.a;
    this.#emit(MOVE_AFTER.get(op) ?? Op.copyBytes, bottom + 1, { a: into, b: from ?? 0 });
  }

  #transaction(height: number): number {
    const draw = this.#draw;
    const pair = (op: number, first: bigint, second: bigint): number => {
      this.#emit(Op.i64Const, height, { imm: first });
      this.#emit(Op.i64Const, height + 1, { imm: second });
      this.#emit(op, height + 2);
      return height;
    };
    // Mostly what fits: a checkpoint outside a transaction, its end inside one.
    const opens = draw.chance(10) ? this.#isOpen : !this.#isOpen;
    if (opens && draw.chance(5)) {
      this.#emit(Op.receipt, height);
      return height - 1;
    }
    this.#isOpen = opens;
    if (opens) return pair(Op.checkpoint, BigInt(draw.below(4) * 150), BigInt(draw.below(2)));
    if (draw.chance(2)) return pair(Op.leave, BigInt(draw.below(1000)), BigInt(draw.below(2)));
    this.#emit(Op.commit, height);
    return height;
  }

  #end(height: number): void {
    if (this.#isOpen) this.#emit(Op.commit, height);
    this.#emit(this.#draw.pick([Op.yield, Op.finish, Op.unreachable]), height);
    // Where a halted machine stands, its stack has to be as high as it is.
    this.#emit(Op.unreachable, height);
  }

  /**
   * As the lowering does it: several results are moved down, and the return address out of their
   * way.
   */
  #return(height: number, { parameters, locals, results }: Shape): void {
    let top = height;
    for (; top < parameters + 1 + locals + results; top++) this.#emit(Op.i64Const, top, { imm: BigInt(top) });
    let returnSlot = parameters;
    if (results >= 2) {
      if (results > returnSlot) {
        this.#emit(Op.move, top, { a: top, b: returnSlot });
        returnSlot = top;
      }
      for (let i = 0; i < results; i++) this.#emit(Op.move, top, { a: i, b: top - results + i });
    }
    const fields = { a: returnSlot, b: results === 1 ? 0 : results, flags: results === 1 ? Flag.carry : 0 };
    this.#emit(Op.return, top, fields);
    // With the return address moved up, the stack is higher than these words say, and no branch
    // fits.
    if (returnSlot === top) this.#heights.fill(Infinity, this.#heights.length - 1 - results);
  }

  /**
   * Branches of a function go to its own words of the right height; where there is none, they are
   * no branches.
   */
  #settle(first: number): void {
    for (const { word, height } of this.#pending) {
      const fitting: number[] = [];
      for (let pc = first; pc <= this.#words.length; pc++) {
        const isInside = pc > first && this.#isMove(pc);
        if (this.#heights[pc - 1] === height && !isInside) fitting.push(pc);
      }
      if (fitting.length > 0) word.a = this.#draw.pick(fitting as [number, ...number[]]);
      else word.op = word.op === Op.br ? Op.nop : Op.drop;
    }
  }

  #isMove(pc: number): boolean {
    return MOVES.has(this.#words[pc - 1]?.op ?? 0);
  }
}

/** Changes a field of about one word in `odds`. */
export function spoil(words: readonly Word[], draw: Draw, odds: number): Word[] {
  return words.map((word) => {
    if (!draw.chance(odds)) return word;
    const delta = draw.below(7) - 3;
    const move = (value: number): number => Math.max(0, value + delta);
    switch (draw.below(6)) {
      case 0:
        return { ...word, top: move(word.top) };
      case 1:
        return { ...word, a: move(word.a) };
      case 2:
        return { ...word, b: move(word.b) };
      case 3:
        return { ...word, flags: draw.below(4) };
      case 4:
        return { ...word, imm: word.imm ^ (1n << BigInt(draw.below(128))) };
      default:
        return { ...word, op: draw.pick(PLAIN as readonly [number, ...number[]]) };
    }
  });
}
