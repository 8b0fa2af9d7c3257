/**
 * The instruction word: one 32-byte leaf of the code tree.
 * `opcode u16 | flags u16 | top u32 | a u32 | b u32 | imm 16 bytes`, most significant first.
 */

/** An instruction word's fields. */
export interface Word {
  readonly op: number;
  readonly flags: number;
  /** Frame offset of the first free operand slot: the top operand lies at `base + top - 1`. */
  readonly top: number;
  readonly a: number;
  readonly b: number;
  /** u128. */
  readonly imm: bigint;
}

const U32 = 0xffff_ffffn;

/** Packs an instruction into its leaf. Fields must be in range. */
export function packWord(w: Word): bigint {
  return (
    (BigInt(w.op) << 240n) |
    (BigInt(w.flags) << 224n) |
    (BigInt(w.top) << 192n) |
    (BigInt(w.a) << 160n) |
    (BigInt(w.b) << 128n) |
    w.imm
  );
}

/** Reads the fields of a leaf. Total. */
export function unpackWord(leaf: bigint): Word {
  return {
    op: Number(leaf >> 240n),
    flags: Number((leaf >> 224n) & 0xffffn),
    top: Number((leaf >> 192n) & U32),
    a: Number((leaf >> 160n) & U32),
    b: Number((leaf >> 128n) & U32),
    imm: leaf & 0xffff_ffff_ffff_ffff_ffff_ffff_ffff_ffffn,
  };
}

/** The `lane`-th u32 of an immediate, lane 0 most significant. */
export function imm32(imm: bigint, lane: 0 | 1 | 2 | 3): number {
  return Number((imm >> BigInt(96 - 32 * lane)) & U32);
}

/** Packs four u32 into an immediate, the first most significant. */
export function packImm32(w0: number, w1 = 0, w2 = 0, w3 = 0): bigint {
  return (BigInt(w0) << 96n) | (BigInt(w1) << 64n) | (BigInt(w2) << 32n) | BigInt(w3);
}

/** A call record: where to return to. The zero record returns to pc 0, base 0. */
export function packCallRecord(pc: number, base: number): bigint {
  return (BigInt(pc) << 32n) | BigInt(base);
}

/** Reads a call record from any leaf; the upper 192 bits are ignored. */
export function unpackCallRecord(leaf: bigint): { pc: number; base: number } {
  return { pc: Number((leaf >> 32n) & U32), base: Number(leaf & U32) };
}

/** A function reference as a leaf; null is the zero leaf, so the tag is never zero. */
export interface FunctionReference {
  readonly type: number;
  readonly entry: number;
  readonly frame: number;
  readonly id: number;
}

/** Tag of a function reference. */
export const FUNCTION_TAG = 1;

/** Packs `tag | type id | entry pc | frame size | function id`, u32 each. */
export function packReference(r: FunctionReference): bigint {
  return (
    (BigInt(FUNCTION_TAG) << 128n) |
    (BigInt(r.type) << 96n) |
    (BigInt(r.entry) << 64n) |
    (BigInt(r.frame) << 32n) |
    BigInt(r.id)
  );
}

/** Reads a reference's fields from any leaf. */
export function unpackReference(leaf: bigint): FunctionReference {
  return {
    type: Number((leaf >> 96n) & U32),
    entry: Number((leaf >> 64n) & U32),
    frame: Number((leaf >> 32n) & U32),
    id: Number(leaf & U32),
  };
}
