/**
 * Ends a process at a chosen effect: a write to its journal, a signature, a transaction handed over.
 * What is left of it may go on for a moment, but has no effect.
 */
import { custom, type Transport } from "viem";
import type { Signer } from "../chain/accounts/signer.ts";
import type { Journal } from "../chain/sender/outbox.ts";

/** When a process ends: before or after its n-th effect, from 1, counted over all its lives. */
export type Ends = ReadonlyMap<number, "before" | "after">;

/** What is thrown where a process has ended. */
export class Ended extends Error {
  override readonly name = "Ended";

  constructor() {
    super("the process has ended");
  }
}

/** Counts the effects of a service, from one life to the next. */
export class Effects {
  count = 0;
  readonly ends: Ends;

  constructor(ends: Ends) {
    this.ends = ends;
  }
}

/** One life. */
export class Life {
  readonly #effects: Effects;
  #isOver = false;

  constructor(effects: Effects) {
    this.#effects = effects;
  }

  /** Whether the process has ended. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Has an effect, unless the process ends before. */
  effect<T>(have: () => T): T {
    if (this.#isOver) throw new Ended();
    this.#effects.count++;
    const end = this.#effects.ends.get(this.#effects.count);
    if (end === "before") this.#end();
    const result = have();
    if (end !== "after") return result;
    this.#isOver = true;
    if (result instanceof Promise) return result.then(() => this.#end()) as T;
    this.#end();
  }

  #end(): never {
    this.#isOver = true;
    throw new Ended();
  }
}

/** The journal of a life, on a disk that may be full. */
export function mortalJournal(journal: Journal, life: Life, isFull: () => boolean): Journal {
  const written = (write: () => void): void => {
    life.effect(() => {
      if (isFull()) throw new Error("database or disk is full");
      write();
    });
  };
  return {
    flights: () => journal.flights(),
    sign: (...args) => {
      written(() => {
        journal.sign(...args);
      });
    },
    show: (hash) => {
      written(() => {
        journal.show(hash);
      });
    },
    note: (flights) => {
      if (flights.length > 0)
        written(() => {
          journal.note(flights);
        });
    },
    retire: (flights) => {
      if (flights.length > 0)
        written(() => {
          journal.retire(flights);
        });
    },
  };
}

/** The signer of a life. */
export function mortalSigner({ address, signTransaction }: Signer, life: Life): Signer {
  return { address, signTransaction: async (transaction) => life.effect(() => signTransaction(transaction)) };
}

/** The way by which a life hands transactions over. */
export function mortalTransport(transport: Transport, life: Life): Transport {
  const { request } = transport({ retryCount: 0 });
  const mortal = async (args: unknown): Promise<unknown> => life.effect(() => request(args as never));
  return custom({ request: mortal }, { retryCount: 0 });
}
