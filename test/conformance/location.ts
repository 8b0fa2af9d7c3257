/** Where the official test suite is, and which scripts it has. */
import { existsSync, readdirSync } from "node:fs";
import { resolve } from "node:path";

/** The folder of the scripts: `WASM_TESTSUITE`, else beside the repository. */
export const SUITE: string =
  process.env["WASM_TESTSUITE"] ?? resolve(import.meta.dirname, "../../../shared/wasm-testsuite");

/**
 * Why tests of the suite are left out, as the title of a skipped test gives it; undefined if the
 * suite is there.
 */
export const MISSING: string | undefined = existsSync(SUITE)
  ? undefined
  : "(skipped: the official test suite is not there, WASM_TESTSUITE may name its folder)";

/** Names of the scripts without `.wast`, in order. */
export function scripts(): string[] {
  if (MISSING !== undefined) return [];
  const files = readdirSync(SUITE).filter((file) => file.endsWith(".wast"));
  return files.map((file) => file.slice(0, -".wast".length)).sort();
}
