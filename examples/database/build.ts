/**
 * SQLite as a guest: its source is the amalgamation in the npm package better-sqlite3, the layer
 * around it lies in this folder.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compileC, packageFile } from "../clang.ts";

/** What SQLite is built with and without. */
const CONFIGURATION = [
  // The system is system.c: memory alone, one thread.
  "SQLITE_OS_OTHER=1",
  "SQLITE_THREADSAFE=0",
  "SQLITE_TEMP_STORE=3",
  "SQLITE_OMIT_LOAD_EXTENSION",
  "SQLITE_OMIT_SHARED_CACHE",
  "SQLITE_OMIT_WAL",
  "SQLITE_OMIT_LOCALTIME",
  "SQLITE_OMIT_DEPRECATED",
  "SQLITE_UNTESTABLE",
  "SQLITE_DEFAULT_MEMSTATUS=0",
  // What one expects of SQL: foreign keys are kept, and a text in double quotes is a name.
  "SQLITE_DEFAULT_FOREIGN_KEYS=1",
  "SQLITE_DQS=0",
  "SQLITE_ENABLE_MATH_FUNCTIONS",
];

/** Bytes of C's stack. It lies below all data, so that an overflow traps. */
const STACK = 1024 * 1024;

/** Bytes that the memory may grow to. */
const MEMORY = 64 * 1024 * 1024;

/** Without debugging information, which is larger than the program; the names of functions stay. */
const OPTIONS = [
  "-O2",
  "-w",
  "-mexec-model=reactor",
  `-Wl,-z,stack-size=${STACK},--stack-first,--max-memory=${MEMORY}`,
];

/** The layer around SQLite: answers payloads, or makes work for measurements. */
const LAYERS = { guest: "guest.c", workload: "workload.c" } as const;

const SYSTEM = "system.c";

/**
 * The compiled guest, which is under version control; compiling it takes two minutes and happens
 * once after a change.
 * @param onCompile - called if it has to be compiled
 * @throws ClangError if a package is missing or the compiler fails
 */
export function sqliteGuest(onCompile?: () => void): Promise<Uint8Array> {
  return compile("guest", onCompile);
}

/** As {@link sqliteGuest}, compiled even if it is there already. */
export function compileSqliteGuest(): Promise<Uint8Array> {
  return compile("guest", undefined, true);
}

/**
 * The same SQLite with an export `run(n)` that executes n statements. Compiled and kept like
 * {@link sqliteGuest}.
 */
export function sqliteWorkload(onCompile?: () => void): Promise<Uint8Array> {
  return compile("workload", onCompile);
}

async function compile(layer: keyof typeof LAYERS, onCompile?: () => void, fresh = false): Promise<Uint8Array> {
  const names = [LAYERS[layer], SYSTEM];
  const source = (name: string): string => readFileSync(packageFile("better-sqlite3", `deps/sqlite3/${name}`), "utf8");
  const own = names.map((name) => [name, readFileSync(join(import.meta.dirname, name), "utf8")] as const);
  const sources = { "sqlite3.c": source("sqlite3.c"), "sqlite3.h": source("sqlite3.h"), ...Object.fromEntries(own) };
  const args = [...OPTIONS, ...CONFIGURATION.map((name) => `-D${name}`), "sqlite3.c", ...names];
  return compileC(sources, { args, fresh, ...(onCompile === undefined ? {} : { onCompile }) });
}
