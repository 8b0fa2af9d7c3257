/** Runs a command line of the project in a process of its own. */
import { expect } from "chai";
import { spawn } from "node:child_process";
import { join } from "node:path";

/** What a command left behind. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const CLI = join(import.meta.dirname, "../../../agents/cli");

/**
 * Expects that `arbiter.ts` refuses arguments with this line on stderr, at most a hint after it,
 * code 1, and nothing on stdout.
 */
export async function expectRefusal(args: readonly string[], message: RegExp): Promise<void> {
  const { code, stdout, stderr } = await command("arbiter", args);
  expect(code).equal(1);
  expect(stdout).equal("");
  const [, second, third] = stderr.trim().split("\n");
  expect(second ?? "hint: ").match(/^hint: /);
  expect(third).equal(undefined);
  expect(stderr).match(message);
}

/** Runs `arbiter.ts` or `start.ts` with arguments, without a terminal. */
export function command(entry: "arbiter" | "start", args: readonly string[], stdin = ""): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(CLI, `${entry}.ts`), ...args], {
      env: { ...process.env, NO_COLOR: "1" },
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    // A command need not read what it is given.
    child.stdin.on("error", () => undefined);
    child.stdin.end(stdin);
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}
