/**
 * The rules of the game as a plain reference model: `apply(state, action, context, rules)` is the
 * state after a call of the Tournament contract, or throws `Refused` with the name of the
 * contract's error. One function a rule; mirrors contracts/tournament/.
 */
import type { Hex } from "viem";
import { Crash } from "../../verifier/errors.ts";
import { FAN_OUT, heightOf, MOVE_LEVELS } from "../../verifier/history/game-levels.ts";
import { announcementHash, climb, matchId, nodesHash, rootOf, top } from "./openings.ts";
import { Refused } from "./refused.ts";
import type {
  Action,
  Announcement,
  CommitmentState,
  GameState,
  Joining,
  LastMove,
  MatchState,
  Opening,
  Pairing,
  Params,
  Side,
  TournamentState,
} from "./types.ts";

/** What the contract was made with. */
export interface Rules {
  readonly params: Params;
  /** Who opens root tournaments. */
  readonly arbiter: Hex;
  /** The step verifier: the state after `agreed`; undefined when the witness does not open it. */
  readonly step: (agreed: Hex, witness: Hex) => Hex | undefined;
}

/** Who calls, and when. */
export interface Context {
  readonly sender: Hex;
  /** Timestamp of the block; seconds. */
  readonly time: number;
}

/** The result of a tournament. */
export interface Verdict {
  /** It is closed and no match is left. */
  readonly finished: boolean;
  /** The winner, once it is finished and has one. */
  readonly winner: CommitmentState | undefined;
}

/** Game state under construction: `apply` copies the maps, the rules replace rows. */
interface Draft {
  readonly tournaments: Map<Hex, TournamentState>;
  readonly matches: Map<Hex, MatchState>;
  readonly announced: Map<Hex, Announcement>;
  nextNumber: number;
  readonly credits: Map<Hex, bigint>;
  burned: bigint;
}

/**
 * The state after an action. Throws `Refused` if the rules do not allow it; `state` is never
 * changed.
 */
export function apply(state: GameState, action: Action, context: Context, rules: Rules): GameState {
  const draft: Draft = {
    tournaments: new Map(state.tournaments),
    matches: new Map(state.matches),
    announced: new Map(state.announced),
    nextNumber: state.nextNumber,
    credits: new Map(state.credits),
    burned: state.burned,
  };
  switch (action.kind) {
    case "announce":
      announce(draft, action.announcement, action.value, context.time, rules.params);
      break;
    case "open":
      open(draft, action, context, rules);
      break;
    case "join":
      join(draft, action, context, rules.params);
      break;
    case "move":
      move(draft, action, context.time);
      break;
    case "last":
      last(draft, action.pairing, action.shown, context.time, rules);
      break;
    case "resolve":
      resolve(draft, action.pairing, context, rules.params);
      break;
    case "collect":
      collect(draft, action.tournament, context.time, rules.params);
      break;
    case "withdraw":
      withdraw(draft, context.sender);
      break;
  }
  return draft;
}

/** The result of a tournament at an instant. */
export function verdict(state: GameState, tournament: Hex, time: number): Verdict {
  const row = state.tournaments.get(tournament);
  if (!row || time < row.closes || row.live > 0) return { finished: false, winner: undefined };
  return { finished: true, winner: row.waiting === undefined ? undefined : row.commitments.get(row.waiting) };
}

/** Whether the mover of a match may still move at an instant. */
export function clockRuns(match: MatchState, time: number): boolean {
  return time - match.since < match.clocks[match.turn];
}

/** The other side. */
export function otherSide(side: Side): Side {
  return side === "one" ? "two" : "one";
}

/** The first announcement of a hash counts: else anybody could make it a late one. */
function announce(draft: Draft, announcement: Hex, value: bigint, time: number, params: Params): void {
  if (value !== bondOf(params, 0)) throw new Refused("BondWrong", `${value} wei`);
  if (draft.announced.has(announcement)) throw new Refused("AnnouncementKnown", announcement);
  draft.announced.set(announcement, { number: draft.nextNumber++, time });
}

function open(draft: Draft, action: Extract<Action, { kind: "open" }>, context: Context, rules: Rules): void {
  const { tournament: id, initial, owner, commitment } = action;
  if (context.sender !== rules.arbiter) throw new Refused("NotArbiter", context.sender);
  if (draft.tournaments.has(id)) throw new Refused("TournamentExists", id);
  draft.tournaments.set(id, {
    id,
    level: 0,
    initial,
    leaves: undefined,
    waiting: undefined,
    closes: context.time + rules.params.period,
    live: 0,
    collected: false,
    commitments: new Map(),
  });
  joinRoot(draft, id, owner, commitment, context.time, rules.params);
}

function join(draft: Draft, action: Extract<Action, { kind: "join" }>, context: Context, params: Params): void {
  const { tournament: id, commitment, value } = action;
  const { sender, time } = context;
  const row = draft.tournaments.get(id);
  const bond = row === undefined || row.level === 0 ? 0n : bondOf(params, row.level);
  if (value !== bond) throw new Refused("BondWrong", `${value} wei`);
  if (row?.leaves === undefined) joinRoot(draft, id, sender, commitment, time, params);
  else joinInner(draft, row, sender, commitment, time, params);
}

/**
 * Joins a root tournament with what was announced, whose bond was paid then. Where the same
 * commitment is there already, whoever announced it first owns it from now on, and the other gets
 * its bond back.
 */
function joinRoot(draft: Draft, id: Hex, owner: Hex, commitment: Joining, time: number, params: Params): void {
  const row = draft.tournaments.get(id);
  if (!row) throw new Refused("TournamentUnknown", id);
  const root = shownRoot(row, commitment, params);
  const name = announcementHash(owner, id, root, commitment.salt);
  const announced = draft.announced.get(name);
  if (announced === undefined) throw new Refused("NotAnnounced", root);
  draft.announced.delete(name);
  const { number } = announced;
  const there = row.commitments.get(root);
  if (there === undefined) {
    enter(draft, row, { root, owner, number, ...commitment }, time, params);
    return;
  }
  const isFirst = comesFirst(announced, there, row, time, params);
  if (isFirst) putCommitment(draft, id, { ...there, owner, number });
  pay(draft, isFirst ? there.owner : owner, bondOf(params, 0));
}

/** Its place is kept for a grace, so that nobody waits with it until others have done the work. */
function comesFirst(
  announced: Announcement,
  there: CommitmentState,
  row: TournamentState,
  time: number,
  params: Params,
): boolean {
  const inTime = time < row.closes && time - announced.time < params.grace;
  return announced.number < there.number && there.status === "alive" && inTime;
}

function joinInner(
  draft: Draft,
  row: TournamentState,
  owner: Hex,
  commitment: Joining,
  time: number,
  params: Params,
): void {
  const root = shownRoot(row, commitment, params);
  const { finalState } = commitment;
  if (finalState !== row.leaves?.one && finalState !== row.leaves?.two) {
    throw new Refused("FinalOutsideMatch", finalState);
  }
  if (row.commitments.has(root)) throw new Refused("CommitmentKnown", root);
  enter(draft, row, { root, owner, number: 0, ...commitment }, time, params);
}

/** The root of what is shown, whose last leaf has to be the final state. */
function shownRoot(row: TournamentState, { children, finalState, proof }: Joining, params: Params): Hex {
  const height = heightOf(params.heights, row.level) - MOVE_LEVELS;
  if (rootOf(finalState, (1n << BigInt(height)) - 1n, height, proof) !== children.at(-1)) {
    throw new Refused("FinalNotInTree", finalState);
  }
  return top(children);
}

/** A new commitment of a tournament that is not closed, with the time that is left to join. */
function enter(
  draft: Draft,
  row: TournamentState,
  { root, owner, number, finalState, children }: Joining & Pick<CommitmentState, "root" | "owner" | "number">,
  time: number,
  params: Params,
): void {
  if (time >= row.closes) throw new Refused("TournamentClosed", `${row.id} at ${row.closes}`);
  const clock = row.closes - time;
  putCommitment(draft, row.id, { root, owner, clock, status: "alive", number, finalState, children });
  pair(draft, row.id, root, time, params);
}

/** Whoever has an opponent plays at once: the one that waited is `one` and moves. */
function pair(draft: Draft, id: Hex, root: Hex, time: number, params: Params): void {
  const row = tournamentOf(draft, id);
  if (row.waiting === undefined) {
    draft.tournaments.set(id, { ...row, waiting: root });
    return;
  }
  const [one, two] = [commitmentOf(row, row.waiting), commitmentOf(row, root)];
  const grown = (clock: number): number => Math.min(params.period, clock + params.grace);
  const name = matchId(id, one.root, two.root);
  draft.tournaments.set(id, { ...row, waiting: undefined, live: row.live + 1 });
  draft.matches.set(name, {
    id: name,
    tournament: id,
    one: one.root,
    two: two.root,
    nodes: nodesHash(one.root, two.root),
    pos: 0n,
    height: heightOf(params.heights, row.level),
    turn: "one",
    phase: "playing",
    clocks: { one: grown(one.clock), two: grown(two.clock) },
    since: time,
    opposing: two.children,
  });
}

/** What `move` and `last` share: the clock, the height, the opening; then the mover is charged. */
function descend(match: MatchState | undefined, shown: Opening, lowest: boolean, time: number): MatchState {
  if (match?.phase !== "playing") throw new Refused("MatchNotPlaying", match?.id ?? "no such match");
  if (!clockRuns(match, time)) throw new Refused("ClockSpent", match.id);
  if ((match.height === MOVE_LEVELS) !== lowest) throw new Refused("HeightUnfit", `height ${match.height}`);
  const { own, opp } = climb(shown);
  if (nodesHash(own, opp) !== match.nodes) throw new Refused("OpeningWrong", match.id);
  const left = match.clocks[match.turn] - (time - match.since);
  return {
    ...match,
    pos: match.pos * BigInt(FAN_OUT) + BigInt(shown.digit),
    height: match.height - MOVE_LEVELS,
    clocks: { ...match.clocks, [match.turn]: left },
    since: time,
  };
}

function move(draft: Draft, action: Extract<Action, { kind: "move" }>, time: number): void {
  const { id, digit, opp, siblings, next } = action;
  const own = top(next);
  const match = descend(draft.matches.get(id), { digit, own, opp, siblings }, false, time);
  draft.matches.set(id, { ...match, nodes: nodesHash(opp, own), turn: otherSide(match.turn), opposing: next });
}

function last(draft: Draft, pairing: Pairing, shown: LastMove, time: number, rules: Rules): void {
  const id = matchId(pairing.tournament, pairing.one, pairing.two);
  const match = descend(draft.matches.get(id), shown, true, time);
  const row = tournamentOf(draft, match.tournament);
  checkAgreed(row, match, shown, rules.params);
  const leaves = match.turn === "one" ? { one: shown.own, two: shown.opp } : { one: shown.opp, two: shown.own };
  if (row.level + 1 < rules.params.heights.length) {
    draft.matches.set(id, { ...match, phase: "inner" });
    draft.tournaments.set(id, {
      id,
      level: row.level + 1,
      initial: shown.agreed,
      leaves,
      waiting: undefined,
      closes: time + Math.max(match.clocks.one, match.clocks.two),
      live: 0,
      collected: false,
      commitments: new Map(),
    });
    return;
  }
  const result = rules.step(shown.agreed, shown.witness);
  if (result === undefined) throw new Refused("WitnessWrong", shown.agreed);
  end(draft, match, sideOf(result, leaves), 0n, time, rules.params);
}

/**
 * Before leaf 0 both sides agree on the initial state, elsewhere on the leaf to the left, which is
 * in both trees.
 */
function checkAgreed(row: TournamentState, match: MatchState, shown: LastMove, params: Params): void {
  const { agreed, proof } = shown;
  if (match.pos === 0n) {
    if (proof.length > 0) throw new Refused("ProofLengthWrong", `${proof.length} siblings of the initial state`);
    if (agreed !== row.initial) throw new Refused("AgreedWrong", agreed);
    return;
  }
  const root = rootOf(agreed, match.pos - 1n, heightOf(params.heights, row.level), proof);
  if (root !== match.one && root !== match.two) throw new Refused("AgreedWrong", agreed);
}

function resolve(draft: Draft, pairing: Pairing, context: Context, params: Params): void {
  const id = matchId(pairing.tournament, pairing.one, pairing.two);
  const match = draft.matches.get(id);
  let winner: Side | undefined;
  if (match?.phase === "playing") {
    if (clockRuns(match, context.time)) throw new Refused("ClockRunning", id);
    winner = otherSide(match.turn);
  } else if (match?.phase === "inner") {
    const result = verdict(draft, id, context.time);
    if (!result.finished) throw new Refused("TournamentUnfinished", id);
    const { leaves } = tournamentOf(draft, id);
    winner = result.winner && leaves && sideOf(result.winner.finalState, leaves);
  } else {
    throw new Refused("MatchNotLive", id);
  }
  end(draft, match, winner, params.bounty, context.time, params);
  pay(draft, context.sender, params.bounty);
}

/**
 * Half a loser's bond goes to the winner's owner, the bounty to whoever resolved, the rest to
 * nobody.
 */
function end(
  draft: Draft,
  match: MatchState,
  winner: Side | undefined,
  bounty: bigint,
  time: number,
  params: Params,
): void {
  draft.matches.set(match.id, { ...match, phase: "done" });
  const row = tournamentOf(draft, match.tournament);
  draft.tournaments.set(row.id, { ...row, live: row.live - 1 });
  const bond = bondOf(params, row.level);
  for (const side of ["one", "two"] as const) {
    if (side !== winner) putCommitment(draft, row.id, { ...commitmentOf(row, match[side]), status: "out" });
  }
  if (winner === undefined) {
    draft.burned += 2n * bond - bounty;
    return;
  }
  const champion = { ...commitmentOf(row, match[winner]), clock: match.clocks[winner] };
  putCommitment(draft, row.id, champion);
  pay(draft, champion.owner, bond / 2n);
  draft.burned += bond - bond / 2n - bounty;
  pair(draft, row.id, champion.root, time, params);
}

function collect(draft: Draft, id: Hex, time: number, params: Params): void {
  const { finished, winner } = verdict(draft, id, time);
  if (!finished) throw new Refused("TournamentUnfinished", id);
  if (!winner) throw new Refused("TournamentWithoutWinner", id);
  const row = tournamentOf(draft, id);
  if (row.collected) throw new Refused("BondCollected", id);
  draft.tournaments.set(id, { ...row, collected: true });
  pay(draft, winner.owner, bondOf(params, row.level));
}

function withdraw(draft: Draft, sender: Hex): void {
  if (!draft.credits.delete(sender)) throw new Refused("NothingToWithdraw", sender);
}

function pay(draft: Draft, owner: Hex, amount: bigint): void {
  if (amount > 0n) draft.credits.set(owner, (draft.credits.get(owner) ?? 0n) + amount);
}

function sideOf(state: Hex, leaves: Readonly<Record<Side, Hex>>): Side | undefined {
  if (state === leaves.one) return "one";
  return state === leaves.two ? "two" : undefined;
}

function putCommitment(draft: Draft, id: Hex, commitment: CommitmentState): void {
  const row = tournamentOf(draft, id);
  draft.tournaments.set(id, { ...row, commitments: new Map(row.commitments).set(commitment.root, commitment) });
}

function tournamentOf(state: Draft, id: Hex): TournamentState {
  const row = state.tournaments.get(id);
  if (!row) throw new Refused("TournamentUnknown", id);
  return row;
}

function commitmentOf(row: TournamentState, root: Hex): CommitmentState {
  const commitment = row.commitments.get(root);
  if (!commitment) throw new Crash(`no commitment ${root} in tournament ${row.id}`);
  return commitment;
}

function bondOf(params: Params, level: number): bigint {
  const bond = params.bonds[level];
  if (bond === undefined) throw new Crash(`no level ${level}`);
  return bond;
}
