/** Programs of the project as steps of `npm test`. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import pc from "picocolors";
import type { TestReport } from "../hardhat/report.ts";
import type { Write } from "./lanes.ts";
import { failed, type Outcome } from "./outcome.ts";

const ROOT = dirname(dirname(import.meta.dirname));

/**
 * Runs a program of the project (bootstrap.mjs has put them in PATH) and passes on what it writes;
 * tells whether it succeeded.
 */
export function succeeds(
  program: string,
  args: readonly string[],
  write: Write,
  env: NodeJS.ProcessEnv = {},
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const colour = process.stdout.isTTY ? { FORCE_COLOR: "1" } : {};
    const child = spawn(program, args, {
      cwd: ROOT,
      env: { ...process.env, ...colour, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const stop = (): void => void child.kill("SIGTERM");
    process.once("exit", stop);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", write);
    }
    child.on("error", reject);
    child.on("close", (code) => {
      process.off("exit", stop);
      resolve(code === 0);
    });
  });
}

/**
 * Runs a program that tests and reports. A run that ends without a report, or fails without a
 * failed test, is a failure.
 */
export async function suite(
  runner: string,
  program: string,
  args: readonly string[],
  write: Write,
  env: NodeJS.ProcessEnv = {},
): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "arbiter-test-"));
  const file = join(folder, "report.json");
  try {
    const succeeded = await succeeds(program, args, write, { ...env, TEST_REPORT: file });
    if (!existsSync(file)) return told(`The ${runner} run ended before its tests did.`, write);
    const report = JSON.parse(readFileSync(file, "utf8")) as TestReport;
    const outcome = reported(report);
    if (report.passed + report.failures.length + report.skipped.length === 0) {
      return told(`The ${runner} run found no test to run.`, write);
    }
    if (succeeded || outcome.failures.length > 0) return outcome;
    return { ...outcome, failures: [`The ${runner} run failed, though no test of it did.`] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A report as an outcome: a test that is skipped without a reason has failed. */
export function reported({ passed, failures, skipped }: TestReport): Outcome {
  const explained = skipped.filter((title) => /\(skipped: .+\)/.test(title));
  const unexplained = skipped.filter((title) => !explained.includes(title));
  return {
    passed,
    failures: [...failures, ...unexplained.map((title) => `skipped without a reason: ${title}`)],
    skipped: explained,
  };
}

function told(text: string, write: Write): Outcome {
  write(`${pc.red(text)}\n`);
  return failed(text);
}
