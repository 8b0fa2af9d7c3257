/**
 * WebAssembly code of keccak-f[1600] on two states side by side, in the two 64-bit lanes of vectors
 * (FIPS 202, section 3): what the generated hashing modules have in common.
 */
import { asm, unsigned, type Code } from "../wasm/assembler.ts";
import type { ValueType } from "../wasm/types.ts";

/** Bytes at address 0 of a hashing module's memory, which hold the constants of ι. */
export const CONSTANTS_BYTES = 256;

/** Words of 64 bits that a block of keccak-256 has. */
export const BLOCK_WORDS = 17;

/** Words of 64 bits that a hash has. */
export const HASH_WORDS = 4;

const CONSTANTS = 0;
const ROUNDS = 24;

/** Words of 64 bits that a state has. */
const WORDS = 25;

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

/**
 * Puts the constants of ι where {@link Lanes} expects them: at the beginning of the module's
 * memory.
 */
export function writeConstants(memory: ArrayBuffer): void {
  new BigUint64Array(memory, CONSTANTS, ROUNDS).set(roundConstants());
}

/** The numbers from 0 to `count` - 1. */
export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

const simd = (op: number, ...immediate: readonly Code[]): Code => [0xfd, unsigned(op), immediate];
const memory = (offset: number): Code => [unsigned(0), unsigned(offset)];

const LOAD64_SPLAT = 0x0a;
const LOAD64_LANE = 0x57;
const STORE64_LANE = 0x5b;
const V128_CONST = 0x0c;
const SHUFFLE = 0x0d;
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

/**
 * Where the two states find 64 bits each: addresses on the stack, and the offset to add to each.
 */
export interface Place {
  readonly addresses: readonly [Code, Code];
  readonly offset: number;
}

/**
 * Code that works on two states. They and all it needs are locals of the function, from `first` on.
 */
export class Lanes {
  /** The locals, in order. */
  static readonly locals: readonly ValueType[] = ["i32", ...Array<"v128">(60).fill("v128")];

  // The round's constant, then the state A, the state B between ρπ and χ, and the columns of θ.
  readonly #round: number;
  readonly #a: number;
  readonly #b: number;
  readonly #c: number;
  readonly #d: number;

  constructor(first: number) {
    this.#round = first;
    this.#a = first + 1;
    this.#b = this.#a + 25;
    this.#c = this.#b + 25;
    this.#d = this.#c + 5;
  }

  /** The `word`-th words of the states become those at a place. */
  load(word: number, place: Place): Code {
    return [pair(place), asm.set(this.#a + word)];
  }

  /** The `word`-th words of the states are combined with those at a place. */
  absorb(word: number, place: Place): Code {
    return [asm.get(this.#a + word), pair(place), XOR, asm.set(this.#a + word)];
  }

  /** The `word`-th words of both states become this one. */
  constant(word: number, value: bigint): Code {
    return [value === 0n ? ZERO : [asm.i64(value), simd(SPLAT)], asm.set(this.#a + word)];
  }

  /** The `word`-th words of the states go to a place. */
  store(word: number, { addresses, offset }: Place): Code {
    return addresses.map((address, lane) => [
      [address, asm.get(this.#a + word)],
      simd(STORE64_LANE, memory(offset), lane),
    ]);
  }

  /**
   * All rounds of keccak-f.
   * @param words - how many words of the states are right afterwards, from the first on: for a
   *   hash the last round takes a third of the others' time
   */
  permute(words = WORDS): Code {
    return [
      [asm.i32(0), asm.set(this.#round)],
      asm.loop(
        [this.#oneRound(WORDS), asm.get(this.#round), asm.i32(8), I32_ADD, asm.tee(this.#round)],
        [asm.i32(8 * (ROUNDS - 1)), I32_LT_U, asm.brIf(0)],
      ),
      this.#oneRound(words),
    ];
  }

  /**
   * One round on A, of which the first words are right afterwards; the local `#round` is the
   * address of its constant.
   */
  #oneRound(words: number): Code {
    const [a, b, c, d] = [this.#a, this.#b, this.#c, this.#d];
    const columns = range(5).map((x): Code => [
      xor(a + x, a + 5 + x, a + 10 + x, a + 15 + x, a + 20 + x),
      asm.set(c + x),
    ]);
    const parities = range(5).map((x): Code => [
      [asm.get(c + ((x + 4) % 5)), rotate(asm.get(c + ((x + 1) % 5)), d + x, 1), XOR],
      asm.set(d + x),
    ]);
    // χ takes words of one row.
    const used = 5 * Math.ceil(words / 5);
    const moved = range(WORDS).map((i): Code => {
      const [x, y] = [i % 5, Math.floor(i / 5)];
      const target = b + y + 5 * ((2 * x + 3 * y) % 5);
      if (target >= b + used) return [];
      return [rotate(xor(a + i, d + x), target, ROTATIONS[i] ?? 0), asm.set(target)];
    });
    const mixed = range(words).map((i): Code => {
      const [x, row] = [i % 5, i - (i % 5)];
      const [second, third] = [b + row + ((x + 1) % 5), b + row + ((x + 2) % 5)];
      return [asm.get(b + i), asm.get(third), asm.get(second), AND_NOT, XOR, asm.set(a + i)];
    });
    const constant: Code = [asm.get(a), asm.get(this.#round), simd(LOAD64_SPLAT, memory(CONSTANTS)), XOR, asm.set(a)];
    return [columns, parities, moved, mixed, constant];
  }
}

/** The words at a place, side by side. */
function pair({ addresses: [first, second], offset }: Place): Code {
  return [second, [first, simd(LOAD64_SPLAT, memory(offset))], simd(LOAD64_LANE, memory(offset), 1)];
}

function xor(first: number, ...others: readonly number[]): Code {
  return [asm.get(first), others.map((local) => [asm.get(local), XOR])];
}

function rotate(code: Code, temporary: number, bits: number): Code {
  if (bits === 0) return code;
  if (bits % 8 === 0) {
    // One instruction instead of three.
    const sources = range(16).map((i) => (i & 8) + ((i + 8 - bits / 8) & 7));
    return [code, asm.tee(temporary), asm.get(temporary), simd(SHUFFLE, sources)];
  }
  return [code, asm.tee(temporary), asm.i32(bits), SHL, asm.get(temporary), asm.i32(64 - bits), SHR_U, OR];
}
