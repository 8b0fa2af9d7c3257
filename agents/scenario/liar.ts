/**
 * A worker that lies about one step. It replays honestly what it reads from the chain, decides
 * where to lie, claims what follows from the lie, and defends it in disputes.
 */
import type { Trace } from "../../verifier/history/trace.ts";
import type { HonestFragment, PlannedLie, Wish } from "../players/adversaries/lie-plan.ts";
import { settledAfter } from "../chain/finality.ts";
import type { Look } from "../chain/look.ts";
import type { Strategy } from "../players/adversaries/registry.ts";
import type { ComputationParts } from "../replay/computation.ts";
import type { Agent } from "../stage/turns.ts";
import { Validator, type ValidatorSetup } from "../validator/validator.ts";
import { Lineups } from "../worker/lineups.ts";
import { Worker } from "../worker/worker.ts";
import { decideLie } from "./falsehood.ts";
import type { StagedReplayer } from "./staged-replayer.ts";

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
  readonly means: ComputationParts;
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

  constructor(setup: LiarSetup) {
    this.#setup = setup;
  }

  /** The history with the lie in it; undefined until a dispute has asked for something of it. */
  get history(): Trace | undefined {
    return this.#roles?.replayer.history(this.#roles.lie.fragment);
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
    const { lie, honest, replayer, believed } = await decideLie(means, strategy, fragments, wish, self);
    onPlan({ lie, honest, submitted: fragments.length });
    replayer.follow({ fragments, final: 0, head: { index: 0, root } });
    replayer.want(fragments.map(({ id }) => id));
    await replayer.settled();
    const { period } = tournaments.params;
    const lineups = new Lineups(settledAfter(Infinity));
    const worker = new Worker({ chain, deal, self, replayer: believed, outbox, period, worth, lineups });
    const validator = new Validator({ ...this.#setup, replayer: believed, lineups, twist: strategy.twist });
    return { worker, validator, replayer, lie };
  }
}

/** What a liar becomes once it has decided. */
interface Roles {
  readonly worker: Worker;
  readonly validator: Validator;
  readonly replayer: StagedReplayer;
  readonly lie: PlannedLie;
}
