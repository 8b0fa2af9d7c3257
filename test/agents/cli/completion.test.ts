import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { command } from "./command.ts";

describe("completion", () => {
  it("completes commands, those below them, and options, in bash", async () => {
    const { code, stdout } = await command("arbiter", ["completion", "bash"]);
    expect(code).equal(0);
    const complete = (...words: readonly string[]): string[] => {
      const quoted = ["arbiter", ...words].map((word) => `'${word}'`).join(" ");
      const script = `${stdout}\nCOMP_WORDS=(${quoted}); COMP_CWORD=${words.length}; _arbiter; echo "\${COMPREPLY[@]}"`;
      return execFileSync("bash", ["-c", script], { encoding: "utf8" }).trim().split(" ");
    };
    expect(complete("val")).deep.equal(["validator"]);
    expect(complete("deal", "c")).deep.equal(["create", "close"]);
    expect(complete("deal", "--config", "x", "create", "--ter")).deep.equal(["--terms"]);
    expect(complete("worker", "run", "--jo")).deep.equal(["--join"]);
    expect(complete("nonsense", "xyz")).deep.equal([""]);
  });
});
