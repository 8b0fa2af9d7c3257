/**
 * keccak-256 of many 64-byte nodes, or of many 288-byte records, at once: a WebAssembly module,
 * generated when this file loads, that hashes two of them side by side in the two 64-bit lanes of a
 * vector (FIPS 202; the padding is Ethereum's).
 */
import { asm, type Code } from "../wasm/assembler.ts";
import { External, ModuleWriter } from "../wasm/module-writer.ts";
import { BLOCK_WORDS, CONSTANTS_BYTES, HASH_WORDS, Lanes, type Place, range, writeConstants } from "./keccak-code.ts";

/** Bytes of an inner node: two hashes. */
export const NODE_BYTES = 64;

const HASH_BYTES = 32;

/** Nodes that the module's memory has room for, and records. */
export const BATCH = 1024;

/**
 * Bytes from one record to the next in {@link records}: three blocks of keccak-256, the last of
 * which ends in padding.
 */
export const RECORD_STRIDE = 3 * BLOCK_WORDS * 8;

/** Bytes of a record that are hashed: nine words of 32 bytes. */
const RECORD_BYTES = 288;

const INPUT = CONSTANTS_BYTES;
const OUTPUT = INPUT + BATCH * NODE_BYTES;
const RECORDS = OUTPUT + BATCH * HASH_BYTES;
const RECORD_HASHES = RECORDS + BATCH * RECORD_STRIDE;
const PAGES = Math.ceil((RECORD_HASHES + BATCH * HASH_BYTES) / 65_536);

const I32_ADD = 0x6a;
const I32_SUB = 0x6b;
const I32_EQZ = 0x45;

// Locals: the number of pairs left, the addresses of their bytes and of their hashes beyond the
// first, and the two states.
const COUNT = 0;
const SOURCE = 1;
const HASH = 2;
const lanes = new Lanes(3);

/** Word `i` of two pieces of bytes that lie `stride` bytes apart. */
function word(local: number, offset: number, stride: number, i: number): Place {
  const address = asm.get(local);
  return { addresses: [address, [address, asm.i32(stride), I32_ADD]], offset: offset + 8 * i };
}

function squeeze(offset: number): Code {
  return range(HASH_WORDS).map((i) => lanes.store(i, word(HASH, offset, HASH_BYTES, i)));
}

/** Two nodes at SOURCE, the second after the first; their hashes go to HASH. */
function twoNodes(): Code {
  const absorb = range(8).map((i) => lanes.load(i, word(SOURCE, INPUT, NODE_BYTES, i)));
  const padding = range(25)
    .slice(8)
    .map((i) => lanes.constant(i, i === 8 ? 1n : i === BLOCK_WORDS - 1 ? 1n << 63n : 0n));
  return [absorb, padding, lanes.permute(HASH_WORDS), squeeze(OUTPUT)];
}

/** Two records at SOURCE, padded, the second after the first; their hashes go to HASH. */
function twoRecords(): Code {
  const blocks = range(3).map((block) => [
    range(BLOCK_WORDS).map((i) => lanes.absorb(i, word(SOURCE, RECORDS, RECORD_STRIDE, block * BLOCK_WORDS + i))),
    lanes.permute(),
  ]);
  return [range(25).map((i) => lanes.constant(i, 0n)), blocks, squeeze(RECORD_HASHES)];
}

/** A function that hashes as many pairs as it is told. */
function everyPair(hashPair: Code, bytes: number): { locals: typeof Lanes.locals; body: Code } {
  return {
    locals: ["i32", "i32", ...Lanes.locals],
    body: asm.block(
      asm.loop(
        [asm.get(COUNT), I32_EQZ, asm.brIf(1)],
        hashPair,
        [asm.get(SOURCE), asm.i32(2 * bytes), I32_ADD, asm.set(SOURCE)],
        [asm.get(HASH), asm.i32(2 * HASH_BYTES), I32_ADD, asm.set(HASH)],
        [asm.get(COUNT), asm.i32(1), I32_SUB, asm.set(COUNT), asm.br(0)],
      ),
    ),
  };
}

function moduleBytes(): Uint8Array<ArrayBuffer> {
  const writer = new ModuleWriter();
  const type = { params: ["i32"], results: [] } as const;
  writer.memory({ minimum: PAGES });
  writer.export("memory", External.memory, 0);
  writer.export("nodes", External.function, writer.function({ type, ...everyPair(twoNodes(), NODE_BYTES) }));
  writer.export("records", External.function, writer.function({ type, ...everyPair(twoRecords(), RECORD_STRIDE) }));
  return new Uint8Array(writer.bytes());
}

const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes()));
const buffer = (exports["memory"] as WebAssembly.Memory).buffer;
const runNodes = exports["nodes"] as (pairs: number) => void;
const runRecords = exports["records"] as (pairs: number) => void;

writeConstants(buffer);

/**
 * Where nodes are written, {@link NODE_BYTES} each, {@link BATCH} at most. Whoever hashes next
 * writes over them.
 */
export const nodes = new Uint8Array(buffer, INPUT, BATCH * NODE_BYTES);

/** Where their hashes stand after {@link hashNodes}, 32 bytes each, until somebody hashes again. */
export const hashes = new Uint8Array(buffer, OUTPUT, BATCH * HASH_BYTES);

/**
 * Where records of 288 bytes are written, {@link RECORD_STRIDE} bytes apart, {@link BATCH} at most.
 * What stands between them is their padding, which must stay.
 */
export const records = new Uint8Array(buffer, RECORDS, BATCH * RECORD_STRIDE);

/**
 * Where the records' hashes stand after {@link hashRecords}, 32 bytes each, until somebody hashes
 * records again.
 */
export const recordHashes = new Uint8Array(buffer, RECORD_HASHES, BATCH * HASH_BYTES);

for (let at = 0; at < records.length; at += RECORD_STRIDE) {
  records[at + RECORD_BYTES] = 0x01;
  records[at + RECORD_STRIDE - 1] = 0x80;
}

/** Hashes the first `count` of {@link nodes}, at most {@link BATCH}. */
export function hashNodes(count: number): void {
  runNodes((count + 1) >>> 1);
}

/** Hashes the first `count` of {@link records}, at most {@link BATCH}. */
export function hashRecords(count: number): void {
  runRecords((count + 1) >>> 1);
}

/** The hashes of nodes that lie one after the other, any number of them, 32 bytes each. */
export function hashAll(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length / 2);
  for (let at = 0; at < bytes.length; at += nodes.length) {
    const piece = bytes.subarray(at, at + nodes.length);
    nodes.set(piece);
    hashNodes(piece.length / NODE_BYTES);
    result.set(hashes.subarray(0, piece.length / 2), at / 2);
  }
  return result;
}
