/**
 * `npm run check`: the static checks, side by side, of what changed since they passed. Checks of
 * single files get those whose content is not among what passed; checks of the whole are left out
 * if nothing changed that they look at. A rule of ESLint that knows types sees a changed file with
 * all that it imports, but files that import it are not looked at again: `npm test` looks at
 * everything.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import pc from "picocolors";
import { type Check, CHECKS } from "./checks.ts";
import { type Content, linesHash, Passed, sha256 } from "./passed.ts";
import { succeeds } from "./testing/programs.ts";

const ROOT = join(import.meta.dirname, "..");

/** Every file of the project, with those that are not yet under version control. */
function projectFiles(): Content[] {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"];
  const { stdout, status } = spawnSync("git", args, { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error("npm run check asks git for the files of the project, and git failed");
  const paths = stdout.split("\0").filter((path) => path !== "" && existsSync(join(ROOT, path)));
  return paths.sort().map((path) => ({ path, hash: sha256(readFileSync(join(ROOT, path))) }));
}

/** A file as a check sees it: one that looks at some lines does not see a change of another. */
function seenBy({ lines }: Check, { path, hash }: Content): Content {
  return { path, hash: lines === undefined ? hash : linesHash(readFileSync(join(ROOT, path), "utf8"), lines) };
}

/** Runs a check as far as it is needed; tells whether it passed. */
async function checked(check: Check, files: readonly Content[], passed: Passed): Promise<boolean> {
  const settings = files.filter(({ path }) => check.settings.test(path));
  const all = files.filter(({ path }) => check.looksAt.test(path)).map((file) => seenBy(check, file));
  const changes = passed.changed(check.name, settings, all);
  const named = check.byFile ? changes.files.map(({ path }) => path) : [];
  if (changes.files.length === 0 && (check.byFile || !changes.gone)) return true;
  const start = performance.now();
  let output = "";
  const args = [...check.args, ...(check.incremental ?? []), ...named];
  const colour = { FORCE_COLOR: process.stdout.isTTY ? "1" : "0" };
  const succeeded = await succeeds(check.program, args, (text) => (output += text), colour);
  if (succeeded) passed.add(check.name, settings, all);
  const seconds = `${((performance.now() - start) / 1000).toFixed(1)} s`;
  const what = check.byFile ? `, ${named.length} files` : "";
  console.log(`${succeeded ? pc.green("passed") : pc.red("FAILED")} ${check.name} in ${seconds}${what}`);
  if (output.trim() !== "") console.log(output.trimEnd());
  return succeeded;
}

const files = projectFiles();
const passed = new Passed(join(ROOT, ".cache", "check", "passed.json"));
const outcomes = await Promise.all(CHECKS.map((check) => checked(check, files, passed)));
const failed = outcomes.filter((outcome) => !outcome).length;
console.log(
  failed === 0 ? `All ${CHECKS.length} checks pass.` : pc.red(`${failed} of ${CHECKS.length} checks failed.`),
);
process.exitCode = failed === 0 ? 0 : 1;
