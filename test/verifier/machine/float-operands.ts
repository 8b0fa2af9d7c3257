/**
 * Bit patterns on which floating-point arithmetic is tested: the special ones, and random ones that
 * meet each other.
 */

/**
 * Bits of f32 and f64 that stand for something special, and integers where conversions round or
 * overflow.
 */
export const SPECIAL: Readonly<Record<32 | 64, readonly bigint[]>> = {
  32: withSigns(31n, [
    ...[0n, 1n, 2n, 0x7f_ffffn, 0x80_0000n, 0x80_0001n], // zero, subnormals, the least normals
    ...[0x3f00_0000n, 0x3eff_ffffn, 0x3f00_0001n, 0x3f7f_ffffn, 0x3f80_0000n, 0x3f80_0001n], // around 0.5 and 1
    ...[0x3fc0_0000n, 0x4000_0000n, 0x4020_0000n, 0x4060_0000n, 0x4b00_0000n, 0x4aff_ffffn], // 1.5, 2, 2.5, 3.5, 2^23
    ...[0x4b7f_ffffn, 0x4b80_0000n, 0x4eff_ffffn, 0x4f00_0000n, 0x4f7f_ffffn, 0x4f80_0000n], // 2^24, 2^31, 2^32
    ...[0x5eff_ffffn, 0x5f00_0000n, 0x5f7f_ffffn, 0x5f80_0000n, 0x7f7f_ffffn, 0x7f00_0000n], // 2^63, 2^64, the greatest
    ...[0x7f80_0000n, 0x7f80_0001n, 0x7fa0_0000n, 0x7fc0_0000n, 0x7fc1_2345n, 0x7fff_ffffn], // infinity, NaNs
  ]),
  64: withSigns(63n, [
    ...[0n, 1n, 2n, 0xf_ffff_ffff_ffffn, 0x10_0000_0000_0000n, 0x10_0000_0000_0001n],
    ...[0x3fe0_0000_0000_0000n, 0x3fdf_ffff_ffff_ffffn, 0x3fef_ffff_ffff_ffffn, 0x3ff0_0000_0000_0000n],
    ...[0x3ff8_0000_0000_0000n, 0x4000_0000_0000_0000n, 0x4004_0000_0000_0000n, 0x400c_0000_0000_0000n],
    ...[0x432f_ffff_ffff_ffffn, 0x4330_0000_0000_0000n, 0x433f_ffff_ffff_ffffn, 0x4340_0000_0000_0000n], // 2^52, 2^53
    ...[0x41df_ffff_ffff_ffffn, 0x41df_ffff_ffc0_0000n, 0x41e0_0000_0000_0000n, 0x41e0_0000_0010_0000n], // 2^31
    ...[0x41e0_0000_0020_0000n, 0x41ef_ffff_ffe0_0000n, 0x41ef_ffff_ffff_ffffn, 0x41f0_0000_0000_0000n], // 2^32
    ...[0x43df_ffff_ffff_ffffn, 0x43e0_0000_0000_0000n, 0x43ef_ffff_ffff_ffffn, 0x43f0_0000_0000_0000n], // 2^63, 2^64
    ...[0x47ef_ffff_e000_0000n, 0x47ef_ffff_efff_ffffn, 0x47ef_ffff_f000_0000n, 0x47f0_0000_0000_0000n], // greatest f32
    ...[0x36a0_0000_0000_0000n, 0x3690_0000_0000_0000n, 0x3690_0000_0000_0001n, 0x380f_ffff_ffff_ffffn], // least f32
    ...[0x3810_0000_0000_0000n, 0x3ff0_0000_1000_0000n, 0x3ff0_0000_1000_0001n, 0x3ff0_0000_3000_0000n], // ties of f32
    ...[0x7fef_ffff_ffff_ffffn, 0x7ff0_0000_0000_0000n, 0x7ff0_0000_0000_0001n, 0x7ff4_0000_0000_0000n],
    ...[0x7ff8_0000_0000_0000n, 0x7ff8_1234_5678_9abcn, 0x7fff_ffff_ffff_ffffn],
  ]),
};

function withSigns(sign: bigint, magnitudes: readonly bigint[]): bigint[] {
  return magnitudes.flatMap((bits) => [bits, bits | (1n << sign)]);
}

/** Whether the bits are those of a NaN. */
export function isNaNBits(bits: bigint, width: 32 | 64): boolean {
  const infinity = width === 32 ? 0x7f80_0000n : 0x7ff0_0000_0000_0000n;
  return BigInt.asUintN(width - 1, bits) > infinity;
}

/** Random bits from a seed (mulberry32). */
export class RandomBits {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** From 0 to 2^32 - 1. */
  word(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t ^= t + Math.imul(t ^ (t >>> 7), 61 | t);
    return (t ^ (t >>> 14)) >>> 0;
  }

  /**
   * Bits of an operand. Most floats have an exponent near that of others, or near where conversions
   * overflow, and a short fraction, so that sums cancel, products tie and quotients are exact now
   * and then.
   */
  operand(width: 32 | 64): bigint {
    const raw = (BigInt(this.word()) << 32n) | BigInt(this.word());
    const kind = this.word() % 8;
    if (kind === 0) return BigInt.asUintN(width, raw);
    // Integers of every length.
    if (kind === 1) return BigInt.asUintN(width, raw) >> BigInt(this.word() % width);
    const special = SPECIAL[width];
    if (kind === 2) return special[this.word() % special.length] ?? 0n;
    const [digits, bias] = width === 32 ? [23, 127] : [52, 1023];
    // The least exponents, which subnormals have, are among them.
    const center = [0, 0, 0, 23, 31, 52, 63, 2 - bias][this.word() % 8] ?? 0;
    const exponent = BigInt(bias + center + (this.word() % 5) - 2);
    const fraction = BigInt.asUintN(digits, raw);
    const length = kind < 5 ? BigInt(this.word() % digits) : 0n;
    const short = (fraction >> length) << length;
    return (BigInt(this.word() % 2) << BigInt(width - 1)) | (exponent << BigInt(digits)) | short;
  }
}
