/** Commands run in a thread with a large stack; the main thread loads nothing but this. */
import { onLargeStack } from "../../verifier/node/large-stack.ts";
import { stderr, stdout } from "./channels.ts";
import { ExitCode, failureLines } from "./failure.ts";
import { exitOnBrokenPipe } from "./parse.ts";
import { passSignals } from "./stopping.ts";

/** Runs a program of the command line in a thread of its own. The exit code is the thread's. */
export async function runInThread(program: URL): Promise<void> {
  exitOnBrokenPipe();
  const colours = stdout.isTerminal && process.env["NO_COLOR"] === undefined ? { FORCE_COLOR: "1" } : {};
  const worker = onLargeStack(program, { argv: process.argv.slice(2), env: { ...process.env, ...colours } });
  passSignals(worker);
  await new Promise<void>((resolve) => {
    worker.once("error", (error) => {
      for (const line of failureLines(error)) stderr.line(line);
      process.exitCode = ExitCode.failure;
      resolve();
    });
    worker.once("exit", (code) => {
      process.exitCode ??= code;
      resolve();
    });
  });
}
