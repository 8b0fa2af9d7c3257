/**
 * Progress of a run on stderr: a line that rewrites itself on a terminal, a line now and then
 * elsewhere.
 */
import pc from "picocolors";
import { short } from "../../agents/cli/progress.ts";
import type { RunProgress } from "./conformance.ts";

/** Milliseconds between two lines. */
const TERMINAL_PERIOD = 100;
const LOG_PERIOD = 10_000;

/** Shows how far a run is. */
export class ProgressLine {
  readonly #stream: NodeJS.WriteStream;
  readonly #start = performance.now();
  #shown = performance.now();

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  update(progress: RunProgress): void {
    const now = performance.now();
    if (now - this.#shown < (this.#stream.isTTY ? TERMINAL_PERIOD : LOG_PERIOD)) return;
    this.#shown = now;
    const line = describeProgress(progress, (now - this.#start) / 1000);
    this.#stream.write(this.#stream.isTTY ? `\r\u001b[2K${pc.dim(line)}` : `${line}\n`);
  }

  clear(): void {
    if (this.#stream.isTTY) this.#stream.write("\r\u001b[2K");
  }
}

/** The line after so many seconds. */
export function describeProgress({ file, checks, steps, proven, share }: RunProgress, seconds: number): string {
  const rate =
    proven > 0
      ? `${short(proven)} steps on chain, ${short(proven / seconds)}/s`
      : `${short(steps)} steps, ${short(steps / seconds)}/s`;
  const left = share > 0 ? `, ${((seconds * (1 - share)) / share).toFixed(0)} s left` : "";
  return `${file}: ${short(checks)} commands, ${rate}, ${Math.floor(100 * share)} %${left}`;
}
