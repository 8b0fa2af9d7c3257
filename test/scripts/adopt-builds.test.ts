import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** scripts/adopt-builds.mjs, which has no types. */
interface Module {
  readonly buildsFor: (root: string) => string | undefined;
  readonly adoptBuilds: (root: string) => void;
}

const { buildsFor, adoptBuilds } = (await import(
  new URL("../../scripts/adopt-builds.mjs", import.meta.url).href
)) as Module;

const STAMP = "artifacts/.built.json";
const COMPLETE = JSON.stringify({ sources: "ab", folder: "main" });

describe("what a new worktree adopts", () => {
  let folder: string;
  let main: string;
  let worktree: string;
  const git = (...args: string[]): void => {
    const who = ["-c", "user.name=a", "-c", "user.email=a@localhost", "-c", "commit.gpgsign=false"];
    const { status, stderr } = spawnSync("git", ["-C", main, ...who, ...args], { encoding: "utf8" });
    expect(status, stderr).equal(0);
  };
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "arbiter-adopt-"));
    main = join(folder, "main");
    worktree = join(folder, "worktree");
    for (const name of [STAMP, "artifacts/A.json", "cache/compile-cache.json", ".cache/programs/p.wasm"]) {
      write(join(main, name), name === STAMP ? COMPLETE : `main's ${name}`);
    }
    git("init", "--quiet");
    git("commit", "--quiet", "--allow-empty", "--message", "first");
    git("worktree", "add", "--quiet", worktree);
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const adopted = (name: string): string => readFileSync(join(worktree, name), "utf8");

  it("is what the main checkout has built", () => {
    adoptBuilds(worktree);
    expect(adopted("artifacts/A.json")).equal("main's artifacts/A.json");
    expect(adopted("cache/compile-cache.json")).equal("main's cache/compile-cache.json");
    expect(adopted(".cache/programs/p.wasm")).equal("main's .cache/programs/p.wasm");
    expect(buildsFor(worktree)).equal(undefined);
  });

  it("is found by a relative link too", () => {
    write(join(worktree, ".git"), "gitdir: ../main/.git/worktrees/worktree\n");
    expect(buildsFor(worktree)).equal(main);
  });

  it("is what a copy that was interrupted did not bring", () => {
    write(join(worktree, "artifacts.new/B.json"), "half a copy");
    adoptBuilds(worktree);
    expect(existsSync(join(worktree, "artifacts/B.json"))).equal(false);
    expect(adopted("artifacts/A.json")).equal("main's artifacts/A.json");
  });

  it("is nothing once it has built itself", () => {
    write(join(worktree, "artifacts/A.json"), "its own");
    adoptBuilds(worktree);
    expect(adopted("artifacts/A.json")).equal("its own");
    expect(existsSync(join(worktree, "cache"))).equal(false);
  });

  it("is nothing while the main checkout builds, or before it has", () => {
    write(join(main, STAMP), JSON.stringify({ sources: "", folder: "main" }));
    expect(buildsFor(worktree)).equal(undefined);
    rmSync(join(main, STAMP));
    expect(buildsFor(worktree)).equal(undefined);
  });

  it("is nothing in a checkout that is no worktree", () => {
    rmSync(join(main, "artifacts"), { recursive: true });
    expect(buildsFor(main)).equal(undefined);
  });
});
