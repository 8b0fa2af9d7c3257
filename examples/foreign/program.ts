/** A WebAssembly module that somebody else wrote and compiled, and what is done with it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Problem } from "../../verifier/errors.ts";

/** The name under which a foreign module is linked. */
export const GUEST = "guest";

const PACKAGES = join(import.meta.dirname, "../../node_modules");

/**
 * A foreign module's embedder: calls of its exports, and bytes written to and read from its memory.
 */
export interface Embedder {
  /** Calls an export of the foreign module with as many numbers as it takes; an i64 is a bigint. */
  call(name: string, ...args: readonly (number | bigint)[]): number | bigint | undefined;
  /** Calls `module.export` of one that supports it. */
  support(name: string, ...args: readonly (number | bigint)[]): number | bigint | undefined;
  /** The value of a global that the foreign module exports. */
  global(name: string): number;
  write(address: number, bytes: Uint8Array): void;
  read(address: number, length: number): Uint8Array;
}

/**
 * A module of ours that provides imports. It may itself import the foreign module's memory, under
 * the name "guest".
 */
export interface Support {
  /** The name that the foreign module imports from. */
  readonly name: string;
  /** In WebAssembly's text format. */
  readonly text: string;
}

/** A foreign program. */
export interface ForeignProgram {
  /** The npm package that the module is in. */
  readonly package: string;
  /** Of the package; an SPDX identifier. */
  readonly license: string;
  /** What the module was made with. */
  readonly toolchain: string;
  /** What is computed. */
  readonly computes: string;
  /** The module as the package has it. */
  readonly module: () => Uint8Array<ArrayBuffer>;
  /** What the module imports and none of these provides is never called. */
  readonly support?: readonly Support[];
  /** Makes the calls and gives what they computed. */
  readonly run: (guest: Embedder) => string;
  /** What `run` gives: known from elsewhere, or plain to see. */
  readonly expected: () => string | Promise<string>;
}

/** A file of a package. */
export function packageFile(name: string, file: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(readFileSync(join(PACKAGES, name, file)));
}

/** The first module that a script of a package holds in base64. */
export function embeddedModule(name: string, file: string): Uint8Array<ArrayBuffer> {
  const match = /AGFzbQ[A-Za-z0-9+/=]+/.exec(readFileSync(join(PACKAGES, name, file), "utf8"));
  if (match === null) throw new Problem(`${name}/${file} holds no module in base64`);
  return Uint8Array.from(Buffer.from(match[0], "base64"));
}

/** The version that is installed. */
export function packageVersion(name: string): string {
  return (JSON.parse(readFileSync(join(PACKAGES, name, "package.json"), "utf8")) as { version: string }).version;
}

/** Text as a module of C wants it: ended by a zero byte. */
export function zeroEnded(text: string): Uint8Array {
  return new TextEncoder().encode(`${text}\0`);
}
