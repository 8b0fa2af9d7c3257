/** Compiles C and C++ to WebAssembly with the clang of `@yowasp/clang`, which brings wasi-libc and runs inside this process. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Tree } from "@yowasp/clang";

/** Files of a compilation by name; folders are files in turn. */
export interface Sources {
  readonly [name: string]: string | Uint8Array | Sources;
}

/** How sources are compiled. */
export interface ClangOptions {
  readonly compiler?: "clang" | "clang++";
  /** What stands on the command line behind the compiler and before `-o`: names of sources, and options. */
  readonly args: readonly string[];
}

/** Thrown when sources do not compile; the message is the compiler's. */
export class ClangError extends Error {
  override readonly name = "ClangError";
}

/** Where compiled programs are kept; not under version control. */
const OUTPUT = join(import.meta.dirname, "../../.cache/programs");

const RESULT = "a.wasm";

/**
 * A compiled program. It is compiled again only when the sources, the options or the compiler's version have changed.
 * @throws ClangError if it has to be compiled and does not
 */
export async function compileC(sources: Sources, options: ClangOptions): Promise<Uint8Array> {
  const command = [options.compiler ?? "clang", ...options.args, "-o", RESULT];
  const file = join(OUTPUT, `clang-${fingerprint(sources, command)}.wasm`);
  if (!existsSync(file)) {
    const bytes = await run(sources, command);
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

/** The package exports no `package.json`: it stands two folders above its entry point. */
function compilerVersion(): string {
  const entry = createRequire(import.meta.url).resolve("@yowasp/clang");
  const { version } = JSON.parse(readFileSync(join(dirname(entry), "../package.json"), "utf8")) as { version: string };
  return version;
}

async function run(sources: Sources, command: string[]): Promise<Uint8Array> {
  // Loaded on demand: it is large, and of no use when everything is in the cache.
  const { runClang } = await import("@yowasp/clang");
  let messages = "";
  const decoder = new TextDecoder();
  const collect = (bytes: Uint8Array | null): void => {
    if (bytes !== null) messages += decoder.decode(bytes, { stream: true });
  };
  try {
    const files = await runClang(command, sources as Tree, {
      stdout: collect,
      stderr: collect,
      fetchProgress: () => undefined,
    });
    const result = files?.[RESULT];
    if (result instanceof Uint8Array) return result;
  } catch (cause) {
    const reason = messages === "" ? String(cause) : messages;
    throw new ClangError(`${command.join(" ")}: ${reason}`, { cause });
  }
  throw new ClangError(`${command.join(" ")} wrote no ${RESULT}: ${messages}`);
}
