/**
 * Lets a new worktree of git begin with what its main checkout has built. Plain JavaScript without
 * packages, as bootstrap.mjs is.
 */
import { cpSync, existsSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";

/**
 * What is built, each told by content, so that what is different here is built here; the record of
 * it all comes last.
 */
const FOLDERS = ["cache", join(".cache", "programs"), "artifacts"];

/**
 * The main checkout whose builds a folder can adopt: undefined unless it is a worktree of git that
 * has built no contracts, and the main checkout has built all of them and is not building now
 * (`Build` in hardhat/built.ts).
 *
 * @param {string} root the project's folder
 * @returns {string | undefined}
 */
export function buildsFor(root) {
  const link = join(root, ".git");
  if (existsSync(join(root, "artifacts")) || !existsSync(link) || !statSync(link).isFile()) return undefined;
  // "gitdir: MAIN/.git/worktrees/NAME", which git can be told to write relative to this folder.
  const named = /^gitdir: (.+)[\\/]\.git[\\/]worktrees[\\/]/.exec(readFileSync(link, "utf8"))?.[1];
  if (named === undefined) return undefined;
  const main = resolve(root, named);
  const stamp = join(main, "artifacts", ".built.json");
  return existsSync(stamp) && JSON.parse(readFileSync(stamp, "utf8")).sources !== "" ? main : undefined;
}

/**
 * Copies what the main checkout has built, if there is something to adopt. Artifacts are there in
 * the end or not at all.
 *
 * @param {string} root the project's folder
 */
export function adoptBuilds(root) {
  const main = buildsFor(root);
  if (main === undefined) return;
  for (const folder of FOLDERS) {
    const [from, to] = [join(main, folder), join(root, folder)];
    if (!existsSync(from)) continue;
    rmSync(`${to}.new`, { recursive: true, force: true });
    cpSync(from, `${to}.new`, { recursive: true });
    rmSync(to, { recursive: true, force: true });
    renameSync(`${to}.new`, to);
  }
}
