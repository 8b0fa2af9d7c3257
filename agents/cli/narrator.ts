/**
 * Tells what happens while it happens: chapters, transactions with their gas, progress of the work
 * off chain.
 */
import pc from "picocolors";
import type { Narrator } from "../scenario/narrator.ts";
import type { Channel } from "./channels.ts";
import { Printable, text } from "./printable.ts";
import { reportProgress } from "./progress.ts";

/** Numbers with separators. */
export function grouped(value: bigint | number): string {
  return value.toLocaleString("en-US");
}

/** A narrator that writes to a channel; progress goes to stderr. */
export function narratorOn(channel: Channel): Narrator {
  const progress = reportProgress();
  const line = (content: Printable): void => {
    progress.clear();
    channel.line(content);
  };
  return {
    chapter: (title) => line(text`\n${Printable.painted(pc.bold, title)}`),
    fact: (fact) => line(text`  ${fact}`),
    sent: (name, { label, gas, calldataBytes }) => {
      const cost = text`${grouped(gas).padStart(11)} gas ${grouped(calldataBytes).padStart(7)} bytes`;
      line(text`  ${name.padEnd(17)} ${label.padEnd(12)} ${Printable.painted(pc.dim, cost)}`);
    },
    progress: (work, done, total) => progress.update(work, done, total),
  };
}
