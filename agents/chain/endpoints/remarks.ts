/** Remarks about endpoints for somebody who reads them: each once, and again if it stays so. */
import type { Remark } from "./ballot.ts";

/** Milliseconds after which the same is told again. */
const AGAIN = 60_000;

/** Passes on what is new. */
export class Remarks {
  readonly #tell: (line: string) => void;
  readonly #told = new Map<string, number>();

  constructor(tell: (line: string) => void) {
    this.#tell = tell;
  }

  /** A remark was made. */
  add({ endpoint, kind, text }: Remark, now = performance.now()): void {
    const name = `${endpoint} ${kind}`;
    if (now < (this.#told.get(name) ?? -Infinity) + AGAIN) return;
    this.#told.set(name, now);
    this.#tell(`${endpoint} ${kind}: ${text}`);
  }
}
