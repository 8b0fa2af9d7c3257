/** From a module's file to a program, and from a file of transactions to transactions. */
import { buildProgram, type Convention, load, type OnBuild, type Program } from "../../verifier/program/build.ts";
import { COMMAND_ENTRY } from "../../verifier/program/drivers/command.ts";
import { PAYLOAD_EXPORTS } from "../../verifier/program/drivers/payload.ts";
import { parseTransactions } from "../../verifier/program/transactions-file.ts";
import type { Transaction } from "../../verifier/program/transactions.ts";
import { decode } from "../../verifier/wasm/decode.ts";
import { ModuleError } from "../../verifier/wasm/errors.ts";
import type { ExternalKind } from "../../verifier/wasm/types.ts";
import type { Building, LinkedFile } from "./building.ts";
import { UserError } from "./failure.ts";
import { reportProgress } from "./progress.ts";
import { readUserFile } from "./user-file.ts";

/** Name under which the user's module is linked. */
export const GUEST = "guest";

/** Bytes of modules about whose building progress is told. */
const LARGE_MODULE = 2 ** 20;

/** All conventions. */
export const CONVENTIONS: readonly Convention[] = ["payload", "command", "typed"];

/** Reads the name of a convention. */
export function conventionOf(name: string): Convention {
  const found = CONVENTIONS.find((convention) => convention === name);
  if (found === undefined) throw new UserError(`--convention is typed, payload or command, not "${name}"`);
  return found;
}

/**
 * Reads a module and builds its program. What the module is refused for is told with the file's
 * name.
 * @param convention - undefined: the one that the module's exports are made for
 */
export function programFrom(path: string, convention: Convention | undefined, building: Building = {}): Program {
  const { links = [], ...options } = building;
  const bytes = readUserFile(path, "module");
  const progress = reportProgress();
  // Smaller ones are there before anybody could read a line about them.
  const onProgress: OnBuild | undefined =
    bytes.length < LARGE_MODULE ? undefined : (phase, done, total) => progress.update(phase, done, total);
  try {
    return buildProgram([...links, { name: GUEST, bytes }], {
      ...options,
      convention: convention ?? suitable(bytes),
      onProgress,
    });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const file = error instanceof ModuleError ? (links.find(isRefused)?.path ?? path) : path;
    throw new UserError(`${file}: ${error.message}`, { cause: error });
  } finally {
    progress.clear();
  }
}

/** Whether a module is refused by itself: the error does not say which one it is about. */
function isRefused({ bytes }: LinkedFile): boolean {
  try {
    load(bytes);
    return false;
  } catch {
    return true;
  }
}

/**
 * The convention that a module's exports are made for. Another one would have another root, and no
 * transaction would reach the module.
 */
function suitable(bytes: Uint8Array): Convention {
  const { exports } = decode(bytes);
  const has = (kind: ExternalKind, wanted: string): boolean =>
    exports.some(({ kind: actual, name }) => actual === kind && name === wanted);
  if (has("function", COMMAND_ENTRY)) return "command";
  return has("memory", "memory") && [...PAYLOAD_EXPORTS.keys()].every((name) => has("function", name))
    ? "payload"
    : "typed";
}

/**
 * Reads a file of transactions for a program.
 * @param fuel - of a transaction that does not say how much it wants
 */
export function transactionsFrom(path: string, program: Program, fuel?: bigint): Transaction[] {
  const text = new TextDecoder().decode(readUserFile(path, "transactions file"));
  try {
    return parseTransactions(text, program, fuel);
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
