import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { type ForeignProgram, packageFile } from "./program.ts";

/** What the functions are called. */
export const EXPORTS = { constructors: "g", bound: "i", compress: "m", decompress: "r", malloc: "s" } as const;

const TEXT = Array.from(
  { length: 150 },
  (_, i) => `${i} bottles of beer on the wall, ${i % 7} more in the fridge; `,
).join("");
const LEVEL = 3;

/** The module as the package has it. */
export function zstdModule(): Uint8Array<ArrayBuffer> {
  return packageFile("@bokuweb/zstd-wasm", "dist/common/zstd.wasm");
}

/** A codec: what it compresses Node.js's own one restores, and the other way round. */
export const zstd: ForeignProgram = {
  package: "@bokuweb/zstd-wasm",
  license: "MIT",
  toolchain: "Emscripten (C)",
  computes: `Zstandard, ${TEXT.length} bytes, both ways`,
  module: zstdModule,
  run: (guest) => {
    guest.call(EXPORTS.constructors);
    const place = (bytes: Uint8Array): number => {
      const address = Number(guest.call(EXPORTS.malloc, bytes.length));
      guest.write(address, bytes);
      return address;
    };
    const plain = new TextEncoder().encode(TEXT);
    const bound = Number(guest.call(EXPORTS.bound, plain.length));
    const target = Number(guest.call(EXPORTS.malloc, bound));
    const length = Number(guest.call(EXPORTS.compress, target, bound, place(plain), plain.length, LEVEL));
    const compressed = guest.read(target, length);
    const theirs = new Uint8Array(zstdCompressSync(plain));
    const restored = Number(guest.call(EXPORTS.decompress, target, bound, place(theirs), theirs.length));
    const decoder = new TextDecoder();
    return [zstdDecompressSync(compressed), guest.read(target, restored)]
      .map((bytes) => decoder.decode(bytes))
      .join("|");
  },
  expected: () => `${TEXT}|${TEXT}`,
};
