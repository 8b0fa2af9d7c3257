/**
 * Random function bodies: valid code that always terminates, because a global counts down at every
 * function entry and loop turn.
 */
import { CANONICAL_NAN } from "../../verifier/machine/floats.ts";
import { asm, type Code } from "../../verifier/wasm/assembler.ts";
import type { ModuleWriter } from "../../verifier/wasm/module-writer.ts";
import type { FunctionType } from "../../verifier/wasm/types.ts";
import type { Draw } from "./draw.ts";
import { type Operands, tableInstruction } from "./generate-tables.ts";
import { type ElementSource, isReference, type Reference, refs, type TableSource, type Value } from "./references.ts";
import {
  BINARY,
  COMPARE,
  constant,
  CONVERSIONS,
  LOADS,
  makesNaN,
  type Scalar,
  STORES,
  TRUNCATIONS,
  UNARY,
} from "./scalars.ts";

/** Function entries and loop turns of one call. */
export const COUNTER_START = 60;

/** Index of the global that counts down. */
export const COUNTER = 0;

const UNREACHABLE = 0x00;
const NOP = 0x01;
const ELSE = 0x05;
const END = 0x0b;
const RETURN = 0x0f;
const DROP = 0x1a;
const SELECT = 0x1b;
const I32_EQZ = 0x45;
const I32_SUB = 0x6b;
const I32_AND = 0x71;
const F32_EQ = 0x5b;
const F64_EQ = 0x61;
const BLOCK = 0x02;
const LOOP = 0x03;
const IF = 0x04;

/** What the functions of a module can refer to. */
export interface Environment {
  readonly draw: Draw;
  readonly writer: ModuleWriter;
  readonly functions: readonly FunctionType[];
  /** The counter first. */
  readonly globals: readonly Value[];
  /** Whether NaNs of arithmetic are replaced by the canonical one. */
  readonly canonicalizes: boolean;
  readonly tables: readonly TableSource[];
  readonly elements: readonly ElementSource[];
  readonly dataSegments: number;
}

/** An open block, innermost last. */
interface Label {
  readonly carries: readonly Value[];
}

/** Writes one function body. */
export class BodyWriter implements Operands {
  readonly env: Environment;
  readonly #draw: Draw;
  readonly #locals: readonly Value[];
  readonly #results: readonly Value[];
  readonly #labels: Label[];
  readonly #out: Code[] = [];
  /** Types of the operands of the innermost block. */
  #stack: Value[] = [];
  #budget: number;
  /** Whether the latest branch leaves for good; little code follows one. */
  #isDead = false;

  constructor(env: Environment, type: FunctionType, locals: readonly Value[]) {
    this.env = env;
    this.#draw = env.draw;
    this.#locals = [...(type.params as Value[]), ...locals];
    this.#results = type.results as Value[];
    this.#labels = [{ carries: this.#results }];
    this.#budget = 20 + this.#draw.below(80);
  }

  write(): Code {
    this.#count();
    this.#sequence(this.#results);
    return this.#out;
  }

  /** Appends code; what it does to the operands is told apart. */
  emit(code: Code): void {
    this.#out.push(code);
  }

  /** Traps when the counter is used up. */
  #count(): void {
    this.emit([asm.globalGet(COUNTER), I32_EQZ, asm.when(UNREACHABLE)]);
    this.emit([asm.globalGet(COUNTER), asm.i32(1), I32_SUB, asm.globalSet(COUNTER)]);
  }

  /** Instructions that leave exactly the results of a block. */
  #sequence(results: readonly Value[]): void {
    this.#isDead = false;
    while (this.#budget-- > 0 && !this.#stops()) this.#instruction();
    const fits = results.length === this.#stack.length && results.every((type, i) => this.#stack[i] === type);
    if (fits) return;
    if (this.#stack.length > 0 && this.#labels.length > 1 && this.#draw.chance(3) && this.#isForward(0)) {
      this.#branch(0);
    } else while (this.#stack.pop() !== undefined) this.emit(DROP);
    for (const type of results) this.push(type);
  }

  #stops(): boolean {
    return this.#draw.below(this.#isDead ? 3 : 30) === 0;
  }

  /** Whether a branch to the label leaves its block. */
  #isForward(label: number): boolean {
    return this.#loops[this.#loops.length - 1 - label] !== true;
  }

  readonly #loops: boolean[] = [false];

  /** Pushes a value of a type. */
  push(type: Value): void {
    const locals = this.#locals.flatMap((t, i) => (t === type ? [i] : []));
    const globals = this.env.globals.flatMap((t, i) => (t === type && i !== COUNTER ? [i] : []));
    const [local] = locals;
    const [global] = globals;
    const choice = this.#draw.below(4);
    if (choice >= 2 && local !== undefined) this.emit(asm.get(this.#draw.pick([local, ...locals.slice(1)])));
    else if (choice === 1 && global !== undefined)
      this.emit(asm.globalGet(this.#draw.pick([global, ...globals.slice(1)])));
    else {
      this.emit(isReference(type) ? this.#reference(type) : constant(type, this.#draw.bits(type)));
    }
    this.#stack.push(type);
  }

  #reference(type: Reference): Code {
    const draw = this.#draw;
    const tables = this.env.tables.flatMap((table, i) => (table.type === type ? [i] : []));
    const [table] = tables;
    if (table !== undefined && draw.chance(2))
      return [asm.i32(draw.below(3)), refs.get(draw.pick([table, ...tables.slice(1)]))];
    return type === "funcref" && !draw.chance(4) ? refs.func(draw.below(this.env.functions.length)) : refs.null(type);
  }

  /** Takes the operand on top as a type, or pushes one. */
  need(type: Value): void {
    if (this.#stack.at(-1) === type) return;
    const top = this.#stack.at(-1);
    if (top === undefined || this.#draw.chance(2)) return this.push(type);
    this.#convert(top, type);
  }

  /** Converts the operand on top. */
  #convert(from: Value, to: Value): void {
    if (isReference(from) && to === "i32") this.emit(refs.isNull);
    else if (isReference(from) || isReference(to)) {
      this.emit(DROP);
      this.pop();
      return this.push(to);
    }
    if (isReference(to)) return;
    const key = `${from} ${to}`;
    const list = (this.#draw.chance(10) ? TRUNCATIONS[key] : undefined) ?? CONVERSIONS[key];
    if (list !== undefined) this.#compute(to, this.#draw.pick(list));
    this.#stack[this.#stack.length - 1] = to;
  }

  /** An instruction that leaves a value of a type. */
  #compute(result: Scalar, op: number): void {
    this.emit(op > 0xff ? [op >> 8, op & 0xff] : op);
    if (!this.env.canonicalizes || !makesNaN(op)) return;
    const scratch = this.#locals.length + (result === "f32" ? 0 : 1);
    const nan = constant(result, CANONICAL_NAN[result === "f32" ? 32 : 64]);
    const isNumber: Code = [asm.get(scratch), asm.get(scratch), result === "f32" ? F32_EQ : F64_EQ];
    this.emit([asm.tee(scratch), nan, isNumber, SELECT]);
  }

  /** Says that operands have been taken. */
  pop(count = 1): void {
    this.#stack.splice(this.#stack.length - count, count);
  }

  /** Says that a value of a type has been left. */
  left(type: Value): void {
    this.#stack.push(type);
  }

  #pushAll(types: readonly Value[]): void {
    for (const type of types) this.push(type);
  }

  /** An address that is mostly inside the memory. */
  #address(): void {
    this.need("i32");
    if (!this.#draw.chance(12)) this.emit([asm.i32(0x7fff), I32_AND]);
  }

  /** Pushes a number from 0 up to, not including, `bound`, without counting it. */
  small(bound: number): void {
    this.emit(asm.i32(this.#draw.below(bound)));
  }

  #instruction(): void {
    const draw = this.#draw;
    const type = draw.type();
    const value = draw.value();
    switch (draw.below(30)) {
      case 0:
        return this.emit(NOP);
      case 1:
      case 2:
      case 3:
        return this.push(value);
      case 4:
        this.need(type);
        return this.#compute(type, draw.pick(UNARY[type]));
      case 5:
      case 6:
        return this.#binary(type, draw.pick(BINARY[type]), type);
      case 7:
        return this.#binary(type, draw.pick(COMPARE[type]), "i32");
      case 8:
        this.need(value);
        return this.#convert(value, draw.value());
      case 9:
        if (this.#stack.pop() !== undefined) this.emit(DROP);
        return;
      case 10:
        return this.#assignLocal();
      case 11:
        return this.#assignGlobal();
      case 12:
        this.#address();
        this.emit(asm.access(draw.pick(LOADS[type]), draw.below(40)));
        this.pop();
        this.#stack.push(type);
        return;
      case 13:
      case 14:
        this.#address();
        this.push(type);
        this.emit(asm.access(draw.pick(STORES[type]), draw.below(40)));
        return this.pop(2);
      case 15:
        return this.#select(value);
      case 16:
        return this.#block(BLOCK);
      case 17:
        return this.#block(LOOP);
      case 18:
      case 19:
        return this.#block(IF);
      case 20:
        return draw.chance(4) ? this.#branch(draw.below(this.#labels.length)) : this.#bulk();
      case 21:
      case 22:
        return this.#branchIf(draw.below(this.#labels.length));
      case 23:
        return this.#labels.length > 1 ? this.#branchTable() : this.#block(BLOCK);
      case 24:
        return draw.chance(16) ? this.#leave() : this.#call();
      case 25:
        return draw.chance(2) ? this.#callIndirect() : this.#call();
      case 26:
        return this.#bulk();
      default:
        return tableInstruction(this);
    }
  }

  #binary(type: Scalar, op: number, result: Scalar): void {
    this.need(type);
    this.push(type);
    this.#compute(result, op);
    this.pop(2);
    this.#stack.push(result);
  }

  #assignLocal(): void {
    const index = this.#draw.below(Math.max(1, this.#locals.length));
    const type = this.#locals[index];
    if (type === undefined) return;
    this.need(type);
    const isTee = this.#draw.chance(2);
    this.emit(isTee ? asm.tee(index) : asm.set(index));
    if (!isTee) this.pop();
  }

  #assignGlobal(): void {
    const index = 1 + this.#draw.below(Math.max(1, this.env.globals.length - 1));
    const type = this.env.globals[index];
    if (type === undefined) return;
    this.need(type);
    this.emit(asm.globalSet(index));
    this.pop();
  }

  #select(type: Value): void {
    this.need(type);
    this.push(type);
    this.push("i32");
    this.emit(isReference(type) || this.#draw.chance(3) ? refs.select(type) : SELECT);
    this.pop(2);
  }

  /** A block takes what is on top as its parameters. */
  #block(op: number): void {
    if (this.#labels.length > 6) return;
    if (op === IF) this.push("i32");
    if (op === IF) this.pop();
    const parameters = this.#stack.slice(this.#stack.length - this.#draw.below(Math.min(3, this.#stack.length + 1)));
    const taken = this.#draw.chance(2) ? [] : parameters;
    const hasElse = op !== IF || this.#draw.chance(2);
    const results = hasElse ? this.#draw.values(3) : taken;
    const outer = this.#stack;
    outer.splice(outer.length - taken.length, taken.length);
    this.emit([op, this.env.writer.blockType({ params: taken, results })]);
    this.#labels.push({ carries: op === LOOP ? taken : results });
    this.#loops.push(op === LOOP);
    this.#stack = [...taken];
    if (op === LOOP) this.#count();
    this.#sequence(results);
    if (op === IF && hasElse) {
      this.emit(ELSE);
      this.#stack = [...taken];
      this.#sequence(results);
    }
    this.emit(END);
    this.#isDead = false;
    this.#labels.pop();
    this.#loops.pop();
    this.#stack = [...outer, ...results];
  }

  #carries(label: number): readonly Value[] {
    return this.#labels[this.#labels.length - 1 - label]?.carries ?? [];
  }

  /**
   * Leaves values on the stack for a label: those that are there if they fit, else new ones above
   * them.
   */
  #prepare(label: number): void {
    const carries = this.#carries(label);
    const top = this.#stack.slice(this.#stack.length - carries.length);
    if (top.length === carries.length && carries.every((type, i) => top[i] === type) && this.#draw.chance(2)) return;
    this.#pushAll(carries);
  }

  /** What follows is dead, up to the end of the block. */
  #branch(label: number): void {
    this.#prepare(label);
    this.emit(asm.br(label));
    this.#die();
  }

  #die(): void {
    this.#stack = [];
    this.#isDead = true;
  }

  #branchIf(label: number): void {
    this.#prepare(label);
    this.push("i32");
    // Most values are not zero, and code that always leaves is soon dead.
    if (!this.#draw.chance(3)) this.emit(I32_EQZ);
    this.emit(asm.brIf(label));
    this.pop();
  }

  /** To labels that carry the same types as the first. */
  #branchTable(): void {
    const fallback = this.#draw.below(this.#labels.length);
    const carried = this.#carries(fallback).join();
    const fits = this.#labels.flatMap((_, label) => (this.#carries(label).join() === carried ? [label] : []));
    const [first = fallback] = fits;
    const labels = Array.from({ length: this.#draw.below(5) }, () => this.#draw.pick([first, ...fits.slice(1)]));
    this.#prepare(fallback);
    this.push("i32");
    if (!this.#draw.chance(4)) this.emit([asm.i32(7), I32_AND]);
    this.emit(asm.brTable(labels, fallback));
    this.#die();
  }

  #leave(): void {
    if (this.#draw.chance(4)) this.emit(UNREACHABLE);
    else {
      this.#prepare(this.#labels.length - 1);
      this.emit(RETURN);
    }
    this.#die();
  }

  #call(): void {
    const index = this.#draw.below(this.env.functions.length);
    const type = this.env.functions[index];
    if (type === undefined) return;
    this.#invoke(type, asm.call(index));
  }

  #callIndirect(): void {
    const type = this.env.functions[this.#draw.below(this.env.functions.length)];
    if (type === undefined) return;
    const params = type.params as Value[];
    const tables = this.env.tables.flatMap((table, i) => (table.type === "funcref" ? [i] : []));
    const table = this.#draw.pick([0, ...tables.slice(1)]);
    this.#pushAll(params);
    this.small((this.env.tables[table]?.minimum ?? 0) + 1);
    this.emit(asm.callIndirect(this.env.writer.type(type), table));
    this.pop(params.length);
    this.#stack.push(...(type.results as Value[]));
  }

  #invoke(type: FunctionType, call: Code): void {
    const params = type.params as Value[];
    this.#pushAll(params);
    this.emit(call);
    this.pop(params.length);
    this.#stack.push(...(type.results as Value[]));
  }

  #bulk(): void {
    const { dataSegments } = this.env;
    const draw = this.#draw;
    const data = draw.below(Math.max(1, dataSegments));
    switch (draw.below(7)) {
      case 0:
        this.emit([0x3f, 0]);
        this.#stack.push("i32");
        return;
      case 1:
        this.small(3);
        this.emit([0x40, 0]);
        this.#stack.push("i32");
        return;
      case 2:
        this.#address();
        this.pop();
        this.small(300);
        this.small(300);
        return this.emit([0xfc, 11, 0]);
      case 3:
      case 4:
        this.#address();
        this.pop();
        this.small(300);
        this.small(300);
        return this.emit([0xfc, 10, 0, 0]);
      case 5:
        if (dataSegments === 0) return;
        this.#address();
        this.pop();
        this.small(20);
        this.small(40);
        return this.emit([0xfc, 8, data, 0]);
      default:
        if (dataSegments > 0 && draw.chance(4)) this.emit([0xfc, 9, data]);
    }
  }
}
