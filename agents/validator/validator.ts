/**
 * A validator: replays every fragment of a Deal, challenges each claim that is wrong, and plays for
 * the truth in every dispute, its own or somebody else's, until the verdict is applied.
 */
import { bytesToHex, type Hex } from "viem";
import { loadOpening } from "../../verifier/proof/load.ts";
import type { FragmentRun } from "../../verifier/program/fragment.ts";
import { recordBytes } from "../../verifier/state/state.ts";
import { attempt } from "../chain/attempt.ts";
import type { Call, Chain } from "../chain/chain.ts";
import { type ClaimView, type DealLog, type DealView, type Fragment, isPending } from "../chain/deal-log.ts";
import { tournamentCall } from "../chain/tournament-calls.ts";
import type { TournamentLog } from "../chain/tournament-log.ts";
import { tournamentId } from "../game/openings.ts";
import { verdict } from "../game/rules.ts";
import { historyBook } from "../players/history-book.ts";
import { announcement, DILIGENT, type Habits, joining, type Seat } from "../players/decide.ts";
import { type Replay, rootHex } from "../worker/replay.ts";
import type { Histories } from "./histories.ts";
import { play } from "./player.ts";

/** What a validator works with. */
export interface ValidatorSetup {
  readonly chain: Chain;
  readonly deal: DealLog;
  readonly tournaments: TournamentLog;
  readonly self: Hex;
  /** Of this validator alone: it is fed with what this validator reads. */
  readonly replay: Replay;
  /** Of the replay's runs. */
  readonly histories: Histories;
  /** 32 bytes that blind announcements. */
  readonly salt: Hex;
  readonly habits?: Habits;
}

/** A validator's account at work on one Deal. */
export class Validator {
  readonly #setup: ValidatorSetup;

  constructor(setup: ValidatorSetup) {
    this.#setup = setup;
  }

  /**
   * Does what is to be done now; tells whether there was anything. Disputes that are known come
   * before the replay of what is not, and a failure in one hinders no other: the first is thrown
   * when all have had their turn.
   */
  async poll(): Promise<boolean> {
    const { deal, replay } = this.#setup;
    const view = await deal.view();
    const failures: unknown[] = [];
    for (const fragment of view.fragments) {
      const run = replay.known(fragment);
      if (run === undefined) break;
      try {
        if (await this.#serve(fragment, run, view)) return true;
      } catch (failure) {
        failures.push(failure);
      }
    }
    if (failures.length > 0) throw failures[0];
    return this.#replayNext(view) || this.#withdraw();
  }

  /**
   * Bonds that were won or came back wait in the Tournament: they are fetched when nothing else is
   * to be done.
   */
  async #withdraw(): Promise<boolean> {
    const { tournaments, self } = this.#setup;
    const { credits } = await tournaments.state();
    if (!credits.has(self)) return false;
    return this.#send(tournamentCall(tournaments.address, { kind: "withdraw", to: self }));
  }

  /** Runs the first fragment that has not been run, if it or a later one is claimed or decided. */
  #replayNext(view: DealView): boolean {
    const { replay } = this.#setup;
    const next = view.fragments.find((fragment) => replay.known(fragment) === undefined);
    if (next === undefined || replay.endedBefore(next.index)) return false;
    const wanted =
      next.index < view.resolved || [...view.claims.values()].some((claim) => claim.fragment >= next.index);
    if (wanted) replay.run(next);
    return wanted;
  }

  /** What a fragment that has been run asks for. */
  async #serve(fragment: Fragment, run: FragmentRun, view: DealView): Promise<boolean> {
    const { deal, replay } = this.#setup;
    if (view.hidden && fragment.index === view.resolved - 1 && view.head === rootHex(run.final)) {
      return this.#send(deal.call("reveal", "reveal", [bytesToHex(recordBytes(run.final))]));
    }
    const before = rootHex(replay.before(fragment.index));
    for (const claim of view.claims.values()) {
      if (claim.fragment !== fragment.index || claim.previous !== before) continue;
      if (await this.#attend(claim, fragment, run, view)) return true;
    }
    return false;
  }

  async #attend(claim: ClaimView, fragment: Fragment, run: FragmentRun, view: DealView): Promise<boolean> {
    const { chain, deal, tournaments, habits = DILIGENT } = this.#setup;
    if (claim.phase === "open") {
      return claim.finalState === rootHex(run.final) ? false : this.#challenge(claim, fragment, run);
    }
    const seat = this.#seat(claim, fragment, run);
    const { tournament } = seat;
    const state = await tournaments.state();
    if (!state.tournaments.has(tournament)) return false;
    if (await play(chain, tournaments, seat)) return true;
    const oldest = [...view.claims.values()].find(isPending)?.id === claim.id;
    const finished = verdict(state, tournament, await chain.now()).finished;
    if (habits.resolves && oldest && finished && claim.phase === "disputed")
      return this.#send(deal.call("settle", "settle", [claim.id]));
    return false;
  }

  /** Announces the truth, and in a later block opens the tournament with it. */
  async #challenge(claim: ClaimView, fragment: Fragment, run: FragmentRun): Promise<boolean> {
    const { chain, deal, tournaments, replay, habits = DILIGENT } = this.#setup;
    const { params } = tournaments;
    const now = await chain.now();
    if (!habits.joins || now >= claim.since + params.period) return false;
    const seat = this.#seat(claim, fragment, run);
    const hash = await announcement(seat);
    if ((await tournaments.announced(hash)) === undefined) {
      return this.#send(tournamentCall(tournaments.address, { kind: "announce", announcement: hash }));
    }
    const previous = replay.before(fragment.index);
    const input = { root: fragment.inputRoot, length: BigInt(fragment.input.length) };
    const opening = bytesToHex(loadOpening(previous));
    const args = [claim.id, input, bytesToHex(recordBytes(previous)), opening, await joining(params, seat, [])];
    return this.#send(deal.call("challenge", "challenge", args, params.bonds[0] ?? 0n));
  }

  /** The seat in a claim's tournament, with the book of the fragment's run. */
  #seat(claim: ClaimView, { index }: Fragment, run: FragmentRun): Seat {
    const { deal, histories, self, salt, habits = DILIGENT } = this.#setup;
    const tournament = tournamentId(deal.address.toLowerCase() as Hex, claim.id);
    return { owner: self, tournament, book: historyBook(histories.of(run, index)), habits, salt };
  }

  #send(call: Call): Promise<boolean> {
    return attempt(this.#setup.chain, this.#setup.self, call);
  }
}
