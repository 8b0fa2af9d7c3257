/**
 * Random schedules: what anybody might try next in a game of many opinions, right, late, wrong or
 * absurd.
 */
import { numberToHex } from "viem";
import type { Hex } from "viem";
import { announcementHash, matchId } from "../../../agents/game/openings.ts";
import { heightOf, lengthOf, MOVE_LEVELS, strideOf } from "../../../verifier/history/game-levels.ts";
import type { Action, Eight, GameState, LastMove, MatchState, Params } from "../../../agents/game/types.ts";
import { garbage, story, toyState, TRUTH } from "../../support/toy.ts";
import { grow, joining, lastMove, nextMove, NO_SALT } from "../../support/toy-tree.ts";
import type { Story } from "../../support/toy.ts";
import type { Tree } from "../../support/toy-tree.ts";

/** The state of the toy machine before the first step. */
export const INITIAL = toyState(0n, 0n);

/** A source of whole numbers below `bound`; the same seed gives the same numbers. */
export type Draw = (bound: number) => number;

/** mulberry32: a small generator that is good enough to choose with. */
export function drawFrom(seed: number): Draw {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}

/** What somebody does, and how long after the action before. */
export interface Attempt {
  readonly action: Action;
  readonly sender: Hex;
  readonly wait: number;
}

/** The players and all the trees they know. */
export class Cast {
  readonly params: Params;
  readonly tournament: Hex;
  readonly arbiter: Hex;
  readonly owners: readonly Hex[];
  readonly #trees = new Map<Hex, Tree>();
  readonly #candidates = new Map<Hex, Tree[]>();
  readonly #opinions: number;

  /**
   * `opinions` different commitments compete for each tournament; in the root tournament the truth
   * is the first.
   */
  constructor(params: Params, tournament: Hex, arbiter: Hex, owners: readonly Hex[], opinions: number, draw: Draw) {
    this.params = params;
    this.tournament = tournament;
    this.arbiter = arbiter;
    this.owners = owners;
    this.#opinions = opinions;
    const { heights } = params;
    const steps = Number(lengthOf(heights));
    const stories = [TRUTH, ...Array.from({ length: opinions - 1 }, (_, i) => liar(BigInt(i + 1), 0, steps, draw))];
    this.#add(
      tournament,
      stories.map((told) => grow(told, 0n, strideOf(heights, 0), heightOf(heights, 0))),
    );
  }

  /** The commitments that may join a tournament. */
  candidates(state: GameState, id: Hex, draw: Draw): readonly Tree[] {
    const known = this.#candidates.get(id);
    if (known) return known;
    const match = state.matches.get(id);
    const row = state.tournaments.get(id);
    const [one, two] = [match && this.tree(match.one), match && this.tree(match.two)];
    if (!match || !row?.leaves || !one || !two) return [];
    const height = heightOf(this.params.heights, row.level);
    const stride = strideOf(this.params.heights, row.level);
    const start = one.start + match.pos * one.stride;
    const ends = [row.leaves.one, row.leaves.two];
    // A side that had to end in a given state tells another story up to there, and has to end so
    // here as well.
    const trees = [one, two].map((tree, side) => grow(tree.story, start, stride, height, ends[side]));
    for (let i = 2; i < this.#opinions; i++) {
      const lineage = BigInt(i) + (start << 8n);
      // One in eight forgets how it has to end.
      const end = draw(8) === 0 ? undefined : ends[draw(2)];
      trees.push(grow(liar(lineage, Number(start), Number(one.stride), draw), start, stride, height, end));
    }
    return this.#add(id, trees);
  }

  /** Who joins the root tournament with a commitment: its owner, or somebody who has it too. */
  ownerOf(root: Hex, twin = 0): Hex {
    const place = this.#candidates.get(this.tournament)?.findIndex((tree) => tree.root === root) ?? -1;
    return this.owners[(place + twin + this.owners.length) % this.owners.length] ?? this.arbiter;
  }

  /** What is announced before the game begins: nearly everything, and half of it twice. */
  announcements(draw: Draw): Action[] {
    return [...(this.#candidates.get(this.tournament) ?? [])]
      .filter(() => draw(8) > 0)
      .flatMap(({ root }) => pick([[0], [0, 1], [1, 0], [0]], draw).map((twin) => this.announcement(root, twin)));
  }

  /** The announcement of a commitment by its owner, or by its twin. */
  announcement(root: Hex, twin = 0): Action {
    const announcement = announcementHash(this.ownerOf(root, twin), this.tournament, root, NO_SALT);
    return { kind: "announce", announcement, value: this.params.bonds[0] ?? 0n };
  }

  tree(root: Hex): Tree | undefined {
    return this.#trees.get(root);
  }

  #add(id: Hex, trees: Tree[]): readonly Tree[] {
    for (const tree of trees) this.#trees.set(tree.root, tree);
    this.#candidates.set(id, trees);
    return trees;
  }
}

function liar(lineage: bigint, start: number, steps: number, draw: Draw): Story {
  const fork = BigInt(start + 1 + draw(steps));
  if (draw(4) === 0) return garbage(fork, lineage);
  const second = BigInt(start + 1 + draw(steps));
  return second > fork
    ? story([
        [fork, lineage],
        [second, lineage + 100n],
      ])
    : story([[fork, lineage]]);
}

/** Something that some player could do now, mostly as it should be done. */
export function attempt(cast: Cast, state: GameState, time: number, draw: Draw): Attempt {
  const anybody = pick(cast.owners, draw);
  const { action, sender } = pick([...candidateActions(cast, state, time, anybody, draw)], draw);
  const wait = pause(cast.params, state, time, draw);
  return { action: draw(5) === 0 ? spoil(action, draw) : action, sender: draw(8) === 0 ? anybody : sender, wait };
}

function* candidateActions(
  cast: Cast,
  state: GameState,
  time: number,
  anybody: Hex,
  draw: Draw,
): Generator<{ action: Action; sender: Hex }> {
  const { tournament, params } = cast;
  const tree = pick(cast.candidates(state, tournament, draw), draw);
  const owner = cast.ownerOf(tree.root);
  if (!state.tournaments.has(tournament) || draw(8) === 0) {
    const commitment = joining(tree);
    yield { action: { kind: "open", tournament, initial: INITIAL, owner, commitment }, sender: cast.arbiter };
  }
  for (const row of state.tournaments.values()) {
    const trees = cast.candidates(state, row.id, draw);
    const joins = trees.length === 0 || (time >= row.closes && draw(20) > 0) ? 0 : 3;
    for (let i = 0; i < joins; i++) {
      const { root } = pick(trees, draw);
      const commitment = joining(cast.tree(root) ?? tree);
      const value = row.level === 0 ? 0n : (params.bonds[row.level] ?? 0n);
      const action: Action = { kind: "join", tournament: row.id, commitment, value };
      yield { action, sender: row.level === 0 ? cast.ownerOf(root, draw(2)) : anybody };
    }
    if (draw(time < row.closes ? 20 : 3) === 0)
      yield { action: { kind: "collect", tournament: row.id }, sender: anybody };
  }
  for (const match of state.matches.values()) {
    const { one, two, phase } = match;
    if (phase === "done" && draw(8) > 0) continue;
    yield { action: { kind: "resolve", pairing: { tournament: match.tournament, one, two } }, sender: anybody };
    const step = play(cast, state, match);
    for (let i = 0; step && i < 3; i++) yield { action: step, sender: anybody };
  }
  if (draw(8) === 0) {
    yield { action: cast.announcement(tree.root, draw(2)), sender: anybody };
  }
  yield { action: { kind: "withdraw", to: anybody }, sender: anybody };
}

/** The mover's only right action, if its tree is known and the match is being played. */
export function play(cast: Cast, state: GameState, match: MatchState): Action | undefined {
  const { tournament, one, two, phase, turn, height } = match;
  const tree = cast.tree(match[turn]);
  const row = state.tournaments.get(tournament);
  if (!tree || !row || phase !== "playing") return undefined;
  if (height > MOVE_LEVELS) return { kind: "move", ...nextMove(match, tree) };
  return { kind: "last", pairing: { tournament, one, two }, shown: lastMove(match, tree, row.initial) };
}

/**
 * Often none or little; sometimes just to the edge of a clock or of a tournament's closing; rarely
 * very long.
 */
function pause(params: Params, state: GameState, time: number, draw: Draw): number {
  const kind = draw(20);
  if (kind < 12) return 0;
  if (kind < 18) return draw(1 + Math.floor(params.grace / 8));
  if (draw(8) === 0) return draw(params.period);
  const edges = [...state.matches.values()]
    .filter((match) => match.phase === "playing")
    .map((match) => match.since + match.clocks[match.turn])
    .concat([...state.tournaments.values()].map((row) => row.closes))
    .map((edge) => edge - 1 + draw(2) - time)
    .filter((wait) => wait >= 0);
  return edges.length === 0 || draw(2) === 0 ? draw(params.grace) : Math.min(...edges);
}

/** The same action with one thing wrong. */
function spoil(action: Action, draw: Draw): Action {
  const junk = numberToHex(1 + draw(1000), { size: 32 });
  const junkAddress = numberToHex(1 + draw(1000), { size: 20 });
  switch (action.kind) {
    case "open":
    case "join": {
      const { commitment } = action;
      const { children, proof } = commitment;
      const spoilt: readonly (() => Action)[] = [
        () => ({ ...action, tournament: junk }),
        () => (action.kind === "join" ? { ...action, value: action.value + 1n } : { ...action, owner: junkAddress }),
        () => ({ ...action, commitment: { ...commitment, finalState: junk } }),
        () => ({ ...action, commitment: { ...commitment, salt: junk } }),
        () => ({ ...action, commitment: { ...commitment, proof: [...proof, junk] } }),
        () => ({ ...action, commitment: { ...commitment, proof: proof.slice(1) } }),
        () => ({ ...action, commitment: { ...commitment, children: swapped(children, draw) } }),
      ];
      return pick(spoilt, draw)();
    }
    case "move": {
      const { digit, siblings, next } = action;
      const spoilt: readonly (() => Action)[] = [
        () => ({ ...action, id: junk }),
        () => ({ ...action, digit: draw(256) }),
        () => ({ ...action, digit: digit ^ (1 << draw(MOVE_LEVELS)) }),
        () => ({ ...action, opp: junk }),
        () => ({ ...action, siblings: withJunk(siblings, junk, draw) }),
        () => ({ ...action, siblings: [...siblings, junk] }),
        () => ({ ...action, siblings: siblings.slice(1) }),
        () => ({ ...action, next: swapped(next, draw) }),
      ];
      return pick(spoilt, draw)();
    }
    case "last": {
      const { shown, pairing } = action;
      const { siblings, proof } = shown;
      const changes: readonly Partial<LastMove>[] = [
        { digit: draw(256) },
        { opp: shown.own },
        { own: junk },
        { agreed: junk },
        { siblings: siblings.slice(1) },
        { siblings: withJunk(siblings, junk, draw) },
        { proof: [...proof, junk] },
        { proof: withJunk(proof, junk, draw) },
        { witness: junk },
        { witness: "0x" },
      ];
      if (draw(10) === 0) {
        const id = matchId(pairing.tournament, pairing.one, pairing.two);
        const { digit, opp, own } = shown;
        return { kind: "move", id, digit, opp, siblings, next: [own, opp, junk, junk, junk, junk, junk, junk] };
      }
      if (draw(10) === 0) return { ...action, pairing: { ...pairing, one: pairing.two, two: pairing.one } };
      return { ...action, shown: { ...shown, ...pick(changes, draw) } };
    }
    case "resolve":
      return { ...action, pairing: { ...action.pairing, one: junk } };
    case "collect":
      return { ...action, tournament: junk };
    case "announce":
      return { ...action, value: action.value - 1n };
    case "withdraw":
      return action;
  }
}

function swapped(nodes: Eight, draw: Draw): Eight {
  const [a, b, c, d, e, f, g, h] = nodes;
  return draw(2) === 0 ? [b, a, c, d, e, f, g, h] : [a, b, c, d, e, f, h, g];
}

function withJunk(nodes: readonly Hex[], junk: Hex, draw: Draw): readonly Hex[] {
  const place = nodes.length === 0 ? -1 : draw(nodes.length);
  return nodes.map((node, i) => (i === place ? junk : node));
}

/** One of a list that is not empty. */
export function pick<Item>(items: readonly Item[], draw: Draw): Item {
  const item = items[draw(items.length)];
  if (item === undefined) throw new RangeError("nothing to choose from");
  return item;
}

/** Actions that end a game by time alone: every match that can be resolved. */
export function resolvable(state: GameState): Action[] {
  return [...state.matches.values()]
    .filter(({ phase }) => phase !== "done")
    .map(({ tournament, one, two }) => ({ kind: "resolve", pairing: { tournament, one, two } }));
}
