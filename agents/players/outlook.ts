/** How a dispute ends if everybody stops playing now: who is ahead. */
import type { Hex } from "viem";
import { Crash } from "../../verifier/errors.ts";
import { apply, clockRuns, type Rules, verdict } from "../game/rules.ts";
import type { CommitmentState, GameState, MatchState, Params } from "../game/types.ts";
import { family, matchesOf } from "./table.ts";

/** The end that a dispute comes to by itself. */
export interface Outlook {
  /** When, in seconds of the chain's time; not before the block after `now`. */
  readonly at: number;
  /** Undefined if nobody is left. */
  readonly winner: CommitmentState | undefined;
}

/** Ends need no sender of any kind. */
const ANYBODY: Hex = `0x${"00".repeat(20)}`;

/**
 * The end that a tournament comes to if nobody joins or moves any more, and every match is ended as
 * soon as it can be.
 *
 * @param tournament a name; undefined if there is none of it
 * @param now timestamp of the latest block, in seconds
 */
export function outlook(game: GameState, params: Params, tournament: Hex, now: number): Outlook | undefined {
  const root = game.tournaments.get(tournament);
  if (root === undefined) return undefined;
  const rows = family(game, root);
  const matches = rows.flatMap((row) => matchesOf(game, row).map((match): [Hex, MatchState] => [match.id, match]));
  const rules: Rules = { params, arbiter: ANYBODY, step: () => undefined };
  let state: GameState = {
    ...game,
    tournaments: new Map(rows.map((row) => [row.id, row])),
    matches: new Map(matches),
  };
  let time = now + 1;
  for (;;) {
    const { finished, winner } = verdict(state, tournament, time);
    if (finished) return { at: time, winner };
    const ended = [...state.matches.values()].find((match) => isEnded(state, match, time));
    if (ended === undefined) {
      time = nextInstant(state, time);
      continue;
    }
    const { tournament: inside, one, two } = ended;
    const action = { kind: "resolve", pairing: { tournament: inside, one, two } } as const;
    state = apply(state, action, { sender: ANYBODY, time }, rules);
  }
}

/** Whether a match can be resolved. */
export function isEnded(game: GameState, match: MatchState, time: number): boolean {
  if (match.phase === "playing") return !clockRuns(match, time);
  return match.phase === "inner" && verdict(game, match.id, time).finished;
}

/** When the mover of a match loses by time; undefined while no clock runs. */
export function clockEnd(match: MatchState, time: number): number | undefined {
  const isRunning = match.phase === "playing" && clockRuns(match, time);
  return isRunning ? match.since + match.clocks[match.turn] : undefined;
}

/** The first instant after `time` at which a clock ends or a tournament closes. */
function nextInstant({ tournaments, matches }: GameState, time: number): number {
  const ends = [...matches.values()].flatMap((match) => clockEnd(match, time) ?? []);
  const closings = [...tournaments.values()].map(({ closes }) => closes).filter((closes) => closes > time);
  const next = Math.min(...ends, ...closings);
  if (next === Infinity) throw new Crash("a dispute has a dead end");
  return next;
}
