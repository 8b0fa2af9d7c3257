/**
 * Names of functions as their authors wrote them: C++ (Itanium ABI) and Rust (legacy and v0
 * mangling) mangle them into symbols.
 */
import { runTool } from "./llvm.ts";

/** C++, Rust's legacy mangling, and Rust's v0. */
const MANGLED = /^(_Z|_R)[A-Za-z0-9_.$]+$/;

/** Rust's legacy mangling: C++'s nested names, of which the last is a hash. */
const RUST_LEGACY = /^_ZN((?:\d+[A-Za-z0-9_.$]+)+)E/;
const RUST_HASH = /^h[0-9a-f]{16}$/;

/** Characters that a legacy symbol of Rust spells out (rustc's `legacy.rs`). */
const SPELLED: ReadonlyMap<string, string> = new Map([
  ["SP", "@"],
  ["BP", "*"],
  ["RF", "&"],
  ["LT", "<"],
  ["GT", ">"],
  ["LP", "("],
  ["RP", ")"],
  ["C", ","],
]);

/** The names, those that were mangled in their readable form as far as they have one. */
export async function readableNames(names: readonly string[]): Promise<string[]> {
  const readable = names.map((name) => rustName(name) ?? name);
  const mangled = [...new Set(readable.filter((name) => MANGLED.test(name)))];
  if (mangled.length === 0) return readable;
  const lines = (await runTool(["c++filt", ...mangled]))?.trimEnd().split("\n") ?? [];
  const found = new Map(mangled.map((name, i) => [name, lines[i]]));
  return readable.map((name) => (lines.length === mangled.length ? (found.get(name) ?? name) : name));
}

/** The path that a legacy symbol of Rust stands for, without its hash; undefined if it is none. */
export function rustName(symbol: string): string | undefined {
  const parts = lengthPrefixed(RUST_LEGACY.exec(symbol)?.[1] ?? "");
  if (parts.length < 2 || !RUST_HASH.test(parts.at(-1) ?? "")) return undefined;
  return parts.slice(0, -1).map(spelledOut).join("::");
}

/** `4core3fmt` → core, fmt; nothing if the lengths do not fit. */
function lengthPrefixed(text: string): string[] {
  const parts: string[] = [];
  for (let rest = text; rest !== "";) {
    const digits = /^\d+/.exec(rest)?.[0];
    if (digits === undefined) return [];
    const end = digits.length + Number(digits);
    if (end > rest.length) return [];
    parts.push(rest.slice(digits.length, end));
    rest = rest.slice(end);
  }
  return parts;
}

function spelledOut(part: string): string {
  // A part that would begin with an escape begins with an underscore.
  const text = part.startsWith("_$") ? part.slice(1) : part;
  return text
    .replaceAll(/\$([A-Z]{1,2})\$/g, (all, name: string) => SPELLED.get(name) ?? all)
    .replaceAll(/\$u([0-9a-f]{1,6})\$/g, (all, hex: string) => {
      const code = Number.parseInt(hex, 16);
      return code <= 0x10_ffff ? String.fromCodePoint(code) : all;
    })
    .replaceAll("..", "::");
}
