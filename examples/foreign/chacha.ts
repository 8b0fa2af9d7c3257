import { createCipheriv } from "node:crypto";
import { Problem } from "../../verifier/errors.ts";
import { type ForeignProgram, packageFile } from "./program.ts";

const KEY = Uint8Array.from({ length: 32 }, (_, i) => 0x80 + i);
const NONCE = Uint8Array.from({ length: 12 }, (_, i) => i);
const EXTRA = Uint8Array.from({ length: 24 }, (_, i) => 3 * i);
const PLAIN = Uint8Array.from({ length: 12_000 }, (_, i) => i % 251);
const TAG = 16;

/** An authenticated cipher. What it encrypts must be what Node.js's own one encrypts. */
export const chacha: ForeignProgram = {
  package: "@chainsafe/as-chacha20poly1305",
  license: "Apache-2.0",
  toolchain: "AssemblyScript",
  computes: `ChaCha20-Poly1305 of ${PLAIN.length} bytes, sealed and opened`,
  module: () => packageFile("@chainsafe/as-chacha20poly1305", "build/optimized.wasm"),
  run: (guest) => {
    guest.write(guest.global("cpKey"), KEY);
    guest.write(guest.global("cpNonce"), NONCE);
    guest.write(guest.global("cpAssociatedData"), EXTRA);
    const input = guest.global("cpInput");
    const output = guest.global("chacha20Output");
    guest.write(input, PLAIN);
    guest.call("sealUpdate", 1, 1, PLAIN.length, PLAIN.length, EXTRA.length);
    const sealed = guest.read(output, PLAIN.length);
    const tag = guest.read(guest.global("poly1305Output"), TAG);
    guest.write(input, sealed);
    guest.call("openUpdate", 1, 1, PLAIN.length, PLAIN.length, EXTRA.length);
    const opened = Buffer.from(guest.read(output, PLAIN.length));
    const again = Buffer.from(guest.read(guest.global("poly1305Output"), TAG));
    if (!opened.equals(PLAIN) || !again.equals(tag)) throw new Problem("what was opened is not what was sealed");
    return `${Buffer.from(sealed).toString("base64")} ${Buffer.from(tag).toString("hex")}`;
  },
  expected: sealedByNode,
};

function sealedByNode(): string {
  const cipher = createCipheriv("chacha20-poly1305", KEY, NONCE, { authTagLength: TAG });
  cipher.setAAD(EXTRA, { plaintextLength: PLAIN.length });
  const sealed = Buffer.concat([cipher.update(PLAIN), cipher.final()]);
  return `${sealed.toString("base64")} ${cipher.getAuthTag().toString("hex")}`;
}
