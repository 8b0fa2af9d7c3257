/**
 * `node scripts/solidity/main.ts [FILES…]`: holds Solidity files (all of the project without names)
 * to the dialect of CONTRIBUTING.md.
 */
import { globSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { violations } from "./dialect.ts";

const ROOT = join(import.meta.dirname, "..", "..");

function main(names: readonly string[]): number {
  const all = globSync("{contracts,test}/**/*.sol", { cwd: ROOT }).map((file) => join(ROOT, file));
  const files = names.length > 0 ? [...names] : all;
  const found = files.sort().flatMap((file) => violations(relative(ROOT, resolve(file)), readFileSync(file, "utf8")));
  for (const { file, line, rule, message } of found) console.error(`${file}:${line}: ${message} [${rule}]`);
  if (files.length === 0) console.error("There is no Solidity file to look at.");
  return found.length === 0 && files.length > 0 ? 0 : 1;
}

process.exitCode = main(process.argv.slice(2));
