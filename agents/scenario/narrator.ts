/** Who hears of a play while it goes on. */
import type { Sent } from "../chain/chain.ts";

/** Hears what happens. */
export interface Narrator {
  /** A chapter begins. */
  chapter(title: string): void;
  /** A fact worth a line. */
  fact(line: string): void;
  /** Somebody sent a transaction. */
  sent(name: string, sent: Sent): void;
  /** Work off chain goes on; `done` and `total` in steps, `total` if it is known. */
  progress(work: string, done: bigint, total?: bigint): void;
}
