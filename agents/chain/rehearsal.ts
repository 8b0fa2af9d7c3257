/** An outbox that sends nothing: it tries what is wanted against the chain as it is, and tells it. */
import type { Address } from "viem";
import { isEarly, isOvertaken } from "./attempt.ts";
import type { Call } from "./call.ts";
import type { Failure, Intent, Outbox, Outcome } from "./intent.ts";

/** What a rehearsal works with. */
export interface RehearsalSetup {
  /** Throws `CallRefused` if a call would revert. */
  readonly rehearse: (from: Address, call: Call) => Promise<void>;
  /** Hears of an intent that would be sent: once for as long as it is wanted. */
  readonly tell: (intent: Intent, now: number) => void;
}

/** Rehearses for a service. */
export class Rehearsal implements Outbox {
  readonly #setup: RehearsalSetup;
  /** Keys of what is wanted and was told. */
  #told = new Set<string>();

  constructor(setup: RehearsalSetup) {
    this.#setup = setup;
  }

  async carryOut(intents: readonly Intent[], now: number): Promise<Outcome> {
    const failures: Failure[] = [];
    const told = new Set<string>();
    for (const intent of intents) {
      if (now >= intent.deadline || told.has(intent.key)) continue;
      if (!this.#told.has(intent.key)) {
        try {
          await this.#setup.rehearse(intent.from, intent.call);
        } catch (cause) {
          if (!isOvertaken(cause) && !isEarly(cause)) failures.push({ intent, cause });
          continue;
        }
        this.#setup.tell(intent, now);
      }
      told.add(intent.key);
    }
    this.#told = told;
    return { sent: 0, failures };
  }
}
