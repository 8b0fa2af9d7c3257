/**
 * WebAssembly code as nested lists of bytes (section 5.4 of the specification), and instructions in
 * that notation.
 */
import { ByteWriter } from "./byte-writer.ts";

/** Bytes of instructions, nested as it suits their author. */
export type Code = number | Uint8Array | readonly Code[];

/** Appends code to what a writer holds. */
export function writeCode(code: Code, into: ByteWriter): void {
  if (typeof code === "number") into.put(code);
  else if (code instanceof Uint8Array) into.append(code);
  else for (const part of code) writeCode(part, into);
}

/** Unsigned LEB128. */
export function unsigned(value: number): number[] {
  const writer = new ByteWriter();
  if (value < 2 ** 32) writer.u32(value);
  else writer.u64(BigInt(value));
  return [...writer.bytes()];
}

/** Signed LEB128. */
export function signed(value: number | bigint): number[] {
  const writer = new ByteWriter();
  writer.s64(BigInt(value));
  return [...writer.bytes()];
}

/** A list of the binary format: how many items, and the items. */
export function vector(items: readonly Code[]): Code {
  return [unsigned(items.length), ...items];
}

/** The instruction that ends blocks, bodies and constant expressions. */
const END = 0x0b;

/** Instructions with immediates; those without are their opcode's byte. */
export const asm = {
  i32: (value: number): Code => [0x41, signed(value | 0)],
  i64: (value: bigint): Code => [0x42, signed(BigInt.asIntN(64, value))],
  get: (local: number): Code => [0x20, unsigned(local)],
  set: (local: number): Code => [0x21, unsigned(local)],
  tee: (local: number): Code => [0x22, unsigned(local)],
  globalGet: (global: number): Code => [0x23, unsigned(global)],
  globalSet: (global: number): Code => [0x24, unsigned(global)],
  call: (index: number): Code => [0x10, unsigned(index)],
  callIndirect: (type: number, table = 0): Code => [0x11, unsigned(type), unsigned(table)],
  /** A block without parameters and results. */
  block: (...body: readonly Code[]): Code => [0x02, 0x40, body, END],
  /** A loop without parameters and results. */
  loop: (...body: readonly Code[]): Code => [0x03, 0x40, body, END],
  /** An `if` without parameters, results and else. */
  when: (...body: readonly Code[]): Code => [0x04, 0x40, body, END],
  br: (label: number): Code => [0x0c, unsigned(label)],
  brIf: (label: number): Code => [0x0d, unsigned(label)],
  brTable: (labels: readonly number[], fallback: number): Code => [
    0x0e,
    vector(labels.map(unsigned)),
    unsigned(fallback),
  ],
  /** A load or store by its opcode's byte. */
  access: (op: number, offset = 0, alignment = 0): Code => [op, unsigned(alignment), unsigned(offset)],
} as const;
