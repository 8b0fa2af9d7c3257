/**
 * keccak-256 of many 64-byte nodes at once: a WebAssembly module, generated when this file loads, that hashes two of them side by
 * side in the two 64-bit lanes of a vector (FIPS 202, section 3; the padding is Ethereum's).
 */
import { asm, External, ModuleWriter, unsigned, type Code } from "../wasm/assembler.ts";

/** Bytes of an inner node: two hashes. */
export const NODE_BYTES = 64;

const HASH_BYTES = 32;

/** Nodes that the module's memory has room for. */
export const BATCH = 1024;

const CONSTANTS = 0;
const INPUT = 256;
const OUTPUT = INPUT + BATCH * NODE_BYTES;
const PAGES = Math.ceil((OUTPUT + BATCH * HASH_BYTES) / 65_536);

const ROUNDS = 24;

/** Offsets of ρ, by x + 5 y. */
const ROTATIONS = [0, 1, 62, 28, 27, 36, 44, 6, 55, 20, 3, 10, 43, 25, 39, 41, 45, 15, 21, 8, 18, 2, 61, 56, 14];

/** The constants of ι, from the linear feedback shift register of section 3.2.5. */
function roundConstants(): bigint[] {
  let register = 1;
  const bit = (): boolean => {
    const out = (register & 1) !== 0;
    register <<= 1;
    if ((register & 0x100) !== 0) register ^= 0x171;
    return out;
  };
  return Array.from({ length: ROUNDS }, () => {
    let constant = 0n;
    for (let j = 0; j < 7; j++) if (bit()) constant |= 1n << ((1n << BigInt(j)) - 1n);
    return constant;
  });
}

const simd = (op: number, ...immediate: readonly Code[]): Code => [0xfd, unsigned(op), immediate];
const memory = (offset: number): Code => [unsigned(0), unsigned(offset)];

const LOAD64_SPLAT = 0x0a;
const LOAD64_LANE = 0x57;
const STORE64_LANE = 0x5b;
const V128_CONST = 0x0c;
const SPLAT = 0x12;
const OR = simd(0x50);
const XOR = simd(0x51);
/** x & ~y. */
const AND_NOT = simd(0x4f);
const SHL = simd(0xcb);
const SHR_U = simd(0xcd);
const ZERO = simd(V128_CONST, Array<number>(16).fill(0));
const I32_ADD = 0x6a;
const I32_LT_U = 0x49;

// Locals: what is given and counted, then the state A, the state B between ρπ and χ, and the columns of θ.
const COUNT = 0;
const NODE = 1;
const ROUND = 2;
const HASH = 3;
const A = 4;
const B = A + 25;
const C = B + 25;
const D = C + 5;

const xor = (first: number, ...others: readonly number[]): Code => [
  asm.get(first),
  others.map((local) => [asm.get(local), XOR]),
];

function rotate(code: Code, temporary: number, bits: number): Code {
  if (bits === 0) return code;
  return [code, asm.tee(temporary), asm.i32(bits), SHL, asm.get(temporary), asm.i32(64 - bits), SHR_U, OR];
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** One round on A; local ROUND is the address of its constant. */
function round(): Code {
  const columns = range(5).map((x): Code => [
    xor(A + x, A + 5 + x, A + 10 + x, A + 15 + x, A + 20 + x),
    asm.set(C + x),
  ]);
  const parities = range(5).map((x): Code => [
    [asm.get(C + ((x + 4) % 5)), rotate(asm.get(C + ((x + 1) % 5)), D + x, 1), XOR],
    asm.set(D + x),
  ]);
  const moved = range(25).map((i): Code => {
    const [x, y] = [i % 5, Math.floor(i / 5)];
    const target = B + y + 5 * ((2 * x + 3 * y) % 5);
    return [rotate(xor(A + i, D + x), target, ROTATIONS[i] ?? 0), asm.set(target)];
  });
  const mixed = range(25).map((i): Code => {
    const [x, row] = [i % 5, i - (i % 5)];
    const [second, third] = [B + row + ((x + 1) % 5), B + row + ((x + 2) % 5)];
    return [asm.get(B + i), asm.get(third), asm.get(second), AND_NOT, XOR, asm.set(A + i)];
  });
  const constant: Code = [asm.get(A), asm.get(ROUND), simd(LOAD64_SPLAT, memory(CONSTANTS)), XOR, asm.set(A)];
  return [columns, parities, moved, mixed, constant];
}

/** Two nodes at NODE, the second behind the first; their hashes go to HASH. */
function twoNodes(): Code {
  const absorb = range(8).map((i): Code => [
    [asm.get(NODE), asm.get(NODE), simd(LOAD64_SPLAT, memory(INPUT + 8 * i))],
    [simd(LOAD64_LANE, memory(INPUT + NODE_BYTES + 8 * i), 1), asm.set(A + i)],
  ]);
  const splat = (value: bigint): Code => [asm.i64(value), simd(SPLAT)];
  const padding = range(25)
    .slice(8)
    .map((i): Code => [i === 8 ? splat(1n) : i === 16 ? splat(1n << 63n) : ZERO, asm.set(A + i)]);
  const rounds: Code = [
    [asm.i32(0), asm.set(ROUND)],
    asm.loop(
      [round(), asm.get(ROUND), asm.i32(8), I32_ADD, asm.tee(ROUND)],
      [asm.i32(8 * ROUNDS), I32_LT_U, asm.brIf(0)],
    ),
  ];
  const squeeze = range(4).map((i): Code => [
    [asm.get(HASH), asm.get(A + i), simd(STORE64_LANE, memory(OUTPUT + 8 * i), 0)],
    [asm.get(HASH), asm.get(A + i), simd(STORE64_LANE, memory(OUTPUT + HASH_BYTES + 8 * i), 1)],
  ]);
  return [absorb, padding, rounds, squeeze];
}

function moduleBytes(): Uint8Array<ArrayBuffer> {
  const writer = new ModuleWriter();
  writer.memory({ minimum: PAGES });
  writer.export("memory", External.memory, 0);
  const hash = writer.function({
    type: { params: ["i32"], results: [] },
    locals: ["i32", "i32", "i32", ...Array<"v128">(D + 5 - A).fill("v128")],
    body: asm.block(
      asm.loop(
        [asm.get(COUNT), 0x45, asm.brIf(1)],
        twoNodes(),
        [asm.get(NODE), asm.i32(2 * NODE_BYTES), I32_ADD, asm.set(NODE)],
        [asm.get(HASH), asm.i32(2 * HASH_BYTES), I32_ADD, asm.set(HASH)],
        [asm.get(COUNT), asm.i32(1), 0x6b, asm.set(COUNT), asm.br(0)],
      ),
    ),
  });
  writer.export("hash", External.function, hash);
  return new Uint8Array(writer.bytes());
}

const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes()));
const buffer = (exports["memory"] as WebAssembly.Memory).buffer;
const run = exports["hash"] as (pairs: number) => void;

new BigUint64Array(buffer, CONSTANTS, ROUNDS).set(roundConstants());

/** Where nodes are written, {@link NODE_BYTES} each, {@link BATCH} at most. Whoever hashes next writes over them. */
export const nodes = new Uint8Array(buffer, INPUT, BATCH * NODE_BYTES);

/** Where their hashes stand after {@link hashNodes}, 32 bytes each, until somebody hashes again. */
export const hashes = new Uint8Array(buffer, OUTPUT, BATCH * HASH_BYTES);

/** Hashes the first `count` of {@link nodes}, at most {@link BATCH}. */
export function hashNodes(count: number): void {
  run((count + 1) >>> 1);
}

/** The hashes of nodes that lie one behind the other, any number of them, 32 bytes each. */
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
