/**
 * The walk over a function's body that validation and every later pass share: it decodes one
 * instruction after the other and keeps the stacks of operands and blocks (appendix "Validation
 * Algorithm" of the WebAssembly specification).
 */
import { Crash } from "../errors.ts";
import { branchTypes } from "./control.ts";
import type { Block, BlockKind, View } from "./control.ts";
import { readInstruction } from "./decode-instruction.ts";
import { DecodeError, located, UnsupportedError, ValidationError } from "./errors.ts";
import { LIMITS } from "./limits.ts";
import { Locals } from "./locals.ts";
import { describeFunction } from "./names.ts";
import { Op, operationOf } from "../instructions/table.ts";
import { Reader } from "./reader.ts";
import type {
  FunctionBody,
  FunctionEntry,
  FunctionType,
  Instruction,
  Module,
  OperandType,
  ValueType,
} from "./types.ts";
import { checkReferences } from "./walk-references.ts";

/**
 * Called for every instruction of a body in order, dead ones and the last `end` included, BEFORE it
 * takes effect: at `end` the block is still open, at `call` the arguments are still on the stack.
 * The view is one object that changes; the instruction is new each time. In a module that has not
 * been validated the instruction may yet turn out to be wrong.
 */
export type Visitor = (instruction: Instruction, view: View) => void;

/**
 * Walks the body of a defined function and validates it on the way.
 *
 * @param module - A decoded module.
 * @param index - The function, in the index space that imports open.
 * @param visit - What to do at each instruction.
 * @throws DecodeError, ValidationError or UnsupportedError with function and instruction; other
 *   errors of `visit` pass unchanged.
 * @throws Crash if the function is not there or is imported.
 */
export function walk(module: Module, index: number, visit?: Visitor): void {
  const entry = module.functions[index];
  if (entry?.body === undefined) throw new Crash(`function ${index} has no body`);
  const reader = new Reader(module.bytes, entry.body.code, entry.body.end);
  let current: Instruction | undefined;
  try {
    const typing = new Typing(module, entry, entry.body);
    while (typing.depth > 0) {
      current = undefined;
      if (reader.done) throw missingEnd(module, entry.body);
      const instruction = readInstruction(reader, module);
      current = instruction;
      visit?.(instruction, typing);
      typing.apply(instruction);
    }
    current = undefined;
    reader.finish("the function's code");
  } catch (error) {
    const fn = describeFunction(module.names, index);
    throw located(error, {
      function: fn,
      ...(current === undefined ? {} : { instruction: operationOf(current.op).mnemonic }),
    });
  }
}

function missingEnd({ bytes }: Module, { end }: FunctionBody): DecodeError {
  const problem = end < bytes.length ? "END opcode expected" : "unexpected end of section or function";
  return new DecodeError(`${problem}: the body ends while a block is open`, end);
}

interface OpenBlock extends Block {
  isUnreachable: boolean;
}

/** The stacks of operands and blocks, and the rule of every instruction. */
class Typing implements View {
  readonly function: FunctionEntry;
  private readonly module: Module;
  private readonly locals: Locals;
  /**
   * The operand stack is the first `height` of these: an array that is cut and grows again all the
   * time costs twice as much.
   */
  private readonly operands: OperandType[] = [];
  /** Operands on the stack. */
  height = 0;
  private readonly blocks: OpenBlock[] = [];
  /** The innermost block. */
  private top: OpenBlock;
  /** Values that may still be moved: see `LIMITS.moves`. */
  private moves: number;
  /** Instruction that is being applied. */
  private offset: number;

  constructor(module: Module, entry: FunctionEntry, body: FunctionBody) {
    this.module = module;
    this.function = entry;
    this.offset = body.code;
    this.locals = new Locals(module.bytes, body, entry.type.params, module.features);
    this.moves = LIMITS.moves + LIMITS.movesPerByte * (body.end - body.code);
    const type: FunctionType = { params: [], results: entry.type.results };
    this.top = { kind: "function", type, height: 0, offset: body.code, isDead: false, isUnreachable: false };
    this.blocks.push(this.top);
  }

  get isLive(): boolean {
    return !this.top.isDead && !this.top.isUnreachable;
  }

  get localCount(): number {
    return this.locals.count;
  }

  get depth(): number {
    return this.blocks.length;
  }

  operand(distance: number): OperandType {
    const position = this.height - 1 - distance;
    if (position < this.top.height && this.top.isUnreachable) return "unknown";
    const type = position < this.height ? this.operands[position] : undefined;
    if (type === undefined) throw new Crash(`there is no operand ${distance} below the top of ${this.height}`);
    return type;
  }

  block(label: number): Block {
    const block = this.blocks[this.blocks.length - 1 - label];
    if (block === undefined) throw this.invalid(`unknown label ${label}: ${this.blocks.length} are open`);
    return block;
  }

  local(index: number): ValueType {
    const type = this.locals.type(index);
    if (type === undefined) throw this.invalid(`unknown local ${index}: there are ${this.locals.count}`);
    return type;
  }

  /** Checks an instruction and lets it take effect. */
  apply(instruction: Instruction): void {
    this.offset = instruction.offset;
    const { op, immediate } = instruction;
    if (immediate.kind === "local") {
      // Every third instruction.
      this.applyLocal(op, immediate.local);
      return;
    }
    const row = operationOf(op);
    if (immediate.kind !== "none") checkReferences(this.module, instruction, row);
    if (row.signature !== undefined) {
      this.popAll(row.signature.params);
      this.pushAll(row.signature.results);
    } else this.applySpecial(instruction);
  }

  private applyLocal(op: number, index: number): void {
    const type = this.local(index);
    if (op !== Op.localGet) this.pop(type);
    if (op !== Op.localSet) this.push(type);
  }

  private applySpecial({ op, immediate }: Instruction): void {
    switch (op) {
      case Op.unreachable:
        this.cut();
        return;
      case Op.else: {
        const block = this.top;
        if (block.kind !== "if") throw new DecodeError("END opcode expected: an else without an if", this.offset);
        this.close();
        this.open("else", block.type, block.isDead);
        return;
      }
      case Op.end:
        this.end();
        return;
      case Op.return:
        this.move(this.function.type.results, []);
        this.cut();
        return;
      case Op.drop:
        this.popAny();
        return;
      case Op.select:
        this.select();
        return;
      case Op.refIsNull: {
        const type = this.popAny();
        if (type !== "unknown" && !isReference(type)) throw this.mismatch("a reference", type);
        this.push("i32");
        return;
      }
    }
    switch (immediate.kind) {
      case "block":
        if (op === Op.if) this.pop("i32");
        this.spend(immediate.type.params.length);
        this.popAll(immediate.type.params);
        this.open(op === Op.loop ? "loop" : op === Op.if ? "if" : "block", immediate.type, !this.isLive);
        return;
      case "label": {
        if (op === Op.brIf) this.pop("i32");
        const types = branchTypes(this.block(immediate.label));
        this.move(types, op === Op.brIf ? types : []);
        if (op === Op.br) this.cut();
        return;
      }
      case "labels":
        this.branchTable(immediate.labels, immediate.fallback);
        return;
      case "function":
        if (op === Op.refFunc) this.push("funcref");
        else this.call(this.module.functions[immediate.function]?.type, op === Op.returnCall);
        return;
      case "indirect":
        this.pop("i32");
        this.call(immediate.type, op === Op.returnCallIndirect);
        return;
      case "global": {
        const type = this.module.globals[immediate.global]?.type as ValueType;
        if (op === Op.globalGet) this.push(type);
        else this.pop(type);
        return;
      }
      case "table":
        this.tableAccess(op, this.module.tables[immediate.table]?.type as ValueType);
        return;
      case "types":
        this.selectTyped(immediate.types);
        return;
      case "reference":
        this.push(immediate.type);
        return;
      default:
        throw new Crash(`no rule for the instruction ${operationOf(op).mnemonic}`);
    }
  }

  private end(): void {
    const block = this.top;
    const { kind, type, isDead } = block;
    this.close();
    if (kind === "if") {
      // Without an else the parameters must do for the results.
      this.open("else", type, isDead);
      this.close();
    }
    if (this.blocks.length > 0) this.pushAll(type.results);
  }

  private call(type: FunctionType | undefined, isTail: boolean): void {
    if (type === undefined) throw new Crash("the function of a call was not checked");
    this.move(type.params, isTail ? [] : type.results);
    if (!isTail) return;
    const [expected, actual] = [this.function.type.results, type.results];
    if (expected.length !== actual.length || expected.some((result, i) => result !== actual[i])) {
      throw this.invalid(`type mismatch: the callee returns ${list(actual)}, not ${list(expected)}`);
    }
    this.cut();
  }

  /** All targets take as many values, of types that what is on the stack fits. */
  private branchTable(labels: readonly number[], fallback: number): void {
    this.pop("i32");
    const last = this.block(fallback);
    const arity = branchTypes(last).length;
    const seen = new Set<Block>([last]);
    for (const label of labels) {
      const block = this.block(label);
      if (seen.has(block)) continue;
      seen.add(block);
      const types = branchTypes(block);
      if (types.length !== arity) {
        throw this.invalid(
          `type mismatch: label ${label} takes ${types.length} values, label ${fallback} takes ${arity}`,
        );
      }
      this.spend(arity);
      this.check(types);
    }
    this.move(branchTypes(last), []);
    this.cut();
  }

  private select(): void {
    this.pop("i32");
    const first = this.popAny();
    const second = this.popAny();
    if (isReference(first) || isReference(second)) {
      throw this.invalid("type mismatch: select without a type takes numbers, not references");
    }
    if (first !== second && first !== "unknown" && second !== "unknown") throw this.mismatch(first, second);
    this.push(first === "unknown" ? second : first);
  }

  private selectTyped(types: readonly ValueType[]): void {
    const [type] = types;
    if (type === undefined || types.length > 1) {
      throw this.invalid(`invalid result arity: select has ${types.length} types, one is needed`);
    }
    this.pop("i32");
    this.pop(type);
    this.pop(type);
    this.push(type);
  }

  private tableAccess(op: number, type: ValueType): void {
    if (op === Op.tableGet) {
      this.pop("i32");
      this.push(type);
    } else if (op === Op.tableSet) this.popAll(["i32", type]);
    else if (op === Op.tableGrow) {
      this.popAll([type, "i32"]);
      this.push("i32");
    } else this.popAll(["i32", type, "i32"]);
  }

  /** Opens a block, whose parameters have been taken from the stack. */
  private open(kind: BlockKind, type: FunctionType, isDead: boolean): void {
    if (this.blocks.length > LIMITS.nesting) {
      throw new UnsupportedError(`more than ${LIMITS.nesting} blocks in one another`, "limit", this.offset);
    }
    this.top = { kind, type, height: this.height, offset: this.offset, isDead, isUnreachable: false };
    this.blocks.push(this.top);
    this.pushAll(type.params);
  }

  /** Takes the innermost block and its results, which must be all that it leaves. */
  private close(): void {
    const { type, height } = this.top;
    this.spend(type.results.length);
    this.popAll(type.results);
    if (this.height > height) {
      const extra = this.height - height;
      throw this.invalid(
        `type mismatch: ${extra} more ${extra === 1 ? "value" : "values"} on the stack than the block returns`,
      );
    }
    this.blocks.pop();
    this.top = this.blocks[this.blocks.length - 1] ?? this.top;
  }

  /** What follows is not reached up to the end of the block. */
  private cut(): void {
    this.height = this.top.height;
    this.top.isUnreachable = true;
  }

  private move(from: readonly ValueType[], to: readonly ValueType[]): void {
    this.spend(from.length + to.length);
    this.popAll(from);
    this.pushAll(to);
  }

  private spend(moves: number): void {
    this.moves -= moves;
    if (this.moves < 0) {
      throw new UnsupportedError(
        "blocks, calls and branches of too many values for the function",
        "limit",
        this.offset,
      );
    }
  }

  private push(type: OperandType): void {
    this.reserve(1);
    this.operands[this.height++] = type;
  }

  private pushAll(types: readonly ValueType[]): void {
    this.reserve(types.length);
    for (const type of types) this.operands[this.height++] = type;
  }

  private reserve(count: number): void {
    if (this.height + count > LIMITS.operands) {
      throw new UnsupportedError(`more than ${LIMITS.operands} operands on the stack`, "limit", this.offset);
    }
  }

  private popAny(): OperandType {
    if (this.height > this.top.height) return this.operands[--this.height] as OperandType;
    if (this.top.isUnreachable) return "unknown";
    throw this.mismatch("an operand", undefined);
  }

  private pop(expected: ValueType): void {
    if (this.height > this.top.height) {
      const actual = this.operands[--this.height] as OperandType;
      if (actual !== expected && actual !== "unknown") throw this.mismatch(expected, actual);
    } else if (!this.top.isUnreachable) throw this.mismatch(expected, undefined);
  }

  private popAll(types: readonly ValueType[]): void {
    this.check(types);
    this.height = Math.max(this.top.height, this.height - types.length);
  }

  /** The operands on top must fit the types; they stay. */
  private check(types: readonly ValueType[]): void {
    const { height, isUnreachable } = this.top;
    const bottom = this.height - types.length;
    for (let i = types.length - 1; i >= 0; i--) {
      const expected = types[i] as ValueType;
      if (bottom + i < height) {
        // Dead code makes up whatever is missing.
        if (isUnreachable) return;
        throw this.mismatch(expected, undefined);
      }
      const actual = this.operands[bottom + i];
      if (actual !== expected && actual !== "unknown") throw this.mismatch(expected, actual);
    }
  }

  private mismatch(expected: string, actual: OperandType | undefined): ValidationError {
    const found = actual === undefined ? "the stack is empty" : `found ${actual}`;
    return this.invalid(`type mismatch: expected ${expected}, ${found}`);
  }

  private invalid(problem: string): ValidationError {
    return new ValidationError(problem, this.offset);
  }
}

const isReference = (type: OperandType): boolean => type === "funcref" || type === "externref";

const list = (types: readonly ValueType[]): string => (types.length === 0 ? "nothing" : types.join(" "));
