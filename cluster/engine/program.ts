/** Other programs of the machine. */
import { spawn } from "node:child_process";

/** What became of a program. */
export interface Ending {
  /** Undefined if there is no such program, or a signal ended it. */
  readonly code: number | undefined;
  readonly stdout: string;
  /** The last of what it wrote to stderr. */
  readonly stderr: string;
}

const KEPT = 20_000;

/**
 * Runs a program to its end, without input.
 * @param onLine - is told each line that it writes to stderr
 */
export function runProgram(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  onLine: (line: string) => void = () => undefined,
): Promise<Ending> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    const stop = (): void => void child.kill("SIGTERM");
    process.once("exit", stop);
    let [stdout, stderr, line] = ["", "", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(-KEPT);
      const lines = (line + text).split("\n");
      line = lines.pop() ?? "";
      for (const one of lines) onLine(one);
    });
    const end = (code: number | null): void => {
      process.off("exit", stop);
      resolve({ code: code ?? undefined, stdout, stderr });
    };
    child.on("error", () => {
      end(null);
    });
    child.on("close", end);
  });
}

/** The last line that says something, for a message of one line. */
export function lastLine(text: string): string {
  return text.trim().split("\n").at(-1)?.trim() ?? "";
}
