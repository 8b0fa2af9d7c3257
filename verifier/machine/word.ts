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

/** A return address: a pc, and the base of the frame there. Zero returns to pc 0, base 0. */
export function packReturnAddress(pc: number, base: number): bigint {
  return (BigInt(pc) << 32n) | BigInt(base);
}

/** Reads a return address from any leaf; the upper 192 bits are ignored. */
export function unpackReturnAddress(leaf: bigint): { pc: number; base: number } {
  return { pc: Number((leaf >> 32n) & U32), base: Number(leaf & U32) };
}

/**
 * A reference is a number of 64 bits, so that slots, locals, globals and table elements hold it
 * like any other value: `tag u2 | type id u14 | frame size u16 | entry pc u32`, most significant
 * first. Null is zero, so no tag is zero.
 */
export interface FunctionReference {
  readonly type: number;
  readonly entry: number;
  /** Slots of the function's frame. */
  readonly frame: number;
}

/** Tags of references that are not null. */
export const ReferenceTag = { function: 1, external: 2 } as const;

/** Type ids and frame sizes of functions that are referred to are below these. */
export const REFERENCE_LIMITS = { type: 2 ** 14, frame: 2 ** 16 } as const;

/** Packs a reference to a function. Fields must be in range. */
export function packReference(r: FunctionReference): bigint {
  return (BigInt(ReferenceTag.function) << 62n) | (BigInt(r.type) << 48n) | (BigInt(r.frame) << 32n) | BigInt(r.entry);
}

/** Packs a reference that only host functions give: its number, u32. */
export function packExternal(number: number): bigint {
  return (BigInt(ReferenceTag.external) << 62n) | BigInt(number);
}

/** Reads a reference's tag and fields from any leaf, whose upper 192 bits are ignored. */
export function unpackReference(leaf: bigint): FunctionReference & { readonly tag: number } {
  return {
    tag: Number((leaf >> 62n) & 3n),
    type: Number((leaf >> 48n) & 0x3fffn),
    frame: Number((leaf >> 32n) & 0xffffn),
    entry: Number(leaf & U32),
  };
}
