/**
 * Progress of long work on stderr: one line that rewrites itself on a terminal, a line now and then
 * elsewhere.
 */
import pc from "picocolors";
import { stderr } from "./channels.ts";
import { Printable, text } from "./printable.ts";

/** Milliseconds between two updates on a terminal, and where the output is kept. */
const TERMINAL_PERIOD = 100;
const LOG_PERIOD = 5_000;

/** Where long work reports how far it is. */
export interface Progress {
  /** How far a phase is; `total` in the same unit if it is known. */
  update(phase: string, done: number | bigint, total?: number | bigint): void;
  /** The phase is over: its line disappears from a terminal. */
  clear(): void;
}

/**
 * Reports on stderr. The rate and the time that remains are measured from the first update of a
 * phase.
 */
export function reportProgress(): Progress {
  const terminal = stderr.isTerminal;
  let phase = "";
  let begun = 0;
  let first = 0;
  let shown = 0;
  return {
    update(name, done, total) {
      const now = performance.now();
      if (name !== phase) {
        [phase, begun, first, shown] = [name, now, Number(done), terminal ? 0 : now];
      }
      if (now - shown < (terminal ? TERMINAL_PERIOD : LOG_PERIOD)) return;
      shown = now;
      const line = describe(name, { done: Number(done), first, seconds: (now - begun) / 1000 }, total);
      if (terminal) stderr.rewrite(Printable.painted(pc.dim, line));
      else stderr.line(text`${line}`);
    },
    clear() {
      if (terminal && phase !== "") stderr.rewrite();
      phase = "";
    },
  };
}

interface Measure {
  readonly done: number;
  readonly first: number;
  readonly seconds: number;
}

function describe(name: string, { done, first, seconds }: Measure, total?: number | bigint): string {
  const rate = seconds > 0 ? (done - first) / seconds : 0;
  const speed = rate > 0 ? `, ${short(rate)}/s` : "";
  if (total === undefined) return `${name}: ${short(done)}${speed}`;
  const share = Math.floor((100 * done) / Math.max(1, Number(total)));
  const left = rate > 0 ? `, ${((Number(total) - done) / rate).toFixed(0)} s left` : "";
  return `${name}: ${short(done)} of ${short(Number(total))} (${share} %)${speed}${left}`;
}

/** A count in three digits and a unit: 12.3 M. */
export function short(count: number): string {
  const units = ["", " k", " M", " G", " T"];
  let unit = 0;
  let value = count;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? Math.round(value) : value.toPrecision(3)}${units[unit] ?? ""}`;
}
