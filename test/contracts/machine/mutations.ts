/**
 * Ways to change a witness: of bytes, of 32-byte parts and of the bitmaps that say which parts are
 * there.
 */
import { RECORD_BYTES } from "../../../verifier/state/state.ts";
import { MAX_DEPTH } from "../../../verifier/machine/record.ts";
import { zeroHash } from "../../../verifier/merkle/zero.ts";

/** Random numbers that decide where and how a witness is changed: two u16 and a byte. */
type Choices = readonly [first: number, second: number, byte: number];

/** Gives a changed copy; undefined if the witness has no place for this change. */
export type Mutation = (witness: Uint8Array, choices: Choices) => Uint8Array | undefined;

const NODE_BIT = 63n;

/** An opening's place in a witness. */
interface Place {
  /** Where its bitmap begins. */
  readonly at: number;
  readonly bitmap: bigint;
  /** Where its node and siblings begin, as pairs of bit and position. */
  readonly parts: readonly (readonly [bit: bigint, at: number])[];
  readonly end: number;
}

/**
 * The openings of an unchanged witness. What is left at the end, if anything, is the preimage of
 * `saved`.
 */
function openingsOf(witness: Uint8Array): Place[] {
  const view = new DataView(witness.buffer, witness.byteOffset, witness.byteLength);
  const places: Place[] = [];
  for (let at = RECORD_BYTES; at + 8 <= witness.length;) {
    const bitmap = view.getBigUint64(at);
    const parts: [bigint, number][] = [];
    let end = at + 8;
    for (const bit of [NODE_BIT, ...Array.from({ length: MAX_DEPTH }, (_, i) => BigInt(i))]) {
      if ((bitmap >> bit) & 1n) {
        parts.push([bit, end]);
        end += 32;
      }
    }
    // The preimage of `saved` looks like an opening with arbitrary bits.
    if (end > witness.length || (bitmap >> BigInt(MAX_DEPTH)) & ((1n << 23n) - 1n)) break;
    places.push({ at, bitmap, parts, end });
    at = end;
  }
  return places;
}

const pick = <T>(list: readonly T[], choice: number): T | undefined => list[choice % Math.max(1, list.length)];

const splice = (bytes: Uint8Array, from: number, to: number, ...inserted: Uint8Array[]): Uint8Array =>
  Buffer.concat([bytes.subarray(0, from), ...inserted, bytes.subarray(to)]);

function withBitmap(witness: Uint8Array, at: number, bitmap: bigint): Uint8Array {
  const changed = witness.slice();
  new DataView(changed.buffer).setBigUint64(at, bitmap);
  return changed;
}

function flip(witness: Uint8Array, bit: number): Uint8Array {
  const changed = witness.slice();
  changed[bit >> 3]! ^= 1 << (bit & 7);
  return changed;
}

function swap(witness: Uint8Array, one: number, other: number): Uint8Array {
  const changed = witness.slice();
  changed.copyWithin(one, other, other + 32);
  changed.set(witness.subarray(one, one + 32), other);
  return changed;
}

/** All of them, by name. */
export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  "a flipped bit": (w, [x, y]) => flip(w, (x * 65_536 + y) % (8 * w.length)),
  "a flipped bit of the record": (w, [x]) => flip(w, x % (8 * RECORD_BYTES)),
  "another byte": (w, [x, , byte]) => {
    const changed = w.slice();
    changed[x % w.length] = byte;
    return changed;
  },
  "a shorter witness": (w, [x]) => w.slice(0, x % w.length),
  "a last byte less": (w) => w.slice(0, -1),
  "a longer witness": (w, [x, , byte]) => Buffer.concat([w, Buffer.alloc(1 + (x % 200), byte)]),
  "zeros at the end": (w, [x]) => Buffer.concat([w, Buffer.alloc(pick([1, 8, 32, 40, 160], x)!)]),
  "an opening more": (w, [x]) => {
    const place = pick(openingsOf(w), x);
    return place && splice(w, place.end, place.end, w.subarray(place.at, place.end));
  },
  "an opening less": (w, [x]) => {
    const place = pick(openingsOf(w), x);
    return place && splice(w, place.at, place.end);
  },
  "openings in another order": (w, [x]) => {
    const places = openingsOf(w);
    if (places.length < 2) return undefined;
    const i = x % (places.length - 1);
    const [one, two] = [places[i]!, places[i + 1]!];
    return splice(w, one.at, two.end, w.subarray(two.at, two.end), w.subarray(one.at, one.end));
  },
  "two parts of an opening swapped": (w, [x, y]) => {
    const parts = pick(openingsOf(w), x)?.parts ?? [];
    if (parts.length < 2) return undefined;
    const i = y % (parts.length - 1);
    return swap(w, parts[i]![1], parts[i + 1]![1]);
  },
  "another bitmap": (w, [x, y]) => {
    const place = pick(openingsOf(w), x);
    return place && withBitmap(w, place.at, place.bitmap ^ (1n << BigInt(y % 64)));
  },
  "a bitmap moved by one level": (w, [x]) => {
    const place = pick(openingsOf(w), x);
    return place && withBitmap(w, place.at, BigInt.asUintN(64, place.bitmap << 1n));
  },
  "another leaf, or one where there was none": (w, [x, , byte]) => {
    const place = pick(openingsOf(w), x);
    if (place === undefined) return undefined;
    const start = place.at + 8;
    const leaf = Buffer.alloc(32, byte);
    if (place.bitmap >> NODE_BIT) return splice(w, start, start + 32, leaf);
    return splice(withBitmap(w, place.at, place.bitmap | (1n << NODE_BIT)), start, start, leaf);
  },
  "a part left out": (w, [x, y]) => {
    const place = pick(openingsOf(w), x);
    const [bit, at] = pick(place?.parts ?? [], y) ?? [];
    if (place === undefined || bit === undefined || at === undefined) return undefined;
    return splice(withBitmap(w, place.at, place.bitmap ^ (1n << bit)), at, at + 32);
  },
  // The one change that a verifier may accept: a zero hash written out.
  "a zero hash spelled out": (w, [x, y]) => {
    const place = pick(openingsOf(w), x);
    if (place === undefined) return undefined;
    const level = y % MAX_DEPTH;
    const bit = 1n << BigInt(level);
    if (place.bitmap & bit) return undefined;
    const at = place.parts.find(([other]) => other !== NODE_BIT && other > BigInt(level))?.[1] ?? place.end;
    return splice(withBitmap(w, place.at, place.bitmap | bit), at, at, zeroHash(level));
  },
  "another last word": (w, [x]) => {
    const at = w.length - 32 * (1 + (x % 5));
    return at < RECORD_BYTES ? undefined : splice(w, at, at + 32, Buffer.alloc(32, x & 255));
  },
};
