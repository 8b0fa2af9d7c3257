/**
 * All liars of a play. They know everything that there is to know: the chain without any fault, the
 * truth, and what the honest side has sent.
 */
import { bytesToHex, encodeFunctionData, type Hex } from "viem";
import { recordBytes } from "../../verifier/state/state.ts";
import { loadOpening } from "../../verifier/proof/load.ts";
import { type ClaimView, type DealView, fragmentAt, isPending, pendingClaim } from "../chain/deal-log.ts";
import { dealActionCall } from "../chain/deal-calls.ts";
import { type Contracts, dutyOf } from "../chain/duty.ts";
import { tournamentCall } from "../chain/tournament-calls.ts";
import { announcementHash, tournamentId, top } from "../game/openings.ts";
import { verdict } from "../game/rules.ts";
import type { Announcement, GameState, Params, TournamentState } from "../game/types.ts";
import { inventedRecord } from "../players/adversaries/invented-record.ts";
import { strangersCommitment } from "../players/adversaries/stranger.ts";
import { announces, decide, joining } from "../players/decide.ts";
import { type Deed, ordered, type Play } from "../players/play.ts";
import { family, matchesOf } from "../players/table.ts";
import { heightOf } from "../../verifier/history/game-levels.ts";
import { Member } from "./member.ts";
import { MOST_UNSIGNED, type Unsigned } from "./network.ts";
import type { Schedule } from "./schedule.ts";
import type { TrueRun, Truth } from "./truth.ts";

/** What the liars see. */
export interface Sight {
  readonly view: DealView;
  readonly game: GameState;
  /** Of the head, in seconds. */
  readonly now: number;
  /** An announcement that was not shown yet. */
  readonly announced: (hash: Hex) => Promise<Announcement | undefined>;
}

/** Seconds before a tournament or a window closes in which latecomers come. */
export const LATE = 90;

/** How often a liar sends the same. */
const TRIES = 3;

/** What liars work with. */
export interface CrowdSetup {
  readonly contracts: Contracts;
  readonly params: Params;
  readonly truth: Truth;
  readonly accounts: readonly Hex[];
}

/** Liars at work on one Deal. */
export class Crowd {
  readonly #schedule: Schedule;
  readonly #contracts: Contracts;
  readonly #params: Params;
  readonly #truth: Truth;
  readonly #members: readonly Member[];
  readonly #accounts: readonly Hex[];
  /** How often each call was sent. */
  readonly #sent = new Map<string, number>();

  constructor(schedule: Schedule, { contracts, params, truth, accounts }: CrowdSetup) {
    this.#schedule = schedule;
    this.#contracts = contracts;
    this.#params = params;
    this.#truth = truth;
    this.#accounts = accounts;
    this.#members = schedule.liars.map((plan, place) => new Member(plan, place, accounts, params.heights));
  }

  /** What they do next. */
  async look(sight: Sight): Promise<Unsigned[]> {
    const sending: Unsigned[] = [];
    for (const one of await this.#wanted(sight)) {
      const { from, call } = one;
      const name = `${from} ${encodeFunctionData({ abi: call.abi, functionName: call.functionName, args: call.args })}`;
      const times = (this.#sent.get(name) ?? 0) + 1;
      // What was refused is tried again, but not in every block.
      if (times > TRIES) continue;
      if (sending.length === MOST_UNSIGNED) break;
      this.#sent.set(name, times);
      sending.push(one);
    }
    return sending;
  }

  async #wanted(sight: Sight): Promise<Unsigned[]> {
    const { view, game } = sight;
    const sending: Unsigned[] = [];
    const claim = this.#falseClaim(view);
    if (claim !== undefined) sending.push(claim);
    for (const one of view.claims.values()) {
      const run = this.#runBelow(view, one);
      if (run === undefined) continue;
      if (one.phase === "open") sending.push(...(await this.#challenge(sight, one, run)));
      const row = game.tournaments.get(this.#tournament(one));
      if (row !== undefined && !verdict(game, row.id, sight.now).finished)
        sending.push(...(await this.#inTournament(sight, row, one, run)), ...this.#strangers(sight, row));
    }
    return sending;
  }

  /** The chain is another one: what had no effect may have one now. */
  forgive(): void {
    this.#sent.clear();
  }

  /** Computes what the looks have asked for; tells whether that was anything. */
  async settled(): Promise<boolean> {
    const news = await Promise.all(this.#members.map((member) => member.settled()));
    return news.includes(true);
  }

  /** The truth about a claim's fragment, if it begins where the claim does. */
  #runBelow(view: DealView, claim: ClaimView): TrueRun | undefined {
    if (!isPending(claim) && claim.phase !== "struck") return undefined;
    const run = this.#truth.at(view.fragments, claim.fragment);
    return run.previous === claim.previous ? run : undefined;
  }

  #tournament({ id }: ClaimView): Hex {
    return tournamentId(this.#contracts.deal, id);
  }

  /** Claims first, and falsely, what is to be claimed falsely. */
  #falseClaim(view: DealView): Unsigned | undefined {
    const pending = [...view.claims.values()].filter(isPending);
    const index = view.resolved + pending.length;
    const [liar] = this.#accounts;
    const before = [...view.claims.values()].some(({ fragment, worker }) => fragment === index && worker === liar);
    const fragment = fragmentAt(view, index);
    if (fragment === undefined || liar === undefined || before || view.hidden || view.ended) return undefined;
    if (!this.#schedule.falseClaims.includes(index) || !view.workers.has(liar)) return undefined;
    const run = this.#truth.at(view.fragments, index);
    const previous = pending.at(-1)?.finalState ?? view.head;
    if (run.previous !== previous || pendingClaim(view, index) !== undefined) return undefined;
    const record = this.#members[0]?.falseRecord(run) ?? bytesToHex(inventedRecord(recordBytes(run.final)));
    const call = dealActionCall(this.#contracts.deal, { kind: "claim", fragment: fragment.id, previous, record });
    return { from: liar, call };
  }

  /** Opens the tournament about a claim, true or false, with the first liar who has an opinion. */
  async #challenge(sight: Sight, claim: ClaimView, run: TrueRun): Promise<Unsigned[]> {
    const { view, now } = sight;
    if (!this.#schedule.challenges.includes(claim.fragment)) return [];
    const member = this.#members.find(({ plan, isTrue }) => plan.fragment === claim.fragment && !isTrue);
    const closes = claim.since + this.#params.period;
    if (member === undefined || (member.plan.enters !== "early" && now < closes - LATE)) return [];
    const seat = member.seat(this.#tournament(claim), run);
    const commitment = joining(this.#params, seat, []);
    const fragment = fragmentAt(view, claim.fragment);
    if (commitment === undefined || fragment === undefined) return [];
    const hash = announcementHash(seat.owner, seat.tournament, top(commitment.children), seat.salt);
    if ((await sight.announced(hash)) === undefined)
      return announces({ now, params: this.#params }, hash, closes, 0n).map((play) => this.#call(play, seat.owner));
    const call = dealActionCall(this.#contracts.deal, {
      ...{ kind: "challenge", claim: claim.id, tournament: seat.tournament, commitment },
      ...{ input: { root: fragment.inputRoot, length: BigInt(fragment.input.length) } },
      ...{ previous: bytesToHex(recordBytes(run.before)), opening: bytesToHex(loadOpening(run.before)) },
    });
    return [{ from: seat.owner, call }];
  }

  async #inTournament(sight: Sight, row: TournamentState, claim: ClaimView, run: TrueRun): Promise<Unsigned[]> {
    const { game, now } = sight;
    const busy = new Set(matchesOf(game, row).flatMap(({ phase, one, two }) => (phase === "done" ? [] : [one, two])));
    const sending: Unsigned[] = [];
    let before: Member | undefined;
    for (const member of this.#members) {
      if (member.plan.fragment !== claim.fragment) continue;
      const seat = member.seat(row.id, run);
      const root = seat.book.commitment([])?.root;
      if (root === undefined) continue;
      const there = row.commitments.get(root);
      const isMine = there?.owner === seat.owner;
      const comes = !isMine && this.#comes(member, before, row, run, now);
      before = member;
      if (!comes && !busy.has(root)) continue;
      const announced = new Map<Hex, Announcement>();
      const hash = announcementHash(seat.owner, seat.tournament, root, seat.salt);
      const found = isMine ? undefined : await sight.announced(hash);
      if (found !== undefined) announced.set(hash, found);
      const plays = decide({ game: { ...game, announced }, params: this.#params, seat, now });
      const mine = plays.filter(({ deed }) => comes || !isEntrance(deed, row.id));
      for (const play of ordered(member.strategy.twist(mine, now))) sending.push(this.#call(play, seat.owner));
    }
    return sending;
  }

  /** Whether it is time for a liar to show its commitment. */
  #comes({ plan }: Member, before: Member | undefined, row: TournamentState, run: TrueRun, now: number): boolean {
    if (plan.enters === "early" || now >= row.closes - LATE) return true;
    if (plan.enters === "late") return false;
    const root = before?.seat(row.id, run).book.commitment([])?.root;
    return root === undefined || row.commitments.get(root)?.status === "out";
  }

  /** Comes into the tournaments inside of matches, with garbage. */
  #strangers({ game, now }: Sight, root: TournamentState): Unsigned[] {
    const { strangers } = this.#schedule;
    if (strangers === 0) return [];
    return family(game, root).flatMap((row) => {
      const { leaves } = row;
      if (leaves === undefined || now + 1 >= row.closes) return [];
      const height = heightOf(this.#params.heights, row.level);
      return Array.from({ length: strangers }, (_, n): Unsigned[] => {
        const commitment = strangersCommitment(`${n}`, height, n % 2 === 0 ? leaves.one : leaves.two);
        if (row.commitments.has(top(commitment.children))) return [];
        const value = this.#params.bonds[row.level] ?? 0n;
        const call = tournamentCall(this.#contracts.tournament, {
          kind: "join",
          tournament: row.id,
          commitment,
          value,
        });
        return [{ from: this.#accounts[n % this.#accounts.length] ?? "0x", call }];
      }).flat();
    });
  }

  #call(play: Play, from: Hex): Unsigned {
    return { from, call: dutyOf(play, from, this.#contracts).call };
  }
}

/** Whether a deed brings a commitment into a root tournament. */
function isEntrance(deed: Deed, tournament: Hex): boolean {
  return deed.kind === "announce" || (deed.kind === "join" && deed.tournament === tournament);
}
