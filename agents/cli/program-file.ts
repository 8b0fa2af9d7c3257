/** From a module's file to a program, and from a file of transactions to transactions. */
import { buildProgram, type Convention, load, type OnBuild, type Program } from "../../verifier/program/build.ts";
import { COMMAND_ENTRY } from "../../verifier/program/drivers/command.ts";
import { parseTransactions } from "../../verifier/program/transactions-file.ts";
import type { Transaction } from "../../verifier/program/transactions.ts";
import { decode } from "../../verifier/wasm/decode.ts";
import { ModuleError } from "../../verifier/wasm/errors.ts";
import type { Building, LinkedFile } from "./building.ts";
import { UserError } from "./failure.ts";
import { reportProgress } from "./progress.ts";
import { readUserFile } from "./user-file.ts";

/** Name under which the user's module is linked. */
export const GUEST = "guest";

/** Bytes of modules about whose building progress is told. */
const LARGE_MODULE = 2 ** 20;

const CONVENTIONS: readonly Convention[] = ["typed", "payload", "command"];

/** Reads the name of a convention. */
export function conventionOf(name: string): Convention {
  const found = CONVENTIONS.find((convention) => convention === name);
  if (found === undefined) throw new UserError(`--convention is typed, payload or command, not "${name}"`);
  return found;
}

/**
 * Reads a module and builds its program. What the module is refused for is told with the file's
 * name.
 * @param convention - undefined: command if the module exports `_start`, else typed
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

function suitable(bytes: Uint8Array): Convention {
  const starts = decode(bytes).exports.some(({ kind, name }) => kind === "function" && name === COMMAND_ENTRY);
  return starts ? "command" : "typed";
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
