/**
 * Memory instructions (WebAssembly core specification, section 4.4.7): little-endian values over
 * 32-byte leaves.
 */
import { MASK_32, MASK_64, type Machine } from "./machine.ts";
import { LOADS, Op, STORES } from "../instructions/table.ts";
import { Trap } from "./codes.ts";

/** Bytes of a WebAssembly page. */
export const PAGE_BYTES = 65_536n;

/** The size in pages of the memory with this size index: 0 to 3 in the record, others in a cell. */
export function memoryPages(m: Machine, sizeIndex: number): bigint {
  if (sizeIndex >= 4) return m.take("cells", sizeIndex) & MASK_64;
  return (m.registers.sizes >> BigInt(192 - 64 * sizeIndex)) & MASK_64;
}

/** Depth of the subtree of one region. */
export function regionDepth(m: Machine): number {
  return m.header.memoryDepth - m.header.regionBits;
}

/** Leaf index of a byte address in a region; an address beyond the region is a fault. */
export function leafIndex(m: Machine, region: number, address: bigint): number {
  const chunk = address >> 5n;
  if (region >= 2 ** m.header.regionBits || chunk >= 1n << BigInt(regionDepth(m))) {
    m.fault(Trap.memoryBounds);
    return 0;
  }
  return region * 2 ** regionDepth(m) + Number(chunk);
}

/**
 * `bytes` (at most 32) bytes at an address as one integer, the first byte most significant. Opens
 * one or two leaves.
 */
export function readBytes(m: Machine, region: number, address: bigint, bytes: number): bigint {
  const within = Number(address & 31n);
  const first = m.take("memory", leafIndex(m, region, address));
  const end = within + bytes;
  const window =
    end <= 32 ? first << 256n : (first << 256n) | m.take("memory", leafIndex(m, region, address + BigInt(bytes - 1)));
  return (window >> BigInt(8 * (64 - end))) & ones(bytes);
}

/** Writes what {@link readBytes} would read. Opens one or two leaves, each changed at once. */
export function writeBytes(m: Machine, region: number, address: bigint, bytes: number, value: bigint): void {
  const end = Number(address & 31n) + bytes;
  const shift = BigInt(8 * (64 - end));
  const mask = ones(bytes) << shift;
  const placed = (value & ones(bytes)) << shift;
  const first = m.take("memory", leafIndex(m, region, address));
  m.put("memory", (first & ~(mask >> 256n)) | (placed >> 256n));
  if (end > 32) {
    const low = (1n << 256n) - 1n;
    const second = m.take("memory", leafIndex(m, region, address + BigInt(bytes - 1)));
    m.put("memory", (second & ~(mask & low)) | (placed & low));
  }
}

/** A mask of `bytes` bytes. */
export function ones(bytes: number): bigint {
  return (1n << BigInt(8 * bytes)) - 1n;
}

/** Reverses the order of `bytes` bytes. */
export function swapBytes(value: bigint, bytes: number): bigint {
  let result = 0n;
  for (let i = 0; i < bytes; i++) result = (result << 8n) | ((value >> BigInt(8 * i)) & 0xffn);
  return result;
}

/** Executes loads, stores, memory.size and memory.grow. `a` is the region, `b` the size index. */
export function executeMemory(m: Machine): void {
  const { op } = m.word;
  const load = LOADS.get(op);
  const store = STORES.get(op);
  if (load !== undefined) {
    const address = effectiveAddress(m, 0, load.bytes);
    const raw = swapBytes(readBytes(m, m.word.a, address, load.bytes), load.bytes);
    m.put("stack", load.signed ? BigInt.asUintN(load.bits, BigInt.asIntN(8 * load.bytes, raw)) : raw);
  } else if (store !== undefined) {
    const value = m.pop(0);
    const address = effectiveAddress(m, 1, store.bytes);
    m.put("stack", 0n);
    writeBytes(m, m.word.a, address, store.bytes, swapBytes(value, store.bytes));
  } else if (op === Op.memorySize) {
    m.push(memoryPages(m, m.word.b) & MASK_32);
  } else if (op === Op.memoryGrow) {
    grow(m);
  } else {
    m.fault(Trap.invalidInstruction);
  }
  m.next();
}

/**
 * Operand `k` plus the offset in the upper half of the immediate, checked against the memory's
 * size.
 */
function effectiveAddress(m: Machine, k: number, bytes: number): bigint {
  const address = (m.operand(k) & MASK_32) + (m.word.imm >> 64n);
  if (address + BigInt(bytes) > memoryPages(m, m.word.b) * PAGE_BYTES) m.fault(Trap.memoryBounds);
  return address;
}

/** The upper half of the immediate is the greatest size in pages. New pages are zero already. */
function grow(m: Machine): void {
  const { b, imm } = m.word;
  const delta = m.operand(0) & MASK_32;
  const pages = memoryPages(m, b);
  const grown = pages + delta;
  if (grown > imm >> 64n) {
    m.put("stack", MASK_32);
    return;
  }
  m.put("stack", pages & MASK_32);
  if (b >= 4) {
    m.put("cells", grown & MASK_64);
  } else {
    const shift = BigInt(192 - 64 * b);
    m.registers.sizes = (m.registers.sizes & ~(MASK_64 << shift)) | ((grown & MASK_64) << shift);
  }
}
