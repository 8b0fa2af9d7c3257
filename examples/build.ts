/**
 * Compiles the guest programs: `node examples/build.ts [sqlite] [workload]`. A guest is compiled
 * again only when its sources, the compiler or the options have changed. SQLite, and SQLite as the
 * bench loads it, take a minute or two each and are compiled only where they are named, or wanted.
 */
import { createHash } from "node:crypto";
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import { Problem } from "../verifier/errors.ts";
import { ClangError } from "./clang.ts";
import { sqliteGuest, sqliteWorkload } from "./database/build.ts";

/** Guests written in AssemblyScript, each a folder with `assembly/index.ts`. */
const GUESTS = ["ledger"] as const;

/** Name of a guest. */
export type GuestName = (typeof GUESTS)[number];

/** Where compiled guests are kept; not under version control. */
const OUTPUT = join(import.meta.dirname, "../.cache/programs");

/**
 * Without garbage collection, as the guests allocate nothing. With the names of functions, of which
 * level 1 leaves the most without calling every accessor.
 */
const OPTIONS = [
  "--runtime",
  "stub",
  "--optimizeLevel",
  "1",
  "--noAssert",
  "--debug",
  "--use",
  "abort=assembly/reject/onAbort",
];

const ENTRY = "assembly/index.ts";

/** Thrown when a guest does not compile; the message is the compiler's. */
export class GuestError extends Problem {
  override readonly name = "GuestError";
}

/**
 * A compiled guest.
 * @throws GuestError if it has to be compiled and does not
 */
export async function guest(name: GuestName): Promise<Uint8Array> {
  const folder = join(import.meta.dirname, name);
  const file = join(OUTPUT, `${name}-${fingerprint(folder)}.wasm`);
  if (!existsSync(file)) {
    mkdirSync(OUTPUT, { recursive: true });
    // Others may be building or reading at the same time.
    const draft = `${file}.${process.pid}`;
    await compile(folder, draft);
    renameSync(draft, file);
  }
  return new Uint8Array(readFileSync(file));
}

/**
 * The compiler's package. Its types are not imported: they would change those of JavaScript's own
 * arrays for the whole project.
 */
const COMPILER = createRequire(import.meta.url).resolve("assemblyscript/package.json");

/** What the compiled guest depends on. */
function fingerprint(folder: string): string {
  const hash = createHash("sha256");
  const { version } = JSON.parse(readFileSync(COMPILER, "utf8")) as { version: string };
  hash.update(JSON.stringify([version, OPTIONS]));
  const assembly = join(folder, "assembly");
  for (const file of readdirSync(assembly).sort())
    hash.update(`\n${file}\n`).update(readFileSync(join(assembly, file)));
  return hash.digest("hex").slice(0, 16);
}

/** Runs the compiler, which writes the module to `file`. */
async function compile(folder: string, file: string): Promise<void> {
  const compiler = join(dirname(COMPILER), "bin/asc.js");
  const args = [compiler, ENTRY, "--baseDir", folder, "--outFile", relative(folder, file), ...OPTIONS];
  try {
    await promisify(execFile)(process.execPath, args);
  } catch (cause) {
    const { stderr = "", message } = cause as Error & { stderr?: string };
    throw new GuestError(`${folder} does not compile: ${stderr === "" ? message : stderr}`, { cause });
  }
}

async function main(): Promise<void> {
  for (const name of GUESTS) await guest(name);
  const told = (): void => console.error("Compiling SQLite (one to two minutes).");
  if (process.argv.includes("sqlite")) await sqliteGuest(told);
  if (process.argv.includes("workload")) await sqliteWorkload(told);
}

if (process.argv[1] === import.meta.filename) {
  await main().catch((error: unknown) => {
    if (!(error instanceof GuestError || error instanceof ClangError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  });
}
