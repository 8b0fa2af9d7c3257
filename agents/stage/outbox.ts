/**
 * The outbox of the embedded chain, whose accounts are unlocked and which mines at once: waits for
 * each receipt, so that an intent sees what the one before it has done.
 */
import { attempt } from "../chain/attempt.ts";
import type { Chain } from "../chain/chain.ts";
import type { Failure, Intent, Outbox, Outcome } from "../chain/intent.ts";

/** Sends to a chain that mines at once. */
export class StageOutbox implements Outbox {
  readonly #chain: Chain;

  constructor(chain: Chain) {
    this.#chain = chain;
  }

  /** Sends one intent after the other. What has been overtaken is neither sent nor a failure. */
  async carryOut(intents: readonly Intent[]): Promise<Outcome> {
    let sent = 0;
    const failures: Failure[] = [];
    for (const intent of intents) {
      try {
        if (await attempt(this.#chain, intent.from, intent.call)) sent++;
      } catch (cause) {
        failures.push({ intent, cause });
      }
    }
    return { sent, failures };
  }
}
