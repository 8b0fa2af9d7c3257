import { xxhash32, xxhash64 } from "hash-wasm";
import { type ForeignProgram, packageFile } from "./program.ts";

/** Where the text is written: the module leaves its whole memory to its caller. */
const TEXT = 0;

const BYTES = Uint8Array.from({ length: 12_000 }, (_, i) => (i * i) >> 3);
const SEEDS = Array.from({ length: 20 }, (_, i) => i);

/**
 * Two hash functions, written by hand in WebAssembly's text format. What they give must be what
 * another library gives.
 */
export const xxhash: ForeignProgram = {
  package: "xxhash-wasm",
  license: "MIT",
  toolchain: "by hand (WAT)",
  computes: `XXH32 and XXH64 of ${BYTES.length} bytes, ${SEEDS.length} seeds each`,
  module: () => packageFile("xxhash-wasm", "workerd/xxhash.wasm"),
  run: (guest) => {
    guest.write(TEXT, BYTES);
    const hex = (value: number | bigint | undefined, bits: number): string =>
      BigInt.asUintN(bits, BigInt(value ?? 0))
        .toString(16)
        .padStart(bits / 4, "0");
    return SEEDS.map((seed) => {
      const short = guest.call("xxh32", TEXT, BYTES.length, seed);
      const long = guest.call("xxh64", TEXT, BYTES.length, BigInt(seed));
      return `${hex(short, 32)} ${hex(long, 64)}`;
    }).join("\n");
  },
  expected: async () => {
    const hashes = SEEDS.map(async (seed) => `${await xxhash32(BYTES, seed)} ${await xxhash64(BYTES, seed)}`);
    return (await Promise.all(hashes)).join("\n");
  },
};
