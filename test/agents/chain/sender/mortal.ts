/** A sender that ends at its n-th effect: a write to the journal, a signature, a transaction handed over. */
import { custom, type EIP1193RequestFn, http, type PublicClient } from "viem";
import type { Signer } from "../../../../agents/chain/accounts/signer.ts";
import { Sender } from "../../../../agents/chain/sender/outbox.ts";
import type { Intents } from "../../../../agents/store/intents.ts";
import { ACCOUNT } from "./sender-world.ts";

/** When it ends. */
export interface End {
  /** At which effect, from 1. */
  readonly effect: number;
  readonly when: "before" | "after";
  /** Ends it; what is left of it may go on, but has no effect. */
  readonly die: () => never;
}

/** Counts effects. */
export interface Life {
  effects: number;
}

/** Makes a sender on a node that ends where it is told. */
export function mortalSender(
  url: string,
  reader: PublicClient,
  chainId: number,
  intents: Intents,
  life: Life,
  end?: End,
  signer: Signer = ACCOUNT,
): Sender {
  const next = (): "before" | "after" | undefined => {
    life.effects += 1;
    if (end === undefined || life.effects < end.effect) return undefined;
    // Nothing happens after the end.
    return life.effects > end.effect ? "before" : end.when;
  };
  function effect<T>(have: () => T): T {
    const dies = next();
    if (dies === "before") end?.die();
    const result = have();
    if (dies === "after") {
      if (result instanceof Promise) return result.then(() => end?.die()) as T;
      end?.die();
    }
    return result;
  }
  const node = http(url)({});
  const request: EIP1193RequestFn = (args) => effect(() => node.request(args));
  return new Sender({
    chainId,
    reader,
    endpoints: { open: [custom({ request: async (args) => request(args as never) }, { retryCount: 0 })] },
    signer: {
      address: signer.address,
      signTransaction: async (transaction) => effect(() => signer.signTransaction(transaction)),
    },
    journal: {
      flights: () => intents.flights(),
      sign: (...args) => effect(() => intents.sign(...args)),
      show: (hash) => effect(() => intents.show(hash)),
      note: (flights) => effect(() => intents.note(flights)),
      retire: (flights) => effect(() => intents.retire(flights)),
    },
  });
}
