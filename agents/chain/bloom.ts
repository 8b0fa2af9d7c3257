/** The Bloom filter of a block's header: which logs the block can't have (Yellow Paper, 4.4.3). */
import { type Hex, keccak256 } from "viem";

/** Which bits of a filter an item sets: the same items are looked for in block after block. */
const known = new Map<Hex, readonly number[]>();

/** Items that are remembered. */
const MOST = 10_000;

/** Whether a block may have a log with this address or topic; false is certain. */
export function mayContain(bloom: Hex, item: Hex): boolean {
  return bitsOf(item).every((bit) => {
    // Bit 0 is the last one of the text; each digit has four.
    const digit = bloom[bloom.length - 1 - (bit >> 2)] ?? "0";
    return ((Number.parseInt(digit, 16) >> (bit & 3)) & 1) === 1;
  });
}

function bitsOf(item: Hex): readonly number[] {
  const found = known.get(item);
  if (found !== undefined) return found;
  const hash = keccak256(item, "bytes");
  const bits = [0, 2, 4].map((place) => (((hash[place] ?? 0) << 8) | (hash[place + 1] ?? 0)) & 2_047);
  if (known.size >= MOST) known.clear();
  known.set(item, bits);
  return bits;
}
