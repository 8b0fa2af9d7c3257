/** What of a validator's decisions somebody asks for by hand, and why there is none. Pure. */
import { type ClaimView, type DealView, fragmentAt } from "../chain/deal-log.ts";
import type { Duty } from "../chain/duty.ts";
import { clockRuns, verdict } from "../game/rules.ts";
import type { GameState } from "../game/types.ts";
import { announcement, canBeat } from "../players/decide.ts";
import { family, matchesOf } from "../players/table.ts";
import { seatOf } from "./actions.ts";
import { type Own, runBelow, tournamentOf } from "./own.ts";

/** What can be asked for. */
export const REQUESTS = ["challenge", "move", "resolve", "settle"] as const;

/** One of {@link REQUESTS}. */
export type Request = (typeof REQUESTS)[number];

/** The deeds that carry a request out. */
const DEEDS: Readonly<Record<Request, ReadonlySet<Duty["deed"]["kind"]>>> = {
  challenge: new Set(["announce", "challenge"]),
  move: new Set(["announce", "join", "move", "last"]),
  resolve: new Set(["resolve", "collect"]),
  settle: new Set(["settle", "reveal"]),
};

/** What a request is about, at one look. */
export interface Requested {
  readonly request: Request;
  readonly claim: ClaimView;
  readonly view: DealView;
  readonly game: GameState;
  readonly own: Own;
  /** Timestamp of the latest block, in seconds. */
  readonly now: number;
}

/** Of what a validator has decided on, what the request is about. */
export function requested(duties: readonly Duty[], asked: Requested): Duty[] {
  const { request, claim } = asked;
  // An announcement is for the challenge as long as there is no dispute, and then for joining it.
  const isTimely = (request === "challenge") === (claim.phase === "open");
  const isMeant = ({ deed }: Duty): boolean => DEEDS[request].has(deed.kind) && (deed.kind !== "announce" || isTimely);
  return duties.filter((duty) => isMeant(duty) && isAbout(duty, asked));
}

/** Whether a duty is about a claim or its dispute. */
export function isAbout({ deed }: Duty, about: Pick<Requested, "claim" | "view" | "game" | "own">): boolean {
  const { claim, view, game, own } = about;
  const tournament = tournamentOf(claim, own);
  const root = game.tournaments.get(tournament);
  const rows = root === undefined ? [] : family(game, root);
  switch (deed.kind) {
    case "announce":
      return deed.announcement === announcement(seatOf(view, claim, own));
    case "move":
      return rows.some(({ id }) => game.matches.get(deed.id)?.tournament === id);
    case "last":
    case "resolve":
      return rows.some(({ id }) => id === deed.pairing.tournament);
    case "join":
    case "collect":
    case "open":
      return deed.tournament === tournament || rows.some(({ id }) => id === deed.tournament);
    case "challenge":
    case "settle":
    case "back":
    case "confirm":
      return deed.claim === claim.id;
    case "reveal":
      return view.resolved - 1 === claim.fragment;
    case "claim":
    case "withdraw":
      return false;
  }
}

/** Why there is nothing to do; a phrase. */
export function whyNot(asked: Requested): string {
  const { request, claim, view, game, own, now } = asked;
  const run = runBelow(view, claim, own);
  const about = `the claim of fragment ${claim.fragment}`;
  if (request === "challenge") {
    if (claim.phase !== "open") return `${about} is ${claim.phase}: only one that is open can be challenged`;
    if (!canBeat(now, claim.since + own.params.period)) return `the time in which ${about} could be challenged is over`;
    if (run === undefined) return notRun(asked);
    if (run.final.root === claim.finalState)
      return `${about} is what this machine computes, too: whoever challenges it loses`;
    return `${about} is too young: a bond announced now is lost if the chain takes another branch; wait some minutes`;
  }
  const row = game.tournaments.get(tournamentOf(claim, own));
  if (row === undefined) return `${about} is ${claim.phase}, and nobody has disputed it`;
  const { finished } = verdict(game, row.id, now);
  if (request === "settle") {
    if (!finished) return `the dispute about ${about} is not finished`;
    return `the verdict about ${about} is applied already, or an earlier claim is still pending`;
  }
  if (request === "resolve") return finished ? "all matches are over" : "no match is over: a clock still runs in each";
  if (finished) return `the dispute about ${about} is finished`;
  if (run === undefined) return notRun(asked);
  const clocks = family(game, row).flatMap((inside) =>
    matchesOf(game, inside).flatMap((match) => {
      if (match.phase !== "playing" || !clockRuns(match, now)) return [];
      const owner = inside.commitments.get(match[match.turn])?.owner ?? "";
      return [`${owner} has ${match.since + match.clocks[match.turn] - now} s left`];
    }),
  );
  return clocks.length === 0 ? "there is no move to be made" : `it is not our turn: ${clocks.join(", ")}`;
}

function notRun({ claim, view, own }: Requested): string {
  const fragment = fragmentAt(view, claim.fragment);
  const replayed = fragment && own.runs.replayed(fragment.id);
  if (replayed?.phase === "failed") return `fragment ${claim.fragment} could not be run: ${replayed.reason}`;
  if (replayed?.phase !== "done") return `fragment ${claim.fragment} has not been run`;
  return `the claim of fragment ${claim.fragment} begins in a state that this machine has not computed: see the claims before it`;
}
