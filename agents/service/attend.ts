/** The life of a service: it looks at each new block of the chain, and does what is to be done. */
import { setTimeout } from "node:timers/promises";

/** What a service is given to live with. */
export interface Attendance {
  /** Number of the latest block. */
  readonly head: () => Promise<bigint>;
  /** Looks once, and acts; tells whether there may be more to do at once. */
  readonly look: (head: bigint) => Promise<boolean>;
  /** Whether anything else than the chain has news since the last call: then it looks once more. */
  readonly stirred?: () => boolean;
  /** Hears of a look that failed; the next one is made all the same. */
  readonly onFailure: (failure: unknown) => void;
  /** Seconds between two questions for the head. */
  readonly interval: number;
  /**
   * Seconds after which it looks again at a chain that stands still: something may wait for its
   * time, and a node may have lost what it was sent.
   */
  readonly idle?: number;
  /** Ends the service after the look that it is in. */
  readonly signal: AbortSignal;
}

/** Looks at one block, lest a service that always finds something to do misses the news. */
const LOOKS_A_BLOCK = 64;

/** Longest wait after failures, in seconds. */
const LONGEST_WAIT = 30;

/** As long as a block of Ethereum takes. */
const IDLE = 12;

/** Serves until the signal. After failures it waits longer, and tries again. */
export async function attend(attendance: Attendance): Promise<void> {
  const { head, look, stirred, onFailure, interval, idle = IDLE, signal } = attendance;
  let seen: bigint | undefined;
  let looked = -Infinity;
  let failures = 0;
  while (!signal.aborted) {
    try {
      const number = await head();
      const news = stirred?.() ?? false;
      const still = performance.now() - looked >= idle * 1000;
      if (news || still || number !== seen) {
        await lookAt(number, look, signal);
        looked = performance.now();
      }
      seen = number;
      failures = 0;
    } catch (failure) {
      failures += 1;
      onFailure(failure);
    }
    const wait = Math.min(interval * 2 ** Math.min(failures, 10), Math.max(interval, LONGEST_WAIT));
    await setTimeout(wait * 1000, undefined, { signal }).catch(() => undefined);
  }
}

async function lookAt(number: bigint, look: Attendance["look"], signal: AbortSignal): Promise<void> {
  for (let looks = 0; looks < LOOKS_A_BLOCK && !signal.aborted; looks++) {
    if (!(await look(number))) return;
  }
}
