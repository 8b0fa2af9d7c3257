/** Tells what happens while it happens: chapters, transactions with their gas, progress of the work off chain. */
import pc from "picocolors";
import type { Narrator } from "../scenario/deal.ts";
import { reportProgress } from "./progress.ts";

/** Numbers with separators. */
export function grouped(value: bigint | number): string {
  return value.toLocaleString("en-US");
}

/** A narrator that writes to a stream; progress goes to stderr. */
export function narratorOn(stream: NodeJS.WriteStream): Narrator {
  const progress = reportProgress();
  const line = (text: string): void => {
    progress.clear();
    stream.write(`${text}\n`);
  };
  return {
    chapter: (title) => line(`\n${pc.bold(title)}`),
    fact: (text) => line(`  ${text}`),
    sent: (name, { label, gas, calldataBytes }) => {
      const cost = `${grouped(gas).padStart(11)} gas ${grouped(calldataBytes).padStart(7)} bytes`;
      line(`  ${name.padEnd(17)} ${label.padEnd(12)} ${pc.dim(cost)}`);
    },
    progress: (name, { level, done, total }) => progress.update(`${name}, level ${level}`, done, total),
  };
}
