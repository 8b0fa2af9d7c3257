/** A replayer that computes in the process that asks, between its other work: for small things. */
import { Calculator } from "./calculator.ts";
import { Client, type ClientSetup } from "./client.ts";
import type { MakeComputation } from "./computation.ts";
import type { Replayer } from "./replayer.ts";
import type { StateStore } from "./state-store.ts";

/** What a replayer in this process is made of. */
export interface InProcessSetup extends Omit<ClientSetup, "connect"> {
  readonly make: MakeComputation;
  readonly store?: StateStore | undefined;
}

/** Makes one. */
export function replayerInProcess({ make, store, ...setup }: InProcessSetup): Replayer {
  return new Client({
    ...setup,
    connect(hear) {
      const calculator = new Calculator({ make, store, answer: hear });
      return {
        // Later, as between threads: whoever asks is not answered in the middle of it.
        post: (question) => {
          queueMicrotask(() => {
            calculator.receive(question);
          });
        },
        end: () => Promise.resolve(),
      };
    },
  });
}
