import { embeddedModule, type ForeignProgram } from "./program.ts";

/**
 * The module's memory begins with a buffer for salt (16 bytes) and password, and holds the encoded
 * hash in the end.
 */
const SALT = 16;
const ENCODED = 60;

/** A slow hash of passwords: the key schedule of a cipher, over and over. Integers only. */
export const bcrypt: ForeignProgram = {
  package: "hash-wasm",
  license: "MIT",
  toolchain: "clang (C)",
  computes: "bcrypt of a password, cost 5",
  module: () => embeddedModule("hash-wasm", "dist/bcrypt.umd.min.js"),
  run: (guest) => {
    const buffer = Number(guest.call("Hash_GetBuffer"));
    // 16 bytes that read "CCCCCCCCCCCCCCCCCCCCC." in bcrypt's base64.
    guest.write(
      buffer,
      Uint8Array.from({ length: SALT }, (_, i) => [0x10, 0x41, 0x04][i % 3] ?? 0),
    );
    const password = new TextEncoder().encode("U*U");
    guest.write(buffer + SALT, password);
    guest.call("bcrypt", password.length, 5, 1);
    return new TextDecoder().decode(guest.read(buffer, ENCODED));
  },
  // A test vector of crypt_blowfish.
  expected: () => "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
};
