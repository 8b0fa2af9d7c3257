/**
 * A worker that lies on purpose, about one fragment of a real Deal, so that somebody sees what his
 * own validator does. It means to lose: if nobody challenges it, or plays on, it does so itself.
 */
import type { Hex } from "viem";
import { Crash } from "../../verifier/errors.ts";
import { type ClaimView, type DealView, type Fragment, fragmentAt, isPending } from "../chain/deal-log.ts";
import type { Duty } from "../chain/duty.ts";
import type { Intent, Outbox, Outcome } from "../chain/intent.ts";
import type { Look, Service } from "../chain/look.ts";
import type { Strategy } from "../players/adversaries/registry.ts";
import type { GameState } from "../game/types.ts";
import { type ComputationParts, honestComputation } from "../replay/computation.ts";
import { outlook } from "../players/outlook.ts";
import { isAbout } from "../validator/by-hand.ts";
import { type Own, runBelow, tournamentOf } from "../validator/own.ts";
import { Validator, type ValidatorSetup } from "../validator/validator.ts";
import { Lineups } from "../worker/lineups.ts";
import { Worker } from "../worker/worker.ts";
import { decideLie, type Falsehood } from "./falsehood.ts";
import { StagedReplayer } from "./staged-replayer.ts";

/** What a drill works with. */
export interface DrillSetup extends Omit<ValidatorSetup, "replayer" | "twist" | "mode" | "lineups"> {
  readonly means: ComputationParts;
  readonly strategy: Strategy;
  /** What a claim may cost in fees, in wei. */
  readonly worth: bigint;
  /** Hears what happens, in one line. */
  readonly note: (line: string) => void;
  /** Hears how it ended. */
  readonly onEnd: (ending: DrillEnding) => void;
}

/** How a drill ended. Instants are in seconds of the chain's time. */
export interface DrillEnding {
  readonly fragment: number;
  readonly claim: Hex;
  /** `struck`: the lie has lost. `dead`: another claim before it has. */
  readonly phase: ClaimView["phase"];
  readonly claimedAt: number;
  /** When somebody disputed it; undefined if nobody did. */
  readonly disputedAt: number | undefined;
  readonly endedAt: number;
  /** Who has stood for the truth in the dispute. */
  readonly challenger: Hex | undefined;
  /** Whether the drill had to play against itself. */
  readonly rescued: boolean;
}

/**
 * The part of the period after which the drill turns against its own lie, in hundredths: of the
 * window if nobody challenges, of a clock if nobody moves.
 */
const RESCUE = 75;

/** Nothing is let go: a lie is told on top of all that was ever run. */
const KEEPING = new Lineups(() => Promise.resolve(0));

/** A lie that is decided, and who plays for it. */
interface Lying extends Falsehood {
  readonly fragment: Fragment;
  readonly worker: Worker;
  readonly validator: Validator;
}

/** What a look sees. */
interface Seen {
  readonly view: DealView;
  readonly game: GameState;
  readonly now: number;
}

/** Lies once, and sees to it that the lie loses. */
export class Drill implements Service {
  readonly #setup: DrillSetup;
  readonly #truth: StagedReplayer;
  readonly #honest: Validator;
  readonly #gathered = new Gathered();
  #lying: Lying | undefined;
  #claim: Hex | undefined;
  #rescued = false;
  #isOver = false;

  constructor(setup: DrillSetup) {
    this.#setup = setup;
    this.#truth = new StagedReplayer(honestComputation(setup.means), setup.means);
    this.#honest = new Validator({ ...setup, replayer: this.#truth, outbox: this.#gathered, lineups: KEEPING });
  }

  async look(): Promise<Look> {
    const { deal, tournaments, chain, outbox } = this.#setup;
    const [view, game, now] = await Promise.all([deal.view(), tournaments.state(), chain.now()]);
    const seen: Seen = { view, game, now };
    await this.#know(view);
    const claim = this.#ownLie(view);
    if (this.#isOver) return { sent: 0, failures: [], warnings: [], problems: [] };
    const look = claim === undefined ? await this.#lie(view) : await this.#defend(claim, seen);
    const wanted = this.#gathered.take().filter((duty) => this.#isOfDrill(duty, claim, seen));
    const { sent, failures } = await outbox.carryOut(wanted, now);
    return { sent, failures, warnings: [], problems: look?.problems ?? [] };
  }

  /** Runs everything honestly. */
  async #know(view: DealView): Promise<void> {
    this.#truth.follow(await KEEPING.of(view, 0, 0));
    this.#truth.want(view.fragments.map(({ id }) => id));
    await this.#truth.settled();
  }

  /** The claim of this drill, or of an earlier one that was interrupted. */
  #ownLie(view: DealView): ClaimView | undefined {
    const { self } = this.#setup;
    const known = this.#claim === undefined ? undefined : view.claims.get(this.#claim);
    if (known !== undefined) return known;
    const found = [...view.claims.values()].find((claim) => {
      const run = runBelow(view, claim, { runs: this.#truth });
      return claim.worker === self && isPending(claim) && run !== undefined && run.final.root !== claim.finalState;
    });
    this.#claim = found?.id;
    if (found !== undefined) this.#setup.note(`fragment ${found.fragment}: the false claim ${found.id} is made`);
    return found;
  }

  /** Claims falsely whatever comes next. */
  async #lie(view: DealView): Promise<Look | undefined> {
    const fragment = this.#nextFragment(view);
    if (fragment === undefined) return undefined;
    if (this.#lying?.fragment.id !== fragment.id) this.#lying = await this.#decide(view, fragment);
    return this.#lying.worker.look();
  }

  /** The fragment that can be claimed now, if all claims before it are true. */
  #nextFragment(view: DealView): Fragment | undefined {
    const pending = [...view.claims.values()].filter(isPending);
    const isTrue = (claim: ClaimView): boolean =>
      runBelow(view, claim, { runs: this.#truth })?.final.root === claim.finalState;
    if (view.hidden || view.ended || !pending.every(isTrue)) return undefined;
    return fragmentAt(view, view.resolved + pending.length);
  }

  async #decide(view: DealView, fragment: Fragment): Promise<Lying> {
    const { means, strategy, self, chain, deal, tournaments, worth, note } = this.#setup;
    const upTo = view.fragments.filter(({ index }) => index <= fragment.index);
    const falsehood = await decideLie(means, strategy, upTo, { fragment: fragment.index }, self);
    const { lie, believed, replayer } = falsehood;
    const what = strategy.belief === "lie" ? `lies about step ${lie.step} of` : "invents the end of";
    note(`the drill ${what} fragment ${fragment.index}, and plays as ${strategy.name}`);
    const parts = { ...this.#setup, replayer: believed, outbox: this.#gathered, lineups: KEEPING };
    replayer.follow(await KEEPING.of({ ...view, fragments: upTo }, 0, 0));
    replayer.want(upTo.map(({ id }) => id));
    await replayer.settled();
    return {
      ...{ ...falsehood, fragment },
      worker: new Worker({ ...parts, chain, deal, self, period: tournaments.params.period, worth }),
      validator: new Validator({ ...parts, twist: strategy.twist }),
    };
  }

  /** Plays for the lie; or against it, when nobody has challenged it in time. */
  async #defend(claim: ClaimView, { view, game, now }: Seen): Promise<Look | undefined> {
    const { note, tournaments } = this.#setup;
    if (claim.phase !== "open" && claim.phase !== "disputed") {
      this.#end(claim, { view, game, now });
      return undefined;
    }
    const { period } = tournaments.params;
    if (!this.#rescued && 100 * this.#timeLeft(claim, { view, game, now }) <= (100 - RESCUE) * period) {
      this.#rescued = true;
      note(
        claim.phase === "open"
          ? "NOBODY HAS CHALLENGED THE LIE: the drill challenges it itself"
          : "NOBODY PLAYS FOR THE TRUTH: the drill does it itself",
      );
    }
    if (this.#rescued) {
      const look = await this.#honest.look();
      await this.#truth.settled();
      return look;
    }
    const fragment = fragmentAt(view, claim.fragment);
    if (fragment === undefined) throw new Crash(`a claim is about fragment ${claim.fragment}`);
    this.#lying ??= await this.#decide(view, fragment);
    const look = await this.#lying.validator.look();
    await this.#lying.replayer.settled();
    return look;
  }

  /** Seconds until the lie has won if nobody does anything; Infinity if it loses then. */
  #timeLeft(claim: ClaimView, { view, game, now }: Seen): number {
    const { params } = this.#setup.tournaments;
    if (claim.phase === "open") return claim.since + params.period - now;
    const end = outlook(game, params, tournamentOf(claim, this.#own(this.#truth)), now);
    const truth = runBelow(view, claim, { runs: this.#truth })?.final.root;
    return end === undefined || end.winner?.finalState === truth ? Infinity : end.at - now;
  }

  /** Whether a duty belongs to the drill: the account has no other business meanwhile. */
  #isOfDrill(duty: Duty, claim: ClaimView | undefined, { view, game }: Seen): boolean {
    if (claim === undefined) return duty.deed.kind === "claim" && duty.deed.fragment === this.#lying?.fragment.id;
    const runs = this.#rescued ? this.#truth : (this.#lying?.believed ?? this.#truth);
    return isAbout(duty, { claim, view, game, own: this.#own(runs) });
  }

  #own(runs: Own["runs"]): Own {
    const { self, deal, tournaments, saltOf } = this.#setup;
    const contracts = { deal: deal.address, tournament: tournaments.address };
    return { self, contracts, params: tournaments.params, runs, saltOf, wallet: 0n };
  }

  #end(claim: ClaimView, { view, game, now }: Seen): void {
    this.#isOver = true;
    const row = game.tournaments.get(tournamentOf(claim, this.#own(this.#truth)));
    const truth = runBelow(view, claim, { runs: this.#truth })?.final.root;
    const honest = [...(row?.commitments.values() ?? [])].find(({ finalState }) => finalState === truth);
    this.#setup.onEnd({
      ...{ fragment: claim.fragment, claim: claim.id, phase: claim.phase, claimedAt: claim.since, endedAt: now },
      disputedAt: row && row.closes - this.#setup.tournaments.params.period,
      ...{ challenger: honest?.owner, rescued: this.#rescued },
    });
  }
}

/** Keeps what services want, for one list of all. */
class Gathered implements Outbox {
  #duties: Duty[] = [];

  carryOut(intents: readonly Intent[]): Promise<Outcome> {
    this.#duties.push(...(intents as readonly Duty[]));
    return Promise.resolve({ sent: 0, failures: [] });
  }

  take(): readonly Duty[] {
    const duties = this.#duties;
    this.#duties = [];
    return duties;
  }
}
