/**
 * `npm run generate [-- FILES…]`: writes the files of the repository that are made from others, or
 * only the named ones; `scripts/generated-files.ts` lists them. After a conflict in such a file,
 * run it. A test fails if a file is not what this writes.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fromArtifacts, fromSources, type GeneratedFile, ROOT } from "./generated-files.ts";

/** Writes a file if it is not yet what it should be, and tells so. */
async function write({ path, text }: GeneratedFile): Promise<void> {
  const file = join(ROOT, path);
  const wanted = await text();
  if (existsSync(file) && readFileSync(file, "utf8") === wanted) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, wanted);
  console.log(`wrote ${path}`);
}

async function main(names: readonly string[]): Promise<number> {
  const sources = fromSources();
  for (const file of sources) if (names.length === 0 || names.includes(file.path)) await write(file);
  if (names.length > 0 && names.every((name) => sources.some(({ path }) => path === name))) return 0;
  const { status } = spawnSync("hardhat", ["build", "--no-tests"], { cwd: ROOT, stdio: ["ignore", 2, "inherit"] });
  if (status !== 0) return status ?? 1;
  const files = fromArtifacts();
  const unknown = names.filter((name) => ![...sources, ...files].some(({ path }) => path === name));
  if (unknown.length > 0) {
    console.error(`${unknown.join(", ")}: not a generated file; scripts/generated-files.ts lists them`);
    return 1;
  }
  for (const file of files) if (names.length === 0 || names.includes(file.path)) await write(file);
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
