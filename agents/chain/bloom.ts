/** The Bloom filter of a block's header: which logs the block can't have (Yellow Paper, 4.4.3). */
import { type Hex, hexToBytes, keccak256 } from "viem";

/** Whether a block may have a log with this address or topic; false is certain. */
export function mayContain(bloom: Hex, item: Hex): boolean {
  const filter = hexToBytes(bloom);
  const hash = keccak256(item, "bytes");
  return [0, 2, 4].every((place) => {
    const bit = (((hash[place] ?? 0) << 8) | (hash[place + 1] ?? 0)) & 2_047;
    return ((filter[filter.length - 1 - (bit >> 3)] ?? 0) >> (bit & 7)) & 1;
  });
}
