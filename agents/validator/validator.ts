/**
 * A validator: has every fragment of a Deal replayed, challenges each claim that is wrong, and
 * plays for the truth in every dispute, its own or somebody else's, until the verdict is applied.
 */
import type { Hex } from "viem";
import type { Chain } from "../chain/chain.ts";
import type { DealLog, DealView } from "../chain/deal-log.ts";
import type { Duty } from "../chain/duty.ts";
import type { Outbox } from "../chain/intent.ts";
import type { Look, Service, Warning } from "../chain/look.ts";
import type { TournamentLog } from "../chain/tournament-log.ts";
import type { Rules } from "../game/rules.ts";
import type { Announcement, GameState } from "../game/types.ts";
import type { Twist } from "../players/play.ts";
import { Lineups } from "../worker/lineups.ts";
import { replayProblems } from "../worker/replay-problems.ts";
import type { Runs } from "../worker/runs.ts";
import { type Decided, openQuestions, validatorActions } from "./actions.ts";
import { disagreements } from "./disagreements.ts";
import { guard } from "./guard.ts";
import { moneyWarnings } from "./money.ts";
import type { Mode } from "./modes.ts";
import type { Own } from "./own.ts";
import { firstUseful, wantedRuns } from "./wanted.ts";

/** What a validator works with. */
export interface ValidatorSetup {
  readonly chain: Pick<Chain, "now" | "balance">;
  readonly deal: Pick<DealLog, "address" | "view">;
  readonly tournaments: Pick<TournamentLog, "address" | "params" | "state" | "announced">;
  readonly self: Hex;
  /** Of this validator alone: it is told what this validator reads. */
  readonly replayer: Runs;
  readonly outbox: Outbox;
  /** 32 bytes that blind what is announced for a tournament. */
  readonly saltOf: (tournament: Hex) => Hex;
  /** What it may do; everything by default. */
  readonly mode?: Mode | undefined;
  /**
   * Seconds that a claim must be old before a bond is announced for it: `SETTLING`, or 0 by default,
   * for a chain that never replaces a block.
   */
  readonly settling?: number | undefined;
  /** What it leaves out or spoils; an honest validator has none. */
  readonly twist?: Twist | undefined;
  /** Executes a step from its witness; that of the machine by default. */
  readonly step?: Rules["step"] | undefined;
  /** Which runs may be let go; by default what was decided half an hour ago. */
  readonly lineups?: Lineups;
}

/** A validator's account at work on one Deal. */
export class Validator implements Service {
  readonly #setup: ValidatorSetup;
  readonly #lineups: Lineups;
  /** Announcements for finished tournaments that wait for no refund. */
  readonly #refunded = new Set<Hex>();

  constructor(setup: ValidatorSetup) {
    this.#setup = setup;
    this.#lineups = setup.lineups ?? new Lineups();
  }

  /** Looks at the Deal and at its disputes, and has carried out what they ask for. */
  async look(): Promise<Look> {
    const { chain, deal, tournaments, self, replayer, outbox, mode, twist } = this.#setup;
    const { params } = tournaments;
    const problems: unknown[] = [];
    const [view, state, now, wallet] = await Promise.all([
      ...([deal.view(), tournaments.state(), chain.now()] as const),
      // Who does not know what it has fetches first what it is owed.
      chain.balance(self).catch((problem: unknown) => {
        problems.push(problem);
        return 0n;
      }),
    ]);
    const contracts = { deal: deal.address, tournament: tournaments.address };
    const { saltOf, settling } = this.#setup;
    const own: Own = { self, contracts, params, runs: replayer, saltOf, wallet, mode, settling, twist };
    replayer.follow(await this.#lineups.of(view, firstUseful(view, state, own, now), now));
    const { game, decided } = await this.#decide(view, state, own, now, problems);
    replayer.want(wantedRuns(view, own));
    const { duties } = decided;
    const { allowed, refused } =
      twist === undefined ? guard(duties, game, params, now, this.#setup.step) : { allowed: duties, refused: [] };
    const { sent, failures } = await outbox.carryOut(allowed, now);
    const warnings: Warning[] = disagreements(view, game, own, now);
    try {
      warnings.push(...moneyWarnings(view, game, own, now));
    } catch (problem) {
      problems.push(problem);
    }
    return {
      sent,
      failures: [...refused, ...failures],
      warnings,
      problems: [...problems, ...decided.problems, ...replayProblems(view, replayer)],
    };
  }

  /** Decides; asks the chain about those announcements only that hang on the answer. */
  async #decide(
    view: DealView,
    state: GameState,
    own: Own,
    now: number,
    problems: unknown[],
  ): Promise<{ game: GameState; decided: Decided }> {
    const announced = new Map<Hex, Announcement>();
    const unknown = new Set<Hex>();
    const { hashes, refunds, problems: torn } = openQuestions(view, state, own, now);
    problems.push(...torn);
    const late = new Set(refunds);
    for (const hash of this.#refunded) if (!late.has(hash)) this.#refunded.delete(hash);
    for (const hash of [...hashes, ...late].filter((one) => !this.#refunded.has(one))) {
      try {
        const found = await this.#setup.tournaments.announced(hash);
        if (found !== undefined) announced.set(hash, found);
        else if (late.has(hash)) this.#refunded.add(hash);
      } catch (problem) {
        problems.push(problem);
        unknown.add(hash);
      }
    }
    const game = { ...state, announced };
    const decided = validatorActions(view, game, own, now);
    const duties = decided.duties.filter(
      ({ deed }: Duty) => deed.kind !== "announce" || !unknown.has(deed.announcement),
    );
    return { game, decided: { ...decided, duties } };
  }
}
