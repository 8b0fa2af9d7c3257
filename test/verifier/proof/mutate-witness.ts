/** Ways to spoil a witness. */
import fc from "fast-check";

/** A change of a witness; it may leave some as they are. */
export type Mutation = (witness: Uint8Array) => Uint8Array;

/**
 * A place in a witness, most often after the record of 288 bytes, whose hash would tell at once.
 */
const place = fc.tuple(fc.nat(2 ** 20), fc.nat(9)).map(([n, kind]) => (length: number): number => {
  const first = kind > 0 && length > 288 ? 288 : 0;
  return first + (n % Math.max(1, length - first));
});
/** Hashes in a witness stand after bitmaps of eight bytes. */
const aligned = place.map(
  (at) =>
    (length: number): number =>
      at(length) & ~7,
);

const splice = (witness: Uint8Array, at: number, removed: number, added: Uint8Array): Uint8Array =>
  Uint8Array.from([...witness.subarray(0, at), ...added, ...witness.subarray(at + removed)]);

const flip: fc.Arbitrary<Mutation> = fc.tuple(place, fc.nat(7)).map(([at, bit]) => (witness) => {
  const changed = witness.slice();
  const i = at(witness.length);
  if (i < changed.length) changed[i] = changed[i]! ^ (1 << bit);
  return changed;
});
const truncate: fc.Arbitrary<Mutation> = place.map((at) => (witness) => witness.subarray(0, at(witness.length)));
const extend: fc.Arbitrary<Mutation> = fc
  .uint8Array({ minLength: 1, maxLength: 40 })
  .map((bytes) => (witness) => splice(witness, witness.length, 0, bytes));
const replaceWord: fc.Arbitrary<Mutation> = fc
  .tuple(aligned, fc.oneof(fc.constant(new Uint8Array(32)), fc.uint8Array({ minLength: 32, maxLength: 32 })))
  .map(
    ([at, word]) =>
      (witness) =>
        splice(witness, at(witness.length), 32, word),
  );
const copyWord: fc.Arbitrary<Mutation> = fc.tuple(aligned, aligned).map(([to, from]) => (witness) => {
  const start = from(witness.length);
  return splice(witness, to(witness.length), 32, witness.subarray(start, start + 32));
});
const insertWord: fc.Arbitrary<Mutation> = fc.tuple(aligned, fc.uint8Array({ minLength: 32, maxLength: 32 })).map(
  ([at, word]) =>
    (witness) =>
      splice(witness, at(witness.length), 0, word),
);
const removeWord: fc.Arbitrary<Mutation> = aligned.map(
  (at) => (witness) => splice(witness, at(witness.length), 32, new Uint8Array()),
);
/**
 * Writes out a hash that was left out, or leaves one out, if the place is a bitmap: the bit and the
 * bytes go together.
 */
const toggleSibling: fc.Arbitrary<Mutation> = fc
  .tuple(aligned, fc.nat(63), fc.boolean())
  .map(([at, bit, zero]) => (witness) => {
    const i = at(witness.length);
    if (i + 8 > witness.length) return witness;
    const view = new DataView(witness.buffer, witness.byteOffset);
    const bitmap = view.getBigUint64(i) ^ (1n << BigInt(bit));
    const changed = witness.slice();
    new DataView(changed.buffer).setBigUint64(i, bitmap);
    // Bit 63 comes first, then the others from the lowest.
    const below = bit === 63 ? 0n : (bitmap >> 63n) + ones(bitmap & ((1n << BigInt(bit)) - 1n));
    const start = i + 8 + 32 * Number(below);
    const isSet = (bitmap >> BigInt(bit)) & 1n;
    return isSet
      ? splice(changed, start, 0, new Uint8Array(32).fill(zero ? 0 : 5))
      : splice(changed, start, 32, new Uint8Array());
  });

function ones(bits: bigint): bigint {
  return BigInt(bits.toString(2).replaceAll("0", "").length);
}

/** One change, or two after each other. */
export const mutation: fc.Arbitrary<Mutation> = fc
  .array(fc.oneof(flip, truncate, extend, replaceWord, copyWord, insertWord, removeWord, toggleSibling), {
    minLength: 1,
    maxLength: 2,
  })
  .map((list) => (witness) => list.reduce((changed, change) => change(changed), witness));
