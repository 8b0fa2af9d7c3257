/** From the arguments of a command to a program and the input of its fragment. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { buildProgram, type Convention, type Program } from "../../verifier/program/build.ts";
import { callPayload, parseTransactions } from "../../verifier/program/transactions-file.ts";
import { encodeTransactions, type Transaction } from "../../verifier/program/transactions.ts";
import { UserError } from "./failure.ts";

/** Name under which the user's module is linked. */
const GUEST = "guest";

/** Reads a file whose absence is the user's mistake. Relative paths begin where the user typed the command. */
export function readUserFile(path: string, what: string): Uint8Array {
  try {
    // npm runs its scripts in the project's folder, and tells where it was called.
    return new Uint8Array(readFileSync(resolve(process.env["INIT_CWD"] ?? process.cwd(), path)));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const reason = code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a folder" : String(code);
    throw new UserError(`cannot read the ${what} ${path}: ${reason}`);
  }
}

/** Reads a module and builds its program. What the module is refused for is told with the file's name. */
export function programFrom(path: string, convention: Convention): Program {
  const bytes = readUserFile(path, "module");
  try {
    return buildProgram([{ name: GUEST, bytes }], { convention });
  } catch (error) {
    if (error instanceof Error) throw new UserError(`${path}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** What a command calls in a module. */
export interface Invocation {
  readonly module: string;
  readonly export: string | undefined;
  readonly args: readonly string[];
  /** A file with the payload; its presence means the payload convention. */
  readonly input: string | undefined;
  readonly fuel: bigint;
}

/** A program with the one transaction that calls it. */
export interface Prepared {
  readonly program: Program;
  readonly input: Uint8Array;
  /** The export that is called; `invoke` in the payload convention. */
  readonly called: string;
}

/** Builds the program of an invocation and writes its transaction. */
export function prepare(invocation: Invocation): Prepared {
  const { module, args, input, fuel } = invocation;
  if (input !== undefined) {
    if (invocation.export !== undefined || args.length > 0) {
      throw new UserError("--input calls the payload convention's invoke; it goes with neither --export nor arguments");
    }
    const program = programFrom(module, "payload");
    return { program, input: transaction(fuel, readUserFile(input, "input")), called: "invoke" };
  }
  const program = programFrom(module, "typed");
  const called = invocation.export ?? onlyExport(program, module);
  return { program, input: transaction(fuel, callPayload(program.exports, called, args)), called };
}

function transaction(fuel: bigint, payload: Uint8Array): Uint8Array {
  return encodeTransactions([{ fuel, keep: false, payload }]);
}

function onlyExport(program: Program, path: string): string {
  const [first, ...others] = program.exports;
  if (first === undefined) throw new UserError(`${path} exports no function; there is nothing to call`);
  if (others.length === 0) return first.name;
  const names = program.exports.slice(0, 20).map(({ name }) => name);
  throw new UserError(
    `${path} exports ${program.exports.length} functions, choose one with --export: ${names.join(", ")}`,
  );
}

/** Reads a file of transactions for a program. */
export function transactionsFrom(path: string, program: Program): Transaction[] {
  const text = new TextDecoder().decode(readUserFile(path, "transactions file"));
  try {
    return parseTransactions(text, program);
  } catch (error) {
    if (error instanceof Error) throw new UserError(`${path}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** Reads a whole number given on the command line. */
export function parseNumber(text: string, name: string, least: bigint): bigint {
  if (!/^\d+$/.test(text)) throw new UserError(`${name} takes a whole number, not "${text}"`);
  const value = BigInt(text);
  if (value < least || value >= 1n << 48n) throw new UserError(`${name} goes from ${least} to 2^48 - 1, not ${text}`);
  return value;
}
