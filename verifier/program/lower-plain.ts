/**
 * Lowers the instructions that only take operands and leave results: everything but blocks,
 * branches and returns.
 */
import { Crash } from "../errors.ts";
import { NUMERIC, Op, operationOf } from "../instructions/table.ts";
import { packImm32 } from "../machine/word.ts";
import { UnsupportedError } from "../wasm/errors.ts";
import type { FunctionType, Instruction } from "../wasm/types.ts";
import type { WordFields } from "./code.ts";
import { NULL_REFERENCE } from "./constant.ts";
import type { Regions } from "./layout.ts";
import type {
  CodeFunction,
  HostTarget,
  Instance,
  LinkedGlobal,
  LinkedMemory,
  LinkedSegment,
  LinkedTable,
} from "./linkage.ts";

/** Where the words go, and what indices mean in the function being lowered. */
export interface PlainTarget {
  readonly instance: Instance;
  readonly regions: Regions;
  typeId(type: FunctionType): number;
  emit(fields: WordFields): void;
  /** A word that has only these fields so far, and its pc. */
  append(op: number, top: number, a?: number, b?: number): number;
  /** Sets one u32 of a word's immediate, lane 0 most significant. */
  setLane(pc: number, lane: 0 | 1 | 2 | 3, value: number): void;
  call(callee: CodeFunction, top: number): void;
  /** A constant reference to a function, by its index. */
  reference(index: number, top: number): void;
  /** Frame offset of a local. */
  local(index: number): number;
}

/** Opcodes that the machine has under the same number and that need nothing but their operands. */
const BARE = new Uint8Array(2 ** 16);
for (const op of [...NUMERIC.keys(), Op.unreachable, Op.nop, Op.drop, Op.select]) BARE[op] = 1;

/** A null reference is zero, and any other is not. */
const I64_EQZ = 0x50;

/** Loads and stores of integers and floats. */
const isAccess = (op: number): boolean => op >= Op.i32Load && op <= Op.i64Store32;

/**
 * Lowers one instruction.
 * @param top - frame offset of the first free operand slot
 * @throws UnsupportedError for what the machine does not have
 */
export function lowerPlain(target: PlainTarget, instruction: Instruction, top: number): void {
  const { op, immediate } = instruction;
  const { instance } = target;
  // The commonest come first.
  switch (immediate.kind) {
    case "local":
      target.append(op, top, target.local(immediate.local));
      return;
    case "none":
      if (op === Op.refIsNull) return target.emit({ op: I64_EQZ, top });
      if (BARE[op] === 0) throw unsupported(instruction);
      target.append(op, top);
      return;
    case "i32":
      target.setLane(target.append(op, top), 3, immediate.value);
      return;
    case "access": {
      if (!isAccess(op)) throw unsupported(instruction);
      const { region, sizeIndex } = item<LinkedMemory>(instance.memories, immediate.memory);
      target.setLane(target.append(op, top, region, sizeIndex), 1, immediate.offset);
      return;
    }
    case "types":
      return target.emit({ op: Op.select, top });
    case "reference":
      return target.emit({ op: Op.i64Const, top, imm: NULL_REFERENCE });
    case "i64":
      return target.emit({ op, top, imm: BigInt.asUintN(64, immediate.value) });
    case "f32":
      return target.emit({ op, top, imm: BigInt(immediate.bits) });
    case "f64":
      return target.emit({ op, top, imm: immediate.bits });
    case "global":
      return target.emit({ op, top, a: item<LinkedGlobal>(instance.globals, immediate.global).cell });
    case "function": {
      if (op === Op.refFunc) return target.reference(immediate.function, top);
      if (op !== Op.call) throw unsupported(instruction);
      const callee = item(instance.functions, immediate.function);
      return callee.kind === "code" ? target.call(callee, top) : emitHost(target, callee, top);
    }
    case "indirect": {
      if (op !== Op.callIndirect) throw unsupported(instruction);
      const table = item<LinkedTable>(instance.tables, immediate.table);
      const imm = packImm32(target.typeId(immediate.type), table.capacity, table.sizeCell);
      return target.emit({ op, top, a: table.firstCell, b: immediate.type.params.length, imm });
    }
    case "memory": {
      const memory = item<LinkedMemory>(instance.memories, immediate.memory);
      return op === Op.memoryFill ? emitFill(target, memory, top) : emitSize(target, op, memory, top);
    }
    case "table":
      return lowerTable(target, op, item<LinkedTable>(instance.tables, immediate.table), top);
    default:
      return lowerCopies(target, instruction, top);
  }
}

/** Instructions on one table. */
function lowerTable(target: PlainTarget, op: number, table: LinkedTable, top: number): void {
  const { firstCell, capacity, sizeCell } = table;
  switch (op) {
    case Op.tableSize:
      return target.emit({ op: Op.globalGet, top, a: sizeCell });
    case Op.tableGrow:
      target.emit({ op, top, imm: packImm32(sizeCell, capacity) });
      // The old size stays where the value was; the cursor is where the count was.
      return target.emit({ op: Op.fillCells, top, a: firstCell });
    case Op.tableFill:
      target.emit({ op, top, imm: packImm32(sizeCell) });
      return target.emit({ op: Op.fillCells, top: top - 2, a: firstCell });
    default:
      return target.emit({ op, top, a: firstCell, imm: packImm32(0, capacity, sizeCell) });
  }
}

/** Instructions that copy between memories, tables and segments, or drop segments. */
function lowerCopies(target: PlainTarget, instruction: Instruction, top: number): void {
  const { op, immediate } = instruction;
  const { instance } = target;
  switch (immediate.kind) {
    case "memories": {
      const to = item<LinkedMemory>(instance.memories, immediate.destination);
      const from = item<LinkedMemory>(instance.memories, immediate.source);
      target.emit({ op, top, imm: packImm32(to.sizeIndex, from.sizeIndex) });
      return target.emit({ op: Op.copyBytes, top: top - 2, a: to.region, b: from.region });
    }
    case "memory-data": {
      const memory = item<LinkedMemory>(instance.memories, immediate.memory);
      return emitMemoryInit(target, memory, item<LinkedSegment>(instance.data, immediate.data), top);
    }
    case "data":
      return target.emit({ op, top, a: item<LinkedSegment>(instance.data, immediate.data).sizeCell });
    case "tables": {
      const to = item<LinkedTable>(instance.tables, immediate.destination);
      const from = item<LinkedTable>(instance.tables, immediate.source);
      target.emit({ op, top, imm: packImm32(to.sizeCell, from.sizeCell) });
      return target.emit({ op: Op.copyCells, top: top - 2, a: to.firstCell, b: from.firstCell });
    }
    case "table-element": {
      const table = item<LinkedTable>(instance.tables, immediate.table);
      return emitTableInit(target, table, item<LinkedSegment>(instance.elements, immediate.element), top);
    }
    case "element":
      return target.emit({ op, top, a: item<LinkedSegment>(instance.elements, immediate.element).sizeCell });
    default:
      throw unsupported(instruction);
  }
}

type Emitter = Pick<PlainTarget, "emit" | "regions">;

/** memory.init: its check and its move. */
export function emitMemoryInit(target: Emitter, memory: LinkedMemory, segment: LinkedSegment, top: number): void {
  const imm = packImm32(memory.sizeIndex, segment.sizeCell) | BigInt(segment.start);
  target.emit({ op: Op.memoryInit, top, imm });
  target.emit({ op: Op.copyBytes, top: top - 2, a: memory.region, b: target.regions.data });
}

/** table.init: its check and its move. */
export function emitTableInit(target: Emitter, table: LinkedTable, segment: LinkedSegment, top: number): void {
  target.emit({ op: Op.tableInit, top, imm: packImm32(table.sizeCell, segment.sizeCell) });
  target.emit({ op: Op.copyCells, top: top - 2, a: table.firstCell, b: segment.start });
}

function emitFill(target: Emitter, { region, sizeIndex }: LinkedMemory, top: number): void {
  target.emit({ op: Op.memoryFill, top, imm: packImm32(sizeIndex) });
  target.emit({ op: Op.fillBytes, top: top - 2, a: region });
}

function emitSize(target: Emitter, op: number, { region, sizeIndex, maximum }: LinkedMemory, top: number): void {
  const imm = op === Op.memoryGrow ? BigInt(maximum) << 64n : 0n;
  target.emit({ op, top, a: region, b: sizeIndex, imm });
}

/** A host function, in place of the call. */
export function emitHost(target: Emitter, { host, instance }: HostTarget, top: number): void {
  if (host.moves === undefined) return target.emit({ op: host.op, top });
  const { region, sizeIndex } = item<LinkedMemory>(instance.memories, 0);
  const { input, output } = target.regions;
  target.emit({ op: host.op, top, imm: packImm32(sizeIndex) });
  const [a, b] = host.moves === "input" ? [region, input] : [output, region];
  target.emit({ op: Op.copyBytes, top: top - host.type.params.length + 1, a, b });
}

function item<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new Crash(`index ${index} of ${list.length}`);
  return found;
}

function unsupported({ op, offset }: Instruction): UnsupportedError {
  const { mnemonic, proposal } = operationOf(op);
  return new UnsupportedError(mnemonic, proposal, offset, { instruction: mnemonic });
}
