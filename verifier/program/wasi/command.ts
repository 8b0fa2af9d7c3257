/**
 * Transactions of the command convention as bytes: the payload that a process begins with, and the
 * output that it leaves (docs/machine.md, "Transactions and conventions"). The module in
 * `assembly/` reads the payload.
 */
import { concatenate } from "../../concatenate.ts";
import { Outcome } from "../../machine/codes.ts";
import { TransactionError } from "../errors.ts";
import type { TransactionResult } from "../transactions.ts";

/** Version of the payload, its first word. */
const VERSION = 1;

/** Bytes of the seed of random numbers. */
export const SEED_BYTES = 32;

/** Most bytes of a path, and of one name in it. */
const MAX_PATH = 4095;
const MAX_NAME = 255;

/** What a process begins with. */
export interface CommandInput {
  /** The first one is by custom the name of the program. */
  readonly args: readonly string[];
  readonly environment: ReadonlyMap<string, string>;
  /**
   * Contents by paths from the root, without a slash in front: `data/in.txt`. A path that ends with
   * a slash is an empty directory.
   */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly stdin: Uint8Array;
  /** Where the realtime clock begins, in nanoseconds since 1970. u64. */
  readonly clock: bigint;
  /** `SEED_BYTES` bytes that the random numbers follow from. */
  readonly seed: Uint8Array;
}

/** A process without arguments, environment, files and input, in 1970. */
export const EMPTY_INPUT: CommandInput = {
  args: [],
  environment: new Map(),
  files: new Map(),
  stdin: new Uint8Array(),
  clock: 0n,
  seed: new Uint8Array(SEED_BYTES),
};

/**
 * Writes the payload of a command.
 * @param input - what is left out is as in `EMPTY_INPUT`
 * @throws TransactionError for what no process can be given: a zero in a string, a path that
 *   leads elsewhere, a clock beyond u64
 */
export function encodeCommand(input: Partial<CommandInput>): Uint8Array {
  const { args, environment, files, stdin, clock, seed } = { ...EMPTY_INPUT, ...input };
  if (clock < 0n || clock >= 1n << 64n) throw new TransactionError("", `the clock ${clock} does not fit 64 bits`);
  if (seed.length !== SEED_BYTES) {
    throw new TransactionError("", `the seed has ${seed.length} bytes, it must have ${SEED_BYTES}`);
  }
  checkPaths([...files.keys()]);
  const writer = new PayloadWriter();
  writer.u32(VERSION);
  writer.u64(clock);
  writer.raw(seed);
  writer.u32(args.length);
  for (const arg of args) writer.bytes(zeroFree(arg, "an argument"));
  writer.u32(environment.size);
  for (const [name, value] of environment) {
    if (name === "" || name.includes("=")) throw new TransactionError("", `"${name}" is no name of a variable`);
    writer.bytes(zeroFree(`${name}=${value}`, `the variable ${name}`));
  }
  writer.u32(files.size);
  for (const [path, content] of files) {
    writer.bytes(utf8(path));
    writer.bytes(content);
  }
  writer.bytes(stdin);
  return writer.finish();
}

/**
 * Reads the payload of a command.
 * @throws TransactionError for bytes that `encodeCommand` does not write
 */
export function decodeCommand(payload: Uint8Array): CommandInput {
  const reader = new PayloadReader(payload);
  const version = reader.u32();
  if (version !== VERSION) throw new TransactionError("", `version ${version} of the payload is not known`);
  const clock = reader.u64();
  const seed = reader.raw(SEED_BYTES);
  const args = reader.list(() => zeroFreeText(reader.text(), "an argument"));
  const environment = new Map<string, string>();
  for (const text of reader.list(() => zeroFreeText(reader.text(), "a variable"))) {
    const split = text.indexOf("=");
    if (split < 1) throw new TransactionError("", `"${text}" is no variable with a value`);
    if (environment.has(text.slice(0, split))) throw new TransactionError("", `"${text}" is set twice`);
    environment.set(text.slice(0, split), text.slice(split + 1));
  }
  const entries = reader.list((): [string, Uint8Array] => [reader.text(), reader.bytes()]);
  checkPaths(entries.map(([path]) => path));
  for (const [path, content] of entries) {
    if (path.endsWith("/") && content.length > 0) throw new TransactionError("", `the directory ${path} has a content`);
  }
  const stdin = reader.bytes();
  reader.end();
  return { args, environment, files: new Map(entries), stdin, clock, seed };
}

/** What a command left. */
export interface CommandResult {
  /** u32; undefined if it did not come to its end: a trap, spent fuel, a skipped transaction. */
  readonly exitCode: number | undefined;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

/** Streams of the output's frames. */
const STDOUT = 1;
const STDERR = 2;

/**
 * Reads the receipt and the output of a command.
 * @throws TransactionError if the output is no sequence of frames, as when the guest has written
 *   to it past WASI
 */
export function decodeCommandResult({ kind, code, output }: TransactionResult): CommandResult {
  const reader = new PayloadReader(output);
  const streams: Record<number, Uint8Array[]> = { [STDOUT]: [], [STDERR]: [] };
  while (!reader.isAtEnd) {
    const number = reader.u32();
    const stream = streams[number];
    if (stream === undefined) throw new TransactionError("", `the output has a frame of an unknown stream, ${number}`);
    stream.push(reader.bytes());
  }
  const exitCode = kind === Outcome.success ? 0 : kind === Outcome.left ? code : undefined;
  return { exitCode, stdout: concatenate(streams[STDOUT] ?? []), stderr: concatenate(streams[STDERR] ?? []) };
}

function checkPaths(paths: readonly string[]): void {
  const files = new Set(paths.filter((path) => !path.endsWith("/")));
  if (new Set(paths).size !== paths.length) throw new TransactionError("", "a path is there twice");
  for (const path of paths) {
    const names = path.split("/");
    if (path.endsWith("/")) names.pop();
    const isPlain = names.every((name) => name !== "" && name !== "." && name !== "..");
    const isLong = utf8(path).length > MAX_PATH || names.some((name) => utf8(name).length > MAX_NAME);
    if (!isPlain || isLong || path.includes("\0")) {
      const wanted = `a path goes from the root, as in data/in.txt, with names of at most ${MAX_NAME} bytes`;
      throw new TransactionError("", `"${path.slice(0, 80)}" is no path: ${wanted}`);
    }
    names.slice(1).forEach((_, i) => {
      const above = names.slice(0, i + 1).join("/");
      if (files.has(above)) throw new TransactionError("", `${above} is a file, ${path} cannot lie in it`);
    });
    if (path.endsWith("/") && files.has(path.slice(0, -1))) {
      throw new TransactionError("", `${path.slice(0, -1)} is a file and a directory`);
    }
  }
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function zeroFreeText(text: string, what: string): string {
  if (text.includes("\0")) throw new TransactionError("", `${what} has a zero byte`);
  return text;
}

const zeroFree = (text: string, what: string): Uint8Array => utf8(zeroFreeText(text, what));

/** Writes integers little-endian, and bytes after their length. */
class PayloadWriter {
  readonly #parts: Uint8Array[] = [];

  u32(value: number): void {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value, true);
    this.raw(bytes);
  }

  u64(value: bigint): void {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, value, true);
    this.raw(bytes);
  }

  raw(bytes: Uint8Array): void {
    this.#parts.push(bytes);
  }

  bytes(bytes: Uint8Array): void {
    this.u32(bytes.length);
    this.raw(bytes);
  }

  finish(): Uint8Array {
    return concatenate(this.#parts);
  }
}

/** Reads what `PayloadWriter` writes, and believes nothing. */
class PayloadReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** Where so many next bytes begin; what is read next comes after them. */
  #take(size: number): number {
    if (size > this.#bytes.length - this.#at) {
      throw new TransactionError(
        "",
        `it ends at byte ${this.#bytes.length}, where ${size} bytes from ${this.#at} on are due`,
      );
    }
    this.#at += size;
    return this.#at - size;
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8), true);
  }

  raw(size: number): Uint8Array {
    const start = this.#take(size);
    return this.#bytes.slice(start, start + size);
  }

  bytes(): Uint8Array {
    return this.raw(this.u32());
  }

  text(): string {
    const bytes = this.bytes();
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw new TransactionError("", `the text before byte ${this.#at} is no UTF-8`);
    }
  }

  /**
   * A count, and as many items; each takes at least four bytes, so that a false count ends soon.
   */
  list<T>(item: () => T): T[] {
    const count = this.u32();
    const items: T[] = [];
    for (let i = 0; i < count; i++) items.push(item());
    return items;
  }

  end(): void {
    if (!this.isAtEnd) {
      throw new TransactionError("", `${this.#bytes.length - this.#at} bytes follow the last part of the payload`);
    }
  }
}
