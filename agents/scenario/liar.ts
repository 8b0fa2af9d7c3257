/**
 * A worker that lies about one step. It replays honestly what it reads from the chain, decides
 * where to lie, claims what follows from the lie, and defends it in disputes.
 */
import type { Trace } from "../../verifier/history/trace.ts";
import { FragmentRun } from "../../verifier/program/fragment.ts";
import { initialState, load } from "../../verifier/state/program.ts";
import { type HonestFragment, planLie, type PlannedLie, type Wish } from "../players/adversaries/lie-plan.ts";
import { BUDGET } from "../stage/deal.ts";
import type { Look } from "../chain/look.ts";
import { garbageBook } from "../players/adversaries/garbage.ts";
import type { Strategy } from "../players/adversaries/registry.ts";
import type { Agent } from "../stage/turns.ts";
import { Histories } from "../validator/histories.ts";
import { Validator, type ValidatorSetup } from "../validator/validator.ts";
import { Replay } from "../worker/replay.ts";
import { Worker } from "../worker/worker.ts";
import { historyFrom, honestReplay, honestRun, type Means } from "./means.ts";
import { SceneReplayer } from "./scene-replayer.ts";

/** What a liar has decided. */
export interface Plan {
  readonly lie: PlannedLie;
  /** The fragments that the chain had, as far as the program ran them. */
  readonly honest: readonly HonestFragment[];
  /** How many fragments the chain had. */
  readonly submitted: number;
}

/** What a liar works with. */
export interface LiarSetup extends Omit<ValidatorSetup, "replayer" | "twist"> {
  readonly means: Means;
  readonly strategy: Strategy;
  /** What a claim is worth to it, in wei. */
  readonly worth: bigint;
  readonly wish: Wish;
  /** Hears of the lie when it has been decided. */
  readonly onPlan: (plan: Plan) => void;
}

/** A liar's account at work on one Deal. */
export class Liar implements Agent {
  readonly #setup: LiarSetup;
  #roles: Roles | undefined;
  #lying: Trace | undefined;

  constructor(setup: LiarSetup) {
    this.#setup = setup;
  }

  /** The history with the lie in it; undefined until the liar has decided on one. */
  get history(): Trace | undefined {
    return this.#lying;
  }

  /**
   * Does what is to be done now; nothing as long as it has not decided where to lie. It claims as
   * fast as it can, so that nobody else comes first.
   */
  async look(): Promise<Look> {
    if (this.#roles === undefined) return { sent: 0, failures: [], warnings: [], problems: [] };
    const { worker, validator } = this.#roles;
    const looks = [await worker.look()];
    while (looks.at(-1)?.sent !== 0) looks.push(await worker.look());
    looks.push(await validator.look());
    return {
      sent: looks.reduce((sum, { sent }) => sum + sent, 0),
      failures: looks.flatMap(({ failures }) => failures),
      warnings: looks.flatMap(({ warnings }) => warnings),
      problems: looks.flatMap(({ problems }) => problems),
    };
  }

  /**
   * Decides where to lie, then computes what its looks have asked for.
   *
   * @throws LieError if the lie cannot be told where it is wished for
   */
  async settled(): Promise<boolean> {
    if (this.#roles !== undefined) return this.#roles.replayer.settled();
    this.#roles = await this.#decide();
    return true;
  }

  /**
   * Runs what the chain has, decides on a lie, and becomes a worker and a validator that believe in
   * it.
   */
  async #decide(): Promise<Roles> {
    const { means, wish, onPlan, chain, deal, self, outbox, tournaments, strategy, worth } = this.#setup;
    const { fragments, head: root } = await deal.view();
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
      if (fragment.index > lie.fragment || strategy.belief === "garbage") return run(before, fragment);
      const initial = load(before, fragment.input, BUDGET);
      this.#lying = historyFrom(initial, means, [lie]);
      return new FragmentRun(initial, this.#lying.stateAt(BUDGET + 1n), this.#lying.halt());
    });
    const histories = new Histories(({ initial }, fragment) =>
      fragment === lie.fragment && this.#lying !== undefined ? this.#lying : historyFrom(initial, means),
    );
    const book = garbageBook(self, means.heights);
    const invention = strategy.belief === "garbage" ? { index: lie.fragment, book } : undefined;
    const replayer = new SceneReplayer(replay, histories, invention);
    replayer.follow({ fragments, final: 0, head: { index: 0, root } });
    replayer.want(fragments.map(({ id }) => id));
    await replayer.settled();
    const { period } = tournaments.params;
    const worker = new Worker({ chain, deal, self, replayer, outbox, period, worth });
    const validator = new Validator({ ...this.#setup, replayer, twist: strategy.twist });
    return { worker, validator, replayer };
  }
}

/** What a liar becomes once it has decided. */
interface Roles {
  readonly worker: Worker;
  readonly validator: Validator;
  readonly replayer: SceneReplayer;
}
