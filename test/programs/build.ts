/**
 * Compiles the guest programs: `node test/programs/build.ts`. A guest is compiled again only when its sources, the compiler or the
 * options have changed.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/** Guests written in AssemblyScript, each a folder with `assembly/index.ts`. */
const GUESTS = ["ledger"] as const;

/** Name of a guest. */
export type GuestName = (typeof GUESTS)[number];

/** Where compiled guests are kept; not under version control. */
const OUTPUT = join(import.meta.dirname, "../../.cache/programs");

/**
 * Without garbage collection (the guests allocate nothing), with the names of functions. Level 1 inlines little, so that functions keep
 * their names and reports can tell them apart.
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
export class GuestError extends Error {
  override readonly name = "GuestError";
}

/**
 * A compiled guest.
 * @throws GuestError if it has to be compiled and does not
 */
export async function guest(name: GuestName): Promise<Uint8Array> {
  const folder = join(import.meta.dirname, name);
  const file = join(OUTPUT, `${name}-${fingerprint(folder)}.wasm`);
  if (existsSync(file)) return new Uint8Array(readFileSync(file));
  const bytes = await compile(folder);
  mkdirSync(OUTPUT, { recursive: true });
  // Others may be building or reading at the same time.
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, bytes);
  renameSync(draft, file);
  return bytes;
}

/** What the compiled guest depends on. */
function fingerprint(folder: string): string {
  const hash = createHash("sha256");
  const { version } = createRequire(import.meta.url)("assemblyscript/package.json") as { version: string };
  hash.update(JSON.stringify([version, OPTIONS]));
  const assembly = join(folder, "assembly");
  for (const file of readdirSync(assembly).sort())
    hash.update(`\n${file}\n`).update(readFileSync(join(assembly, file)));
  return hash.digest("hex").slice(0, 16);
}

/** Loads the compiler only here: it takes longer to load than everything else. */
async function compile(folder: string): Promise<Uint8Array> {
  const { main } = await import("assemblyscript/asc");
  let binary: Uint8Array | undefined;
  const { error, stderr } = await main([ENTRY, "--baseDir", folder, "--outFile", "out.wasm", ...OPTIONS], {
    writeFile: (_, contents) => {
      if (typeof contents !== "string") binary = contents;
    },
  });
  if (error !== null || binary === undefined) {
    throw new GuestError(
      `${folder} does not compile: ${stderr.toString() || (error?.message ?? "nothing was written")}`,
    );
  }
  return Uint8Array.from(binary);
}

if (process.argv[1] === import.meta.filename) for (const name of GUESTS) await guest(name);
