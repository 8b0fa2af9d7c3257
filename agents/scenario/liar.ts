/**
 * A worker that lies about one step. It replays honestly what it reads from the chain, decides
 * where to lie, claims what follows from the lie, and defends it in disputes.
 */
import type { Trace } from "../../verifier/history/trace.ts";
import { FragmentRun } from "../../verifier/program/fragment.ts";
import { initialState, load } from "../../verifier/state/program.ts";
import { SELFISH } from "../players/adversaries/habits.ts";
import { type HonestFragment, planLie, type PlannedLie, type Wish } from "../players/adversaries/lie-plan.ts";
import { BUDGET } from "../stage/deal.ts";
import type { Agent } from "../stage/turns.ts";
import { Histories } from "../validator/histories.ts";
import { Validator, type ValidatorSetup } from "../validator/validator.ts";
import { Replay } from "../worker/replay.ts";
import { Worker } from "../worker/worker.ts";
import { historyFrom, honestReplay, honestRun, type Means } from "./means.ts";

/** What a liar has decided. */
export interface Plan {
  readonly lie: PlannedLie;
  /** The fragments that the chain had, as far as the program ran them. */
  readonly honest: readonly HonestFragment[];
  /** How many fragments the chain had. */
  readonly submitted: number;
}

/** What a liar works with. */
export interface LiarSetup extends Omit<ValidatorSetup, "replay" | "histories" | "habits"> {
  readonly means: Means;
  readonly wish: Wish;
  /** Hears of the lie when it has been decided. */
  readonly onPlan: (plan: Plan) => void;
}

/** A liar's account at work on one Deal. */
export class Liar implements Agent {
  readonly #setup: LiarSetup;
  #parts: readonly Agent[] | undefined;
  #lying: Trace | undefined;

  constructor(setup: LiarSetup) {
    this.#setup = setup;
  }

  /** The history with the lie in it; undefined until the liar has decided on one. */
  get history(): Trace | undefined {
    return this.#lying;
  }

  /**
   * Does what is to be done now; tells whether there was anything.
   *
   * @throws LieError if the lie cannot be told where it is wished for
   */
  async poll(): Promise<boolean> {
    this.#parts ??= await this.#decide();
    for (const part of this.#parts) if (await part.poll()) return true;
    return false;
  }

  /**
   * Runs what the chain has, decides on a lie, and becomes a worker and a validator that believe in
   * it.
   */
  async #decide(): Promise<readonly Agent[]> {
    const { means, wish, onPlan, chain, deal, self, tournaments } = this.#setup;
    const { fragments } = await deal.view();
    const truth = honestReplay(means);
    const honest: HonestFragment[] = [];
    for (const fragment of fragments) {
      if (truth.endedBefore(fragment.index)) break;
      const { initial, steps } = truth.run(fragment);
      honest.push({ steps, trace: historyFrom(initial, means) });
    }
    const lie = planLie(honest, wish, means.executor);
    onPlan({ lie, honest, submitted: fragments.length });

    const run = honestRun(means);
    const replay = new Replay(initialState(means.program.image), (before, fragment) => {
      if (fragment.index < lie.fragment) return truth.run(fragment);
      if (fragment.index > lie.fragment) return run(before, fragment);
      const initial = load(before, fragment.input, BUDGET);
      this.#lying = historyFrom(initial, means, [lie]);
      return new FragmentRun(initial, this.#lying.stateAt(BUDGET + 1n), this.#lying.halt());
    });
    const histories = new Histories(({ initial }, fragment) =>
      fragment === lie.fragment && this.#lying !== undefined ? this.#lying : historyFrom(initial, means),
    );
    const worker = new Worker(chain, deal, self, replay, tournaments.params.period);
    return [worker, new Validator({ ...this.#setup, replay, histories, habits: SELFISH })];
  }
}
