/**
 * The state of the game from the contract's logs alone: what a player that starts late, or starts
 * again, does first. The heights and the rest of the parameters are constants of the contract.
 */
import type { Hex } from "viem";
import { Crash, Problem } from "../../verifier/errors.ts";
import { FAN_OUT, heightOf, MOVE_LEVELS } from "../../verifier/history/game-levels.ts";
import { nodesHash, top } from "./openings.ts";
import { otherSide } from "./rules.ts";
import { EMPTY_GAME } from "./types.ts";
import { VersionedMap } from "./versioned-map.ts";
import type { CommitmentState, Eight, GameState, MatchState, Params, Side, TournamentState } from "./types.ts";

/** A log of the Tournament contract, decoded (ITournament.sol says what each means). */
export type GameEvent =
  | { readonly kind: "Announced"; readonly announcement: Hex; readonly number: number; readonly time: number }
  | { readonly kind: "Shown"; readonly announcement: Hex }
  | { readonly kind: "Opened"; readonly tournament: Hex; readonly initial: Hex; readonly closes: number }
  | {
      readonly kind: "Joined";
      readonly tournament: Hex;
      readonly root: Hex;
      readonly owner: Hex;
      readonly finalState: Hex;
      readonly clock: number;
      readonly number: number;
      readonly children: Eight;
    }
  | {
      readonly kind: "Displaced";
      readonly tournament: Hex;
      readonly root: Hex;
      readonly owner: Hex;
      readonly number: number;
    }
  | {
      readonly kind: "Paired";
      readonly tournament: Hex;
      readonly id: Hex;
      readonly one: Hex;
      readonly two: Hex;
      readonly clockOne: number;
      readonly clockTwo: number;
      readonly time: number;
    }
  | {
      readonly kind: "Moved";
      readonly id: Hex;
      readonly pos: bigint;
      readonly time: number;
      readonly children: Eight;
    }
  | {
      readonly kind: "Sealed";
      readonly id: Hex;
      readonly pos: bigint;
      readonly agreed: Hex;
      readonly leafOne: Hex;
      readonly leafTwo: Hex;
      readonly time: number;
      readonly closes: number;
    }
  | {
      readonly kind: "Stepped";
      readonly id: Hex;
      readonly pos: bigint;
      readonly agreed: Hex;
      readonly leafOne: Hex;
      readonly leafTwo: Hex;
      readonly result: Hex;
      readonly time: number;
    }
  | {
      readonly kind: "Ended";
      readonly tournament: Hex;
      readonly id: Hex;
      readonly winner: Side | undefined;
      readonly clock: number;
      readonly burned: bigint;
    }
  | { readonly kind: "Collected"; readonly tournament: Hex; readonly root: Hex }
  | { readonly kind: "Credited"; readonly owner: Hex; readonly amount: bigint }
  | { readonly kind: "Withdrawn"; readonly owner: Hex; readonly to: Hex; readonly amount: bigint };

/**
 * The state after all these logs, in the order of the chain. Throws `LogsIncomplete` when an
 * earlier log is missing.
 */
export function rebuild(events: Iterable<GameEvent>, params: Params): GameState {
  let state = EMPTY_GAME;
  for (const event of events) state = follow(state, event, params);
  return state;
}

/** A log refers to what no earlier log has told. */
export class LogsIncomplete extends Problem {
  override readonly name = "LogsIncomplete";

  constructor(what: string, name: Hex) {
    super(`No earlier log tells of ${what} ${name}; read the contract's logs from its first block`);
  }
}

/** The state after one more log. */
export function follow(state: GameState, event: GameEvent, params: Params): GameState {
  switch (event.kind) {
    case "Announced":
      return announce(state, event);
    case "Shown":
      return shown(state, event);
    case "Displaced":
      return displaced(state, event);
    case "Opened":
      return putTournament(state, emptyTournament(event.tournament, 0, event.initial, event.closes, undefined));
    case "Joined":
      return joined(state, event);
    case "Paired":
      return paired(state, event, params);
    case "Moved":
      return moved(state, event);
    case "Sealed":
      return sealed(state, event);
    case "Stepped":
      return putMatch(state, touchedDown(matchIn(state, event.id), event.pos, event.time));
    case "Ended":
      return ended(state, event);
    case "Collected":
      return putTournament(state, { ...tournamentIn(state, event.tournament), collected: true });
    case "Credited":
      return event.amount === 0n ? state : credit(state, event.owner, event.amount);
    case "Withdrawn":
      return credit(state, event.owner, -event.amount);
  }
}

type EventOf<Kind extends GameEvent["kind"]> = Extract<GameEvent, { kind: Kind }>;

function announce(state: GameState, { announcement, number, time }: EventOf<"Announced">): GameState {
  const announced = VersionedMap.of(state.announced).with(announcement, { number, time });
  return { ...state, announced, nextNumber: number + 1 };
}

function shown(state: GameState, { announcement }: EventOf<"Shown">): GameState {
  return { ...state, announced: VersionedMap.of(state.announced).without(announcement) };
}

function displaced(state: GameState, { tournament, root, owner, number }: EventOf<"Displaced">): GameState {
  const row = tournamentIn(state, tournament);
  return putCommitments(state, row, [{ ...commitmentIn(row, root), owner, number }]);
}

function joined(state: GameState, event: EventOf<"Joined">): GameState {
  const row = tournamentIn(state, event.tournament);
  const { root, owner, clock, number, finalState, children } = event;
  const commitment: CommitmentState = { root, owner, clock, status: "alive", number, finalState, children };
  return wait(putCommitments(state, row, [commitment]), row.id, root);
}

/** Whoever is free and finds nobody waits; a `Paired` follows otherwise. */
function wait(state: GameState, tournament: Hex, root: Hex): GameState {
  const row = tournamentIn(state, tournament);
  return row.waiting === undefined ? putTournament(state, { ...row, waiting: root }) : state;
}

function paired(state: GameState, event: EventOf<"Paired">, params: Params): GameState {
  const { id, tournament, one, two, clockOne, clockTwo, time } = event;
  const row = tournamentIn(state, tournament);
  return putMatch(putTournament(state, { ...row, waiting: undefined, live: row.live + 1 }), {
    id,
    tournament,
    one,
    two,
    nodes: nodesHash(one, two),
    pos: 0n,
    height: heightOf(params.heights, row.level),
    turn: "one",
    phase: "playing",
    clocks: { one: clockOne, two: clockTwo },
    since: time,
    opposing: commitmentIn(row, two).children,
  });
}

function moved(state: GameState, event: EventOf<"Moved">): GameState {
  const match = matchIn(state, event.id);
  const opp = match.opposing[Number(event.pos % BigInt(FAN_OUT))];
  if (opp === undefined) throw new Crash(`no digit in ${event.pos}`);
  return putMatch(state, {
    ...charged(match, event.time),
    nodes: nodesHash(opp, top(event.children)),
    pos: event.pos,
    height: match.height - MOVE_LEVELS,
    turn: otherSide(match.turn),
    opposing: event.children,
  });
}

function sealed(state: GameState, event: EventOf<"Sealed">): GameState {
  const match = touchedDown(matchIn(state, event.id), event.pos, event.time);
  const outer = tournamentIn(state, match.tournament);
  const leaves = { one: event.leafOne, two: event.leafTwo };
  return putTournament(
    putMatch(state, { ...match, phase: "inner" }),
    emptyTournament(match.id, outer.level + 1, event.agreed, event.closes, leaves),
  );
}

function touchedDown(match: MatchState, pos: bigint, time: number): MatchState {
  return { ...charged(match, time), pos, height: 0 };
}

function ended(state: GameState, event: EventOf<"Ended">): GameState {
  const match = matchIn(state, event.id);
  const row = tournamentIn(state, match.tournament);
  const after = (["one", "two"] as const).map((side): CommitmentState => {
    const commitment = commitmentIn(row, match[side]);
    return side === event.winner ? { ...commitment, clock: event.clock } : { ...commitment, status: "out" };
  });
  const done = putMatch(
    putCommitments({ ...state, burned: state.burned + event.burned }, { ...row, live: row.live - 1 }, after),
    { ...match, phase: "done" },
  );
  return event.winner === undefined ? done : wait(done, row.id, match[event.winner]);
}

function charged(match: MatchState, time: number): MatchState {
  const left = match.clocks[match.turn] - (time - match.since);
  return { ...match, clocks: { ...match.clocks, [match.turn]: left }, since: time };
}

function credit(state: GameState, owner: Hex, amount: bigint): GameState {
  const credits = VersionedMap.of(state.credits);
  const sum = (credits.get(owner) ?? 0n) + amount;
  return { ...state, credits: sum > 0n ? credits.with(owner, sum) : credits.without(owner) };
}

function emptyTournament(
  id: Hex,
  level: number,
  initial: Hex,
  closes: number,
  leaves: TournamentState["leaves"],
): TournamentState {
  return {
    id,
    level,
    initial,
    leaves,
    waiting: undefined,
    closes,
    live: 0,
    collected: false,
    commitments: new Map(),
  };
}

function putTournament(state: GameState, row: TournamentState): GameState {
  return { ...state, tournaments: VersionedMap.of(state.tournaments).with(row.id, row) };
}

function putMatch(state: GameState, match: MatchState): GameState {
  return { ...state, matches: VersionedMap.of(state.matches).with(match.id, match) };
}

function putCommitments(state: GameState, row: TournamentState, changed: readonly CommitmentState[]): GameState {
  let commitments = VersionedMap.of(row.commitments);
  for (const commitment of changed) commitments = commitments.with(commitment.root, commitment);
  return putTournament(state, { ...row, commitments });
}

function tournamentIn(state: GameState, id: Hex): TournamentState {
  const row = state.tournaments.get(id);
  if (!row) throw new LogsIncomplete("tournament", id);
  return row;
}

function matchIn(state: GameState, id: Hex): MatchState {
  const match = state.matches.get(id);
  if (!match) throw new LogsIncomplete("match", id);
  return match;
}

function commitmentIn(row: TournamentState, root: Hex): CommitmentState {
  const commitment = row.commitments.get(root);
  if (!commitment) throw new LogsIncomplete("commitment", root);
  return commitment;
}
