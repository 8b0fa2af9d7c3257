/** Leads from a word of lowered code back to the WebAssembly instruction that it was made from. */
import { Flag } from "../machine/codes.ts";
import { EXECUTED, NUMERIC, Op, operationOf, OPERATIONS } from "../instructions/table.ts";
import { imm32, unpackWord, type Word } from "../machine/word.ts";
import { WORD_BYTES } from "./code.ts";
import { formatFloat } from "./float-text.ts";
import type { CodeRange, LoweredCode } from "./lower.ts";

/**
 * Where a word comes from. Words without an instruction of their own (moves, jumps over `else`) go
 * by the one that needs them.
 */
export interface SourceLocation {
  /** Position of the module in the program. */
  readonly module: number;
  /** The name under which it is linked. */
  readonly moduleName: string;
  /**
   * Index in the module's function index space; undefined for code that initializes the instance,
   * and for pc 0.
   */
  readonly function?: number;
  /**
   * From the name section, else from an export, else `func[i]`; `missing import …` for a function
   * that nothing provides.
   */
  readonly functionName: string;
  /** Byte offset of the instruction in the module. */
  readonly offset: number;
  /** Name of the instruction in the text format. */
  readonly mnemonic: string;
}

/** The origins of a program's code. */
export class ProgramMap {
  /** Words of code. */
  readonly length: number;
  readonly #ranges: LoweredCode["ranges"];
  readonly #ops: Uint16Array;
  readonly #offsets: Uint32Array;

  constructor({ code, ranges }: LoweredCode) {
    const { ops, offsets } = code.origins();
    this.length = code.length;
    this.#ranges = ranges;
    this.#ops = ops;
    this.#offsets = offsets;
  }

  /**
   * The origin of the word at a pc; undefined where there is no code, and for the machine's own
   * `finish` at 0.
   */
  locate(pc: number): SourceLocation | undefined {
    const op = this.#ops[pc];
    const range = this.#rangeAt(pc);
    if (op === undefined || range === undefined) return undefined;
    const { instance, function: index } = range;
    return {
      module: instance.position,
      moduleName: instance.name,
      ...(index === undefined ? {} : { function: index }),
      functionName: nameOf(range),
      offset: this.#offsets[pc] ?? 0,
      mnemonic: operationOf(op).mnemonic,
    };
  }

  /**
   * Byte offset in its module of the instruction that the word at a pc was made from; undefined
   * where there is no code.
   */
  offset(pc: number): number | undefined {
    return this.#offsets[pc];
  }

  /**
   * Parameters of the function that a pc belongs to, none of code that initializes an instance;
   * undefined where there is no code.
   */
  parameters(pc: number): number | undefined {
    const range = this.#rangeAt(pc);
    if (range === undefined || pc >= this.length) return undefined;
    const { instance, function: index } = range;
    return index === undefined ? 0 : instance.module.functions[index]?.type.params.length;
  }

  /** pc after the function (or the initialization of an instance) that a pc belongs to. */
  rangeEnd(pc: number): number {
    return this.#ranges[this.#rangesUpTo(pc)]?.start ?? this.length;
  }

  /** The last range that begins at or before a pc. */
  #rangeAt(pc: number): LoweredCode["ranges"][number] | undefined {
    return this.#ranges[this.#rangesUpTo(pc) - 1];
  }

  /** How many ranges begin at or before a pc. */
  #rangesUpTo(pc: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ranges[middle]?.start ?? Infinity) <= pc) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function nameOf({ instance, function: index }: CodeRange): string {
  if (index === undefined) return "initialization";
  const target = instance.functions[index];
  const missing = target?.kind === "code" && target.instance === instance ? target.missing : undefined;
  if (missing !== undefined) return `missing import ${missing.module}.${missing.name}`;
  return instance.module.names.functions.get(index) ?? `func[${index}]`;
}

/**
 * The name of a machine instruction: that of the WebAssembly instruction with the same opcode, or
 * the machine's own.
 */
export function machineMnemonic(op: number): string {
  return (EXECUTED.get(op) ?? OPERATIONS.get(op))?.mnemonic ?? `0x${op.toString(16)}`;
}

/**
 * A word in words, for example `local.get s3`, `call 17 parameters 2 frame 9`; s is a slot, c a
 * cell, m a region.
 */
export function describeWord(leaf: bigint): string {
  const word = unpackWord(leaf);
  const operands = EXECUTED.has(word.op) && !NUMERIC.has(word.op) ? describeOperands(word) : "";
  return operands === "" ? machineMnemonic(word.op) : `${machineMnemonic(word.op)} ${operands}`;
}

function describeOperands({ op, flags, top, a, b, imm }: Word): string {
  const cut = (flags & Flag.keep) !== 0 ? "" : ` cut s${b}${(flags & Flag.carry) !== 0 ? " carry" : ""}`;
  switch (op) {
    case Op.if:
      return `else ${a}`;
    case Op.br:
    case Op.brIf:
      return `${a}${cut}`;
    case Op.brTable:
      return `entries ${a + 1}`;
    case Op.return:
      return `record s${a}${cut}`;
    case Op.call:
      return `${a} parameters ${b} frame ${imm32(imm, 0)} record s${top}`;
    case Op.callIndirect:
      return `table c${a} capacity ${imm32(imm, 1)} type ${imm32(imm, 0)} parameters ${b} record s${top - 1}`;
    case Op.localGet:
    case Op.localSet:
    case Op.localTee:
      return `s${a}`;
    case Op.move:
      return `s${a} from s${b}`;
    case Op.globalGet:
    case Op.globalSet:
    case Op.dataDrop:
    case Op.elemDrop:
      return `c${a}`;
    case Op.i32Const:
      return String(BigInt.asIntN(32, imm));
    case Op.i64Const:
      return String(BigInt.asIntN(64, imm));
    case Op.f32Const:
      return formatFloat(BigInt.asUintN(32, imm), 32);
    case Op.f64Const:
      return formatFloat(BigInt.asUintN(64, imm), 64);
    case Op.memorySize:
      return `m${a}`;
    case Op.memoryGrow:
      return `m${a} maximum ${imm >> 64n}`;
    case Op.copyBytes:
      return `m${a} from m${b}`;
    case Op.fillBytes:
      return `m${a}`;
    case Op.copyCells:
      return `c${a} from c${b}`;
    case Op.fillCells:
      return `c${a}`;
    case Op.tableGet:
    case Op.tableSet:
      return `table c${a} size c${imm32(imm, 2)}`;
    case Op.tableGrow:
      return `size c${imm32(imm, 0)} maximum ${imm32(imm, 1)}`;
    case Op.tableFill:
      return `size c${imm32(imm, 0)}`;
    default:
      return op >= Op.i32Load && op <= Op.i64Store32 ? `m${a} offset ${imm >> 64n}` : "";
  }
}

/** The leaf of a word in code of 32 bytes per word. */
export function wordAt(code: Uint8Array, pc: number): bigint {
  const view = new DataView(code.buffer, code.byteOffset + pc * WORD_BYTES, WORD_BYTES);
  let leaf = 0n;
  for (let lane = 0; lane < 4; lane++) leaf = (leaf << 64n) | view.getBigUint64(8 * lane);
  return leaf;
}
