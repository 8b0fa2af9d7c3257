/**
 * What a validator does next about a whole Deal: a pure function of the Deal, of the game, of what
 * the validator knows and of the time. One list over all claims and disputes, so that a stranger's
 * affair never comes before a clock of our own.
 */
import type { Hex } from "viem";
import { Crash } from "../../verifier/errors.ts";
import { type ClaimView, type DealView, type Fragment, fragmentAt, isPending } from "../chain/deal-log.ts";
import { type Duty, dutyOf } from "../chain/duty.ts";
import { announcementHash } from "../game/openings.ts";
import { verdict } from "../game/rules.ts";
import type { GameState } from "../game/types.ts";
import { allBonds, announcement, announces, canBeat, collects, decide, joining, type Seat } from "../players/decide.ts";
import { NEVER, ordered, type Play, valueOf } from "../players/play.ts";
import { type Own, runBelow, takesPart, tournamentOf } from "./own.ts";

/** What was decided. */
export interface Decided {
  /** The most urgent first. */
  readonly duties: readonly Duty[];
  /** What could not be decided, and why. It hinders nothing else. */
  readonly problems: readonly unknown[];
}

/**
 * What a validator does next.
 *
 * @param game with the announcements that matter ({@link openQuestions})
 * @param now timestamp of the latest block, in seconds
 */
export function validatorActions(view: DealView, game: GameState, own: Own, now: number): Decided {
  if (own.mode === "watch") return { duties: [], problems: [] };
  const problems: unknown[] = [];
  const guarded = (part: () => readonly Play[]): readonly Play[] => {
    try {
      return part();
    } catch (problem) {
      problems.push(problem);
      return [];
    }
  };
  const seen: Seen = { view, game, own, now };
  const plays: Play[] = [
    ...[...view.claims.values()].flatMap((claim) => guarded(() => attend(seen, claim))),
    ...guarded(() => reveals(seen)),
    ...guarded(() => collects(game, own.params, own.self, now)),
  ];
  const twisted = own.twist === undefined ? plays : own.twist(plays, now);
  const duties = withWithdrawal(ordered(twisted), seen).map((play) => dutyOf(play, own.self, own.contracts));
  return { duties, problems };
}

interface Seen {
  readonly view: DealView;
  readonly game: GameState;
  readonly own: Own;
  readonly now: number;
}

function attend(seen: Seen, claim: ClaimView): Play[] {
  const { view, game, own, now } = seen;
  if (!takesPart(view, game, own, claim)) return [];
  if (claim.phase === "open") return challenges(seen, claim);
  const tournament = tournamentOf(claim, own);
  if (!game.tournaments.has(tournament)) return [];
  if (verdict(game, tournament, now).finished) return [...settles(seen, claim), ...refunds(seen, claim)];
  if (runBelow(view, claim, own) === undefined) return [];
  const plays = decide({ game, params: own.params, seat: seatOf(view, claim, own), now, settling: own.settling });
  // A dispute that changes nothing any more is played for the sake of the bond that is in it.
  return isPending(claim) ? plays : plays.filter(({ deed }) => deed.kind !== "announce");
}

/**
 * Brings back the bond of what was announced for a tournament that is finished, and shown by
 * somebody else in time.
 */
function refunds(seen: Seen, claim: ClaimView): Play[] {
  const { view, game, own, now } = seen;
  if (!announceable(seen, claim).some((hash) => game.announced.has(hash))) return [];
  return decide({ game, params: own.params, seat: seatOf(view, claim, own), now });
}

/**
 * Names of what the validator may have announced for a finished tournament: of what others have
 * shown there, if it has won or ends as the validator's own run does.
 */
function announceable({ view, game, own }: Seen, claim: ClaimView): Hex[] {
  const id = tournamentOf(claim, own);
  const row = game.tournaments.get(id);
  const run = runBelow(view, claim, own);
  if (row === undefined || run === undefined) return [];
  return [...row.commitments.values()]
    .filter(
      ({ owner, root, finalState }) => owner !== own.self && (root === row.waiting || finalState === run.final.root),
    )
    .map(({ root }) => announcementHash(own.self, id, root, own.saltOf(id)));
}

/** Announcements that a decision hangs on. */
export interface Questions {
  readonly hashes: readonly Hex[];
  /** Of finished tournaments: what is not there any more never is again. */
  readonly refunds: readonly Hex[];
  /** Claims of which it can't be told what hangs on them: they hinder no other. */
  readonly problems: readonly unknown[];
}

/**
 * The announcements of which a validator has to know whether they were made: of commitments that
 * are missing, or that somebody else has shown.
 */
export function openQuestions(view: DealView, game: GameState, own: Own, now: number): Questions {
  const problems: unknown[] = [];
  const seen: Seen = { view, game, own, now };
  const about = (question: (seen: Seen, claim: ClaimView) => Hex[]): Hex[] =>
    [...view.claims.values()].flatMap((claim) => {
      try {
        return question(seen, claim);
      } catch (problem) {
        problems.push(problem);
        return [];
      }
    });
  return { hashes: about(questionAbout), refunds: about(refundOf), problems };
}

function questionAbout({ view, game, own, now }: Seen, claim: ClaimView): Hex[] {
  if (!takesPart(view, game, own, claim)) return [];
  const row = claim.phase === "open" ? undefined : game.tournaments.get(tournamentOf(claim, own));
  const isPlayed = row !== undefined && !verdict(game, row.id, now).finished;
  const run = isPlayed || isPending(claim) ? runBelow(view, claim, own) : undefined;
  if (run === undefined) return [];
  const closes = row?.closes ?? claim.since + own.params.period;
  const isWrong = run.final.root !== claim.finalState && canBeat(now, closes);
  // No other commitment is looked up: to do so asks for it to be computed.
  if (!isPlayed && !(row === undefined && isWrong)) return [];
  const seat = seatOf(view, claim, own);
  const root = seat.book.commitment([])?.root;
  const hash = announcement(seat);
  if (root === undefined || hash === undefined) return [];
  const there = row?.commitments.get(root);
  return (there === undefined ? canBeat(now, closes) : there.owner !== own.self) ? [hash] : [];
}

function refundOf(seen: Seen, claim: ClaimView): Hex[] {
  const { view, game, own, now } = seen;
  if (claim.phase === "open" || !verdict(game, tournamentOf(claim, own), now).finished) return [];
  return takesPart(view, game, own, claim) ? announceable(seen, claim) : [];
}

/** Announces the truth with its bond, and once that is mined opens the tournament with it. */
function challenges(seen: Seen, claim: ClaimView): Play[] {
  const { view, game, own, now } = seen;
  const { params } = own;
  const run = runBelow(view, claim, own);
  const closes = claim.since + params.period;
  if (run === undefined || run.final.root === claim.finalState || !canBeat(now, closes)) return [];
  const seat = seatOf(view, claim, own);
  const hash = announcement(seat);
  const commitment = joining(params, seat, []);
  if (hash === undefined || commitment === undefined) return [];
  const stake = allBonds(params);
  if (!game.announced.has(hash)) return announces({ now, params, settling: own.settling }, hash, closes, stake);
  const { inputRoot, input } = fragmentOf(view, claim);
  const deed = {
    ...({ kind: "challenge", claim: claim.id, tournament: seat.tournament, commitment } as const),
    ...{ input: { root: inputRoot, length: BigInt(input.length) } },
    ...{ previous: run.before.record, opening: run.opening },
  };
  return [{ deed, deadline: closes, stake }];
}

/** Applies the verdict about the oldest pending claim. */
function settles({ view, own }: Seen, claim: ClaimView): Play[] {
  const oldest = [...view.claims.values()].find(isPending);
  if (claim.phase !== "disputed" || oldest?.id !== claim.id) return [];
  return [{ deed: { kind: "settle", claim: claim.id }, deadline: NEVER, stake: own.params.bounty }];
}

/** Shows the record that a verdict has installed only by its root. */
function reveals({ view, own }: Seen): Play[] {
  const fragment = view.hidden ? fragmentAt(view, view.resolved - 1) : undefined;
  const replayed = fragment && own.runs.replayed(fragment.id);
  if (replayed?.phase !== "done" || replayed.run.final.root !== view.head) return [];
  return [{ deed: { kind: "reveal", record: replayed.run.final.record }, deadline: NEVER, stake: own.params.bounty }];
}

/**
 * Fetches what is owed when nothing else is to be done; and before the first deed that the wallet
 * can't pay, together with the bonds that have been won back.
 */
function withWithdrawal(plays: readonly Play[], { game, own }: Seen): readonly Play[] {
  const owed = game.credits.get(own.self) ?? 0n;
  const withdrawal = { kind: "withdraw", to: own.self } as const;
  if (plays.length === 0) return owed === 0n ? [] : [{ deed: withdrawal, deadline: NEVER, stake: owed }];
  const short = firstUnpaid(plays, own.wallet);
  if (short === undefined) return plays;
  const fetches = plays.filter(({ deed }) => deed.kind === "collect");
  const before = [...fetches, ...(owed === 0n ? [] : [{ deed: withdrawal, stake: owed }])];
  const at = plays.indexOf(short);
  return [
    ...plays.slice(0, at),
    ...before.map(({ deed, stake }) => ({ deed, stake, deadline: short.deadline })),
    ...plays.slice(at).filter(({ deed }) => deed.kind !== "collect"),
  ];
}

/** The first of some deeds, done one after the other, that a wallet has no money left for. */
function firstUnpaid(plays: readonly Play[], wallet: bigint): Play | undefined {
  let left = wallet;
  return plays.find(({ deed }) => {
    left -= valueOf(deed);
    return left < 0n;
  });
}

/** The validator's seat in the tournament about a claim. */
export function seatOf(view: DealView, claim: ClaimView, own: Own): Seat {
  const tournament = tournamentOf(claim, own);
  const book = own.runs.book(fragmentOf(view, claim).id);
  return { owner: own.self, tournament, book, salt: own.saltOf(tournament) };
}

function fragmentOf(view: DealView, claim: ClaimView): Fragment {
  const fragment = fragmentAt(view, claim.fragment);
  if (fragment === undefined) throw new Crash(`claim ${claim.id} is about fragment ${claim.fragment}`);
  return fragment;
}
