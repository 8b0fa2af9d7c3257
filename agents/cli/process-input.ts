/**
 * What a user gives a program with `_start`: arguments, variables, files and directories, stdin, a
 * clock and a seed.
 */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { SEED_BYTES, type CommandInput } from "../../verifier/program/wasi/command.ts";
import { UserError } from "./failure.ts";
import { fileTree } from "./file-tree.ts";
import { readUserFile } from "./user-file.ts";

const STDIN = 0;

/** Options of the command line, as they were typed. */
export interface ProcessOptions {
  /** `NAME=VALUE`, each. */
  readonly env: readonly string[];
  /** `PATH` or `PATH=FILE`, each: where the file lies for the program, and where for the user. */
  readonly file: readonly string[];
  /** `HOST` or `HOST::GUEST`, each: a directory with all that is in it. */
  readonly dir: readonly string[];
  /** A file, or `-`. */
  readonly stdin: string | undefined;
  /** Nanoseconds since 1970. */
  readonly clock: string | undefined;
  /** Hexadecimal digits after 0x. */
  readonly seed: string | undefined;
}

/** Whether any of them was given. */
export function isProcessGiven({ env, file, dir, stdin, clock, seed }: ProcessOptions): boolean {
  return env.length + file.length + dir.length > 0 || [stdin, clock, seed].some((option) => option !== undefined);
}

/**
 * Reads them.
 * @param module - the module's path; its last name is the program's first argument
 */
export function processInput(module: string, args: readonly string[], options: ProcessOptions): Partial<CommandInput> {
  const { clock, seed } = options;
  return {
    args: [basename(module), ...args],
    environment: new Map(options.env.map((text) => pair(text, "--env", "NAME=VALUE"))),
    files: filesOf(options),
    ...(options.stdin === undefined ? {} : { stdin: stdinFrom(options.stdin) }),
    ...(clock === undefined ? {} : { clock: parseClock(clock) }),
    ...(seed === undefined ? {} : { seed: parseSeed(seed) }),
  };
}

function pair(text: string, option: string, form: string): [string, string] {
  const split = text.indexOf("=");
  if (split < 1) throw new UserError(`${option} takes ${form}, not "${text}"`);
  return [text.slice(0, split), text.slice(split + 1)];
}

/** Where programs expect to be allowed to write. */
const TEMPORARY = "tmp";

/**
 * All that the options give; a file that is named by itself goes before one of a directory. `/tmp`
 * is there in any case.
 */
function filesOf({ dir, file }: ProcessOptions): Map<string, Uint8Array> {
  const files = new Map([...dir.flatMap(fileTree), ...file.map(fileOf)]);
  const isThere = [...files.keys()].some((path) => path === TEMPORARY || path.startsWith(`${TEMPORARY}/`));
  return isThere ? files : files.set(`${TEMPORARY}/`, new Uint8Array());
}

function fileOf(text: string): [string, Uint8Array] {
  const [path, file] = text.includes("=") ? pair(text, "--file", "PATH or PATH=FILE") : [text, text];
  return [path.replace(/^(\.?\/)+/, ""), readUserFile(file, "file")];
}

function stdinFrom(path: string): Uint8Array {
  return path === "-" ? new Uint8Array(readFileSync(STDIN)) : readUserFile(path, "file for stdin");
}

function parseClock(text: string): bigint {
  if (/^\d+$/.test(text) && BigInt(text) < 1n << 64n) return BigInt(text);
  throw new UserError(`--clock takes nanoseconds since 1970 below 2^64, not "${text}"`);
}

function parseSeed(text: string): Uint8Array {
  if (!/^0x([0-9a-fA-F]{2})*$/.test(text) || text.length !== 2 + 2 * SEED_BYTES) {
    throw new UserError(`--seed takes 0x and ${2 * SEED_BYTES} hexadecimal digits, not "${text}"`);
  }
  return Uint8Array.from(Buffer.from(text.slice(2), "hex"));
}
