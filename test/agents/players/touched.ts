/**
 * Which place an instruction is about, from what the specification says of it and not from the step
 * function: for tests that compare a lie with the instruction that it is told of.
 */
import { LOADS, NUMERIC, Op, STORES } from "../../../verifier/instructions/table.ts";
import { imm32, unpackWord } from "../../../verifier/machine/word.ts";
import type { State } from "../../../verifier/state/state.ts";

/** A place, as reports write it: by its name, or bytes of a memory region. */
export type Place =
  { readonly name: string } | { readonly region: string; readonly from: bigint; readonly bytes: bigint };

const MASK_32 = 0xffff_ffffn;
const MASK_64 = 0xffff_ffff_ffff_ffffn;

const PUSHES: readonly number[] = [
  ...[Op.i32Const, Op.i64Const, Op.f32Const, Op.f64Const, Op.localGet, Op.globalGet, Op.memorySize],
  ...[Op.outcome, Op.fuel, Op.inputLength],
];
const REPLACES_ONE: readonly number[] = [Op.memoryGrow, Op.tableGet, Op.inputLoad];
const REPLACES_THREE: readonly number[] = [
  ...[Op.select, Op.memoryCopy, Op.memoryFill, Op.memoryInit, Op.tableCopy, Op.tableInit, Op.tableFill, Op.inputRead],
];
const REGIONS = { output: 2, input: 1 };

/** The place of the step out of a state that does not trap there. */
export function touchedBy(before: State): Place {
  const { registers, header, stack } = before;
  const { base, pc } = registers;
  const { op, top, a, imm } = unpackWord(before.code.get(pc));
  const slot = (index: number): Place => ({ name: `stack slot ${index} (s${index - base})` });
  const operand = (k: number): bigint => stack.get(base + top - 1 - k);
  const numeric = NUMERIC.get(op);
  const store = STORES.get(op);
  if (store !== undefined) {
    const from = (operand(1) & MASK_32) + (imm >> 64n);
    return { region: `memory ${a}`, from, bytes: BigInt(store.bytes) };
  }
  if (numeric !== undefined) return slot(base + top - numeric.operands);
  if (LOADS.has(op) || REPLACES_ONE.includes(op)) return slot(base + top - 1);
  if (PUSHES.includes(op)) return slot(base + top);
  if (REPLACES_THREE.includes(op)) return slot(base + top - 3);
  switch (op) {
    case Op.localSet:
    case Op.localTee:
    case Op.move:
      return slot(base + a);
    case Op.globalSet:
    case Op.dataDrop:
    case Op.elemDrop:
      return { name: `cell ${a}` };
    case Op.tableSet:
      return { name: `cell ${a + Number(operand(1) & MASK_32)}` };
    case Op.tableGrow:
      return { name: `cell ${imm32(imm, 0)}` };
    case Op.outputWrite:
      return slot(base + top - 2);
    case Op.outputAppend:
      return { region: "output", from: BigInt(registers.outputLength), bytes: 8n };
    case Op.receipt: {
      const half = 2n ** BigInt(header.memoryDepth - header.regionBits - 1);
      return { region: "output", from: (half + BigInt(registers.receiptCount)) * 32n, bytes: 32n };
    }
    case Op.copyBytes:
    case Op.fillBytes:
      return moved(before, operand(0), op === Op.copyBytes);
    case Op.copyCells:
    case Op.fillCells: {
      const [d, n] = [operand(0) & MASK_64, operand(0) >> 128n];
      const s = (operand(0) >> 64n) & MASK_64;
      const at = op === Op.copyCells && d > s ? d + n - 1n : d;
      return n === 0n ? { name: "register pc" } : { name: `cell ${BigInt(a) + at}` };
    }
    case Op.commit:
    case Op.leave:
      return { name: "register outcome" };
    case Op.yield:
    case Op.finish:
      return { name: "register status" };
    default:
      return { name: "register pc" };
  }
}

/** The bytes that a move has before it: anywhere in them a step may write. */
function moved({ header, code, registers }: State, cursor: bigint, copies: boolean): Place {
  const [d, n] = [cursor & MASK_64, cursor >> 128n];
  const { a } = unpackWord(code.get(registers.pc));
  const fromTop = 2 ** header.regionBits - a;
  const region = fromTop === REGIONS.output ? "output" : fromTop === REGIONS.input ? "input" : `memory ${a}`;
  return n === 0n ? { name: "register pc" } : { region, from: d, bytes: copies || n < 32n ? n : 32n };
}

/** Whether a place of a report is this one, or bytes in it. */
export function isAt(text: string, place: Place): boolean {
  if ("name" in place) return text === place.name;
  const [, region, address] = /^(.+) at (0x[0-9a-f]+)$/.exec(text) ?? [];
  const at = BigInt(address ?? -1);
  return region === place.region && at >= place.from && at < place.from + place.bytes;
}
