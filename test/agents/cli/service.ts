/** Commands of a role on a real node: their settings, and those that run until they are told to stop. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import type { Finished } from "./command.ts";

const ENTRY = join(import.meta.dirname, "../../../agents/cli/arbiter.ts");

/** Where commands are typed, and what is in their environment besides. */
export interface Surroundings {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

function start(args: readonly string[], { folder, environment }: Surroundings): ChildProcess {
  return spawn(process.execPath, [ENTRY, ...args], {
    ...{ cwd: folder, stdio: ["ignore", "pipe", "pipe"] },
    env: { ...process.env, INIT_CWD: folder, NO_COLOR: "1", ...environment },
  });
}

/** Runs a command to its end. */
export function runIn(args: readonly string[], surroundings: Surroundings): Promise<Finished> {
  const child = start(args, surroundings);
  return new Service(child).ended;
}

/** A command that runs until it is told to stop. */
export class Service {
  readonly #child: ChildProcess;
  /** What it has written so far, to both. */
  output = "";
  readonly ended: Promise<Finished>;

  constructor(child: ChildProcess) {
    this.#child = child;
    let [stdout, stderr] = ["", ""];
    child.stdout?.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
    this.ended = new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => resolve({ code, stdout, stderr }));
    });
  }

  /** Starts a command. */
  static start(args: readonly string[], surroundings: Surroundings): Service {
    return new Service(start(args, surroundings));
  }

  /** Waits until it has written something; fails if it ends before. */
  async says(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.output)) {
      if (this.#child.exitCode !== null) throw new Error(`it ended without saying ${pattern}: ${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Sends SIGTERM and waits for the end. */
  stop(): Promise<Finished> {
    this.#child.kill("SIGTERM");
    return this.ended;
  }
}
