/** A service of the command line as the soak runs it: killed and started again, and asked how it does. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { HeapWatch } from "./heap-watch.ts";
import { BenchError } from "./workloads/workload.ts";

const ENTRY = fileURLToPath(new URL("../agents/cli/arbiter.ts", import.meta.url));

/** Milliseconds between two questions whether it is ready. */
const PAUSE_MS = 20;

/** Milliseconds in which it has to be ready. */
const PATIENCE_MS = 300_000;

/** What it tells when all is well: that it begins, and what was mined. */
const EXPECTED = /^(?:health and metrics: |(?:worker|validator) 0x| {2}block \d+ {2}\w+ +0x)/;

/** Lines of its output that are kept, to tell with a failure. */
const LINES_KEPT = 20;

/** What memory it takes, in bytes. */
export interface Memory {
  /** Of the process. */
  readonly resident: number;
  /** Of the objects of all its threads after the last full garbage collection of each. */
  readonly heap: number;
}

/** What it was started with. */
export interface ServiceOrder {
  readonly name: string;
  readonly args: readonly string[];
  /** Its working folder, with its settings. */
  readonly folder: string;
}

/** The process of one service. */
export class SoakService {
  readonly #order: ServiceOrder;
  readonly #failures: Record<string, number>;
  #child: ChildProcessByStdio<null, Readable, Readable> | undefined;
  #heap = new HeapWatch();
  #url: string | undefined;
  #said: string[] = [];

  /** @param failures counts what it says that failed, by the line */
  constructor(order: ServiceOrder, failures: Record<string, number>) {
    this.#order = order;
    this.#failures = failures;
  }

  get name(): string {
    return this.#order.name;
  }

  /** Starts it, and gives the seconds until `/readyz` says yes. */
  async start(): Promise<number> {
    const begun = performance.now();
    const { args, folder } = this.#order;
    const child = spawn(process.execPath, ["--trace-gc", ENTRY, ...args, "--health-port", "0"], {
      ...{ cwd: folder, stdio: ["ignore", "pipe", "pipe"] },
      env: { ...process.env, INIT_CWD: folder, NO_COLOR: "1" },
    });
    [this.#child, this.#heap, this.#url, this.#said] = [child, new HeapWatch(), undefined, []];
    const heap = this.#heap;
    createInterface(child.stdout).on("line", (line) => {
      heap.hear(line);
    });
    createInterface(child.stderr).on("line", (line) => {
      if (child === this.#child) this.#hear(line);
    });
    await this.#until(async () => (await this.#get("/readyz"))?.ok === true, "being ready");
    return (performance.now() - begun) / 1000;
  }

  /** Waits until it has replayed all that it wants. */
  async replayed(): Promise<void> {
    await this.#until(async () => (await this.#metric("arbiter_fragments_waiting")) === 0, "having replayed");
  }

  /** Waits until it has replayed so many fragments since it was started. */
  async caughtUp(fragments: number): Promise<void> {
    const replayed = async (): Promise<number> => (await this.#metric("arbiter_replayed_fragments_total")) ?? 0;
    await this.#until(async () => (await replayed()) >= fragments, "having replayed all");
  }

  /** What memory it takes now. */
  async memory(): Promise<Memory> {
    return { resident: (await this.#metric("process_resident_memory_bytes")) ?? 0, heap: this.#heap.bytes };
  }

  /** As `kill -9` does: it has no time for anything. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    await new Promise((resolve) => {
      child.once("exit", resolve);
      child.kill("SIGKILL");
    });
  }

  /** @throws BenchError if it has ended by itself */
  requireAlive(): void {
    const code = this.#child?.exitCode;
    if (typeof code === "number")
      throw new BenchError(`the ${this.name} ended with code ${code}: ${this.#said.join(" ")}`);
  }

  #hear(line: string): void {
    this.#said = [...this.#said, line].slice(-LINES_KEPT);
    this.#url ??= /health and metrics: (http:\S+)/.exec(line)?.[1];
    if (EXPECTED.test(line)) return;
    // Of one kind, whatever it is about.
    const failure = `${this.name}: ${line.trim().replaceAll(/0x[\da-f]+|\d+/g, "…")}`;
    this.#failures[failure] = (this.#failures[failure] ?? 0) + 1;
  }

  async #metric(name: string): Promise<number | undefined> {
    const text = await (await this.#get("/metrics"))?.text();
    const value = new RegExp(`^${name} (\\S+)$`, "m").exec(text ?? "")?.[1];
    return value === undefined ? undefined : Number(value);
  }

  async #get(path: string): Promise<Response | undefined> {
    if (this.#url === undefined) return undefined;
    // It may not listen yet, or not any more.
    return fetch(this.#url + path).catch(() => undefined);
  }

  async #until(condition: () => Promise<boolean>, what: string): Promise<void> {
    for (const end = performance.now() + PATIENCE_MS; !(await condition());) {
      this.requireAlive();
      if (performance.now() > end)
        throw new BenchError(`the ${this.name} did not come to ${what}: ${this.#said.join(" ")}`);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}
