/**
 * From instruction words to the operations of the inner loop. `code.ts` says what has to hold for
 * each.
 */
import { REFERENCE_LIMITS, ReferenceTag } from "../machine/word.ts";
import { Flag } from "../machine/codes.ts";
import { LOADS, NUMERIC, Op, STORES } from "../instructions/table.ts";
import type { Components } from "./components.ts";
import { CHECKS, EFFECTS, MOVES } from "./effects.ts";
import { Fast, STRIDE } from "./fast-op.ts";
import type { Words } from "./words.ts";
import { LEAF_WORDS, SLOT_WORDS } from "./units.ts";

/** Slots, cells and parameters beyond this are left to the reference. */
const MAX_OFFSET = 2 ** 24;

/** A header has at most eight bits for regions. */
const MAX_REGIONS = 2 ** 8;

/** No window shows so many cells. */
const MAX_CELLS = 2 ** 30;

/** Floats are loaded and stored as the integers of their bits. */
const SAME_ACCESS: ReadonlyMap<number, number> = new Map([
  [Op.f32Load, Op.i32Load],
  [Op.f64Load, Op.i64Load],
  [Op.f32Store, Op.i32Store],
  [Op.f64Store, Op.i64Store],
]);

/**
 * The operation of an instruction with up to three operands; `undefined` if the reference has to
 * execute it.
 */
type Translation = readonly [op: number, a?: number, b?: number, c?: number] | undefined;

/** The upper 16 bits of a reference to a function of this type. */
const tagged = (type: number): number => (ReferenceTag.function << 14) | type;

const OUTSIDE: Translation = [Fast.outside];

/** Translates words one by one and collects what belongs to all of them. */
export class Translator {
  readonly fields: Int32Array;
  readonly tables: number[] = [];
  /** Direct calls: their frames are checked when all extents are known. */
  readonly calls: number[] = [];
  cells = 4;
  readonly #words: Words;
  readonly #heights: Float64Array;
  readonly #components: Components;

  constructor(words: Words, heights: Float64Array, components: Components) {
    this.#words = words;
    this.#heights = heights;
    this.#components = components;
    this.fields = new Int32Array((words.length + 1) * STRIDE);
  }

  translate(pc: number): void {
    const translation = this.#translation(pc) ?? [Fast.escape];
    this.fields.set(
      translation.map((field) => field ?? 0),
      pc * STRIDE,
    );
  }

  #translation(pc: number): Translation {
    const words = this.#words;
    const op = words.op(pc);
    const top = words.top(pc);
    const height = this.#heights[pc]!;
    if (height > MAX_OFFSET) return undefined;
    // After a pushing move nothing but moves and a cut may come.
    if (height !== top && op !== Op.move && op !== Op.return && op !== Op.br) return undefined;
    const effect = EFFECTS.get(op);
    if (effect === undefined) return this.#control(pc, op);
    if (top < effect.pops) return undefined;
    if (!this.#goes(pc, pc + 1, top - effect.pops + effect.pushes)) return undefined;
    if (CHECKS.has(op)) return MOVES.has(words.op(pc + 1)) ? OUTSIDE : undefined;
    const numeric = NUMERIC.get(op);
    if (numeric?.family === "integer") return [op];
    if (numeric !== undefined) return [numeric.operands === 2 ? Fast.floatBinary : Fast.floatUnary, op];
    if (LOADS.has(op) || STORES.has(op)) return this.#access(pc, op);
    return this.#variable(pc, op);
  }

  /** Whether control may go from one pc to another, where the stack then has the given height. */
  #goes(pc: number, target: number, height: number): boolean {
    if (target >= this.#words.length || this.#heights[target] !== height) return false;
    this.#components.join(pc, target);
    return true;
  }

  #access(pc: number, op: number): Translation {
    const words = this.#words;
    const region = words.a(pc);
    const size = words.b(pc);
    const offset = words.imm(pc, 1);
    if (words.imm(pc, 0) !== 0) return OUTSIDE;
    const access = SAME_ACCESS.get(op) ?? op;
    if (region === 0 && size === 0) return [access, offset];
    if (region >= MAX_REGIONS || (size >= 4 && !this.#cell(size))) return OUTSIDE;
    return [LOADS.has(op) ? Fast.load : Fast.store, offset, (region << 8) | access, size];
  }

  #variable(pc: number, op: number): Translation {
    const words = this.#words;
    const a = words.a(pc);
    const height = this.#heights[pc]!;
    switch (op) {
      case Op.nop:
      case Op.drop:
      case Op.select:
        return [op];
      case Op.i32Const:
      case Op.i64Const:
      case Op.f32Const:
      case Op.f64Const:
        if (words.imm(pc, 0) !== 0 || words.imm(pc, 1) !== 0) return undefined;
        return [Op.i64Const, words.imm(pc, 3), words.imm(pc, 2)];
      case Op.localGet:
      case Op.localTee:
        return a < height ? [op, SLOT_WORDS * a] : undefined;
      case Op.localSet:
        return a < height - 1 ? [op, SLOT_WORDS * a] : undefined;
      case Op.globalGet:
      case Op.globalSet:
        if (!this.#cell(a)) return undefined;
        // A cell has eight lanes, the least significant first.
        return [op, LEAF_WORDS * a];
      case Op.tableGet:
      case Op.tableSet:
        return this.#element(pc, op);
      default:
        return OUTSIDE;
    }
  }

  /**
   * How large the table is, and which of its cells the window shows, is seen when an element is
   * asked for.
   */
  #element(pc: number, op: number): Translation {
    const first = this.#words.a(pc);
    const size = this.#words.imm(pc, 2);
    return first < MAX_OFFSET && this.#cell(size) ? [op, first, LEAF_WORDS * size] : undefined;
  }

  #cell(cell: number): boolean {
    if (cell >= MAX_OFFSET) return false;
    this.cells = Math.max(this.cells, cell + 1);
    return true;
  }

  #control(pc: number, op: number): Translation {
    const words = this.#words;
    const top = words.top(pc);
    switch (op) {
      case Op.unreachable:
        return [op];
      case Op.if:
        if (top < 1 || !this.#goes(pc, pc + 1, top - 1) || !this.#goes(pc, words.a(pc), top - 1)) return undefined;
        return [op, words.a(pc) * STRIDE];
      case Op.br:
        return this.#branch(pc, { height: this.#heights[pc]!, keep: Op.br, cut: Fast.brCut, carry: Fast.brCarry });
      case Op.brIf:
        if (top < 1 || !this.#goes(pc, pc + 1, top - 1)) return undefined;
        return this.#branch(pc, { height: top - 1, keep: Op.brIf, cut: Fast.brIfCut, carry: Fast.brIfCarry });
      case Op.brTable:
        return this.#branchTable(pc, top);
      case Op.return:
        return this.#return(pc, top);
      case Op.call:
        return this.#call(pc, top);
      case Op.callIndirect:
        return this.#callIndirect(pc, top);
      case Op.move:
        return this.#move(pc);
      case Op.yield:
      case Op.finish:
        return OUTSIDE;
      case Op.leave:
        return top >= 2 ? OUTSIDE : undefined;
      default:
        return undefined;
    }
  }

  /** A branch from a stack of the given height, the condition already popped. */
  #branch(pc: number, kinds: { height: number; keep: number; cut: number; carry: number }): Translation {
    const words = this.#words;
    const flags = words.flags(pc);
    const target = words.a(pc);
    const cut = words.b(pc);
    const { height } = kinds;
    if ((flags & Flag.keep) !== 0) return this.#goes(pc, target, height) ? [kinds.keep, target * STRIDE] : undefined;
    const carry = (flags & Flag.carry) !== 0;
    const values = carry ? 1 : 0;
    if (cut + values > height || !this.#carries(pc, kinds.height, carry)) return undefined;
    if (!this.#goes(pc, target, cut + values)) return undefined;
    return [carry ? kinds.carry : kinds.cut, target * STRIDE, SLOT_WORDS * cut];
  }

  /** A carried operand is counted from `top`: it must be the one at the live height. */
  #carries(pc: number, height: number, carry: boolean): boolean {
    const operand = this.#words.op(pc) === Op.brIf ? this.#words.top(pc) - 1 : this.#words.top(pc);
    return !carry || operand === height;
  }

  #branchTable(pc: number, top: number): Translation {
    const entries = this.#words.a(pc);
    if (top < 1 || pc + 1 + entries >= this.#words.length) return undefined;
    for (let i = 0; i <= entries; i++) if (!this.#goes(pc, pc + 1 + i, top - 1)) return undefined;
    return [Op.brTable, entries];
  }

  #return(pc: number, top: number): Translation {
    const words = this.#words;
    const returnSlot = words.a(pc);
    const cut = words.b(pc);
    const height = this.#heights[pc]!;
    const carry = (words.flags(pc) & Flag.carry) !== 0;
    if (returnSlot >= height || cut + (carry ? 1 : 0) > height) return undefined;
    // The result is the top operand, which lies below a return address that was moved up.
    if (carry && top < 1) return undefined;
    return carry
      ? [Fast.returnCarry, SLOT_WORDS * returnSlot, SLOT_WORDS * cut, SLOT_WORDS * (top - 1)]
      : [Op.return, SLOT_WORDS * returnSlot, SLOT_WORDS * cut];
  }

  #call(pc: number, top: number): Translation {
    const words = this.#words;
    const entry = words.a(pc);
    const parameters = words.b(pc);
    const frame = words.imm(pc, 0);
    if (entry >= words.length || parameters > top || frame > MAX_OFFSET) return undefined;
    if (this.#heights[entry]! < parameters + 1) return undefined;
    this.calls.push(pc);
    return [Op.call, entry * STRIDE, SLOT_WORDS * parameters, SLOT_WORDS * frame];
  }

  #callIndirect(pc: number, top: number): Translation {
    const words = this.#words;
    const first = words.a(pc);
    const parameters = words.b(pc);
    const capacity = words.imm(pc, 1);
    if (top < 1 || parameters > top - 1 || first >= MAX_OFFSET) return undefined;
    const type = words.imm(pc, 0);
    const indices = Math.min(capacity, MAX_CELLS);
    const table = this.tables.push(type < REFERENCE_LIMITS.type ? tagged(type) : -1, indices) - 2;
    return [Op.callIndirect, first, SLOT_WORDS * parameters, table];
  }

  #move(pc: number): Translation {
    const words = this.#words;
    const a = words.a(pc);
    const b = words.b(pc);
    const height = this.#heights[pc]!;
    if (a > height || b >= height) return undefined;
    if (!this.#goes(pc, pc + 1, Math.max(height, a + 1))) return undefined;
    return [Fast.move, SLOT_WORDS * a, SLOT_WORDS * b];
  }
}
