/**
 * Compiles C and C++ to WebAssembly with the clang of `@yowasp/clang`, which brings wasi-libc and
 * runs in a thread of this process, so that the caller can show progress meanwhile.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { Worker } from "node:worker_threads";
import { gunzipSync } from "node:zlib";
import { z } from "zod";
import { Problem } from "../verifier/errors.ts";

/** Files of a compilation by name; folders are files in turn. */
export interface Sources {
  readonly [name: string]: string | Uint8Array | Sources;
}

/** How sources are compiled. */
export interface ClangOptions {
  readonly compiler?: "clang" | "clang++";
  /**
   * What stands on the command line after the compiler and before `-o`: names of sources, and
   * options.
   */
  readonly args: readonly string[];
  /** Called before the compiler runs; not called if the program is in the cache. */
  readonly onCompile?: () => void;
  /** Whether to compile even what is there already. */
  readonly fresh?: boolean;
}

/**
 * Thrown when sources do not compile, with the compiler's message, or when a package is missing.
 */
export class ClangError extends Problem {
  override readonly name = "ClangError";
}

/** Where compiled programs are kept; not under version control. */
const OUTPUT = join(import.meta.dirname, "../.cache/programs");

/**
 * Programs under version control, compressed, for those who have not compiled them: SQLite takes
 * clang two minutes. Each is named by its {@link fingerprint}; a test compiles and compares.
 */
export const COMMITTED = join(import.meta.dirname, "compiled");

/** Where packages are installed. Some do not let their files be resolved. */
const PACKAGES = join(import.meta.dirname, "../node_modules");

const COMPILER = "@yowasp/clang";

const RESULT = "a.wasm";

/** What the thread compiles. */
export interface CompilerOrder {
  readonly sources: Sources;
  readonly compiler: "clang" | "clang++";
  readonly args: string[];
  /** The file that is wanted. */
  readonly result: string;
}

/** What the thread answers: the file, or the compiler's complaints. */
export type CompilerAnswer = { readonly bytes: Uint8Array } | { readonly failure: string };

/** A file of an installed package. @throws ClangError if it is not there */
export function packageFile(name: string, file: string): string {
  const path = join(PACKAGES, name, file);
  if (existsSync(path)) return path;
  throw new ClangError(`the package ${name} is not installed (it has no ${file}): run npm ci`);
}

/**
 * A compiled program. It is compiled again only when the sources, the options or the compiler's
 * version have changed.
 * @throws ClangError if it has to be compiled and does not
 */
export async function compileC(sources: Sources, options: ClangOptions): Promise<Uint8Array> {
  const compiler = options.compiler ?? "clang";
  const args = [...options.args, "-o", RESULT];
  const file = join(OUTPUT, `clang-${fingerprint(sources, [compiler, ...args])}.wasm`);
  const committed = join(COMMITTED, `${basename(file)}.gz`);
  if (options.fresh !== true && existsSync(committed)) return new Uint8Array(gunzipSync(readFileSync(committed)));
  if (options.fresh === true || !existsSync(file)) {
    options.onCompile?.();
    const bytes = await run({ sources, compiler, args, result: RESULT });
    mkdirSync(OUTPUT, { recursive: true });
    // Others may be building or reading at the same time.
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, bytes);
    renameSync(draft, file);
  }
  return new Uint8Array(readFileSync(file));
}

/** What the compiled program depends on. */
function fingerprint(sources: Sources, command: readonly string[]): string {
  const hash = createHash("sha256").update(JSON.stringify([compilerVersion(), command]));
  const add = (folder: Sources, path: string): void => {
    for (const [name, content] of Object.entries(folder).sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (typeof content === "string" || content instanceof Uint8Array) {
        hash.update(JSON.stringify([path, name, content.length])).update(content);
      } else add(content, `${path}${name}/`);
    }
  };
  add(sources, "");
  return hash.digest("hex").slice(0, 16);
}

function compilerVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(packageFile(COMPILER, "package.json"), "utf8"));
  return z.object({ version: z.string() }).parse(manifest).version;
}

async function run(order: CompilerOrder): Promise<Uint8Array> {
  packageFile(COMPILER, "gen/bundle.js");
  const worker = new Worker(new URL("clang-worker.ts", import.meta.url), { workerData: order });
  const answer = await new Promise<CompilerAnswer>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new ClangError(`the compiler ended with exit code ${code} and no answer`)));
  });
  await worker.terminate();
  if ("bytes" in answer) return answer.bytes;
  // The first complaint comes first, as some show only one line.
  const complaint = answer.failure.split("\n").find((line) => /error:/.test(line)) ?? answer.failure;
  throw new ClangError(`${order.compiler}: ${complaint}\n${order.args.join(" ")}\n${answer.failure}`);
}
