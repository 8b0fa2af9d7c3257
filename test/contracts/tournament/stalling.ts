/**
 * Liars who only want to lose time, against one honest player, in the rules of agents/game: how
 * long does a tournament last?
 */
import type { Hex } from "viem";
import { announcementHash, tournamentId } from "../../../agents/game/openings.ts";
import { apply, clockRuns, verdict } from "../../../agents/game/rules.ts";
import type { Rules } from "../../../agents/game/rules.ts";
import { EMPTY_GAME } from "../../../agents/game/types.ts";
import type { Action, GameState, MatchState, Params, TournamentState } from "../../../agents/game/types.ts";
import { INITIAL } from "./schedule.ts";
import { heightOf, lengthOf, MOVE_LEVELS, strideOf } from "../../../verifier/history/game-levels.ts";
import type { Draw } from "./schedule.ts";
import { story, toyStep, TRUTH } from "../../support/toy.ts";
import { grow, joining, lastMove, nextMove, NO_SALT } from "../../support/toy-tree.ts";
import type { Story } from "../../support/toy.ts";
import type { Tree } from "../../support/toy-tree.ts";

/** What a liar does when it has to move: at once, in its last second, or never. */
export type Stalling = "prompt" | "lastSecond" | "never";

export interface Strategy {
  /** How many false commitments there are in each tournament. */
  readonly liars: number;
  /** Chosen again for each turn. */
  readonly turn: () => Stalling;
  /** Whether a false commitment joins in the tournament's last second, chosen for each. */
  readonly late: () => boolean;
}

export interface Length {
  /** From the root tournament's opening until it is finished; seconds. */
  readonly seconds: number;
  readonly truthWon: boolean;
  readonly matches: number;
}

const PLAYER: Hex = `0x${"11".repeat(20)}`;
const START = 1_000_000;

/** Plays one game. The honest player does everything `lag` seconds late. */
export function playStalling(params: Params, strategy: Strategy, lag: number, draw: Draw): Length {
  return new Stall(params, strategy, lag, draw).run();
}

interface Due {
  readonly time: number;
  readonly action: Action;
}

class Stall {
  readonly #params: Params;
  readonly #strategy: Strategy;
  readonly #lag: number;
  readonly #draw: Draw;
  readonly #rules: Rules;
  readonly #root = tournamentId(PLAYER, NO_SALT);
  readonly #trees = new Map<Hex, Tree>();
  readonly #honest = new Map<Hex, Hex>();
  readonly #plans = new Map<string, Due>();
  readonly #joins: Due[] = [];
  #state: GameState = EMPTY_GAME;

  constructor(params: Params, strategy: Strategy, lag: number, draw: Draw) {
    this.#params = params;
    this.#strategy = strategy;
    this.#lag = lag;
    this.#draw = draw;
    this.#rules = { params, arbiter: PLAYER, step: toyStep(1n << 40n) };
  }

  run(): Length {
    let time = START;
    const { heights } = this.#params;
    const truth = grow(TRUTH, 0n, strideOf(heights, 0), heightOf(heights, 0));
    const lies = this.#lies(0n, lengthOf(heights), 0n).map((lie) => grow(lie, 0n, truth.stride, truth.height));
    for (const tree of [truth, ...lies]) {
      const announcement = announcementHash(PLAYER, this.#root, tree.root, NO_SALT);
      this.#do({ kind: "announce", announcement, value: this.#params.bonds[0] ?? 0n }, START - 1);
      this.#trees.set(tree.root, tree);
    }
    this.#honest.set(this.#root, truth.root);
    const opening = { tournament: this.#root, initial: INITIAL, owner: PLAYER, commitment: joining(truth) };
    this.#do({ kind: "open", ...opening }, START);
    this.#plan(this.#root, lies, START, START + this.#params.period);
    for (let turns = 0; !verdict(this.#state, this.#root, time).finished; turns++) {
      if (turns > 100_000) throw new Error("the game does not end");
      const next = this.#next(time);
      time = Math.max(time, next.time);
      if (next.action) this.#do(next.action, time);
    }
    return {
      seconds: time - START,
      truthWon: verdict(this.#state, this.#root, time).winner?.root === truth.root,
      matches: this.#state.matches.size,
    };
  }

  #do(action: Action, time: number): void {
    const before = this.#state;
    this.#state = apply(before, action, { sender: PLAYER, time }, this.#rules);
    if (action.kind !== "last") return;
    for (const row of this.#state.tournaments.values()) if (!before.tournaments.has(row.id)) this.#below(row, time);
  }

  /**
   * Who joins an inner tournament: both sides with their own stories, and liars who end as one of
   * them does.
   */
  #below(row: TournamentState, time: number): void {
    const match = this.#state.matches.get(row.id);
    const [one, two] = [match && this.#trees.get(match.one), match && this.#trees.get(match.two)];
    if (!match || !one || !two || !row.leaves) throw new Error("sealed from nothing");
    const height = heightOf(this.#params.heights, row.level);
    const stride = strideOf(this.#params.heights, row.level);
    const start = one.start + match.pos * one.stride;
    const defended = this.#honest.get(match.tournament);
    const liars: Tree[] = [];
    const ends = [row.leaves.one, row.leaves.two];
    for (const [place, side] of [one, two].entries()) {
      const tree = grow(side.story, start, stride, height, ends[place]);
      this.#trees.set(tree.root, tree);
      if (side.root !== defended) {
        liars.push(tree);
        continue;
      }
      this.#honest.set(row.id, tree.root);
      this.#joins.push({ time: time + this.#lag, action: this.#joinOf(row.id, tree) });
    }
    const lies = this.#lies(start, one.stride, start + 1n).map((lie) =>
      grow(lie, start, stride, height, ends[this.#draw(2)]),
    );
    this.#plan(row.id, [...liars, ...lies].slice(0, this.#strategy.liars), time, row.closes);
  }

  #lies(start: bigint, steps: bigint, salt: bigint): Story[] {
    return Array.from({ length: this.#strategy.liars }, (_, i) =>
      story([[start + 1n + BigInt(this.#draw(Number(steps))), BigInt(i + 1) + (salt << 8n)]]),
    );
  }

  #plan(id: Hex, liars: readonly Tree[], now: number, closes: number): void {
    const joined = new Set<Hex>([this.#honest.get(id) ?? NO_SALT]);
    for (const tree of liars) {
      if (joined.has(tree.root)) continue;
      joined.add(tree.root);
      this.#trees.set(tree.root, tree);
      this.#joins.push({ time: this.#strategy.late() ? closes - 1 : now, action: this.#joinOf(id, tree) });
    }
  }

  #joinOf(id: Hex, tree: Tree): Action {
    const level = this.#state.tournaments.get(id)?.level ?? 0;
    const value = level === 0 ? 0n : (this.#params.bonds[level] ?? 0n);
    return { kind: "join", tournament: id, commitment: joining(tree), value };
  }

  /** What happens next: the earliest of all that is planned; nothing but time if nothing is. */
  #next(now: number): { time: number; action: Action | undefined } {
    const due: Due[] = [...this.#joins];
    let closing = Infinity;
    for (const row of this.#state.tournaments.values()) if (row.closes > now) closing = Math.min(closing, row.closes);
    for (const match of this.#state.matches.values()) {
      if (match.phase === "playing") due.push(this.#turn(match));
      else if (match.phase === "inner" && verdict(this.#state, match.id, now).finished) {
        due.push({ time: now, action: resolution(match) });
      }
    }
    const first = due.reduce<Due | undefined>((a, b) => (a && a.time <= b.time ? a : b), undefined);
    if (!first || closing < first.time) return { time: closing, action: undefined };
    const place = this.#joins.indexOf(first);
    if (place >= 0) this.#joins.splice(place, 1);
    return first;
  }

  /** The plan for a turn is made once. */
  #turn(match: MatchState): Due {
    const key = `${match.id}/${match.height}`;
    const known = this.#plans.get(key);
    if (known) return known;
    const mover = match[match.turn];
    const end = match.since + match.clocks[match.turn];
    const mine = this.#honest.get(match.tournament) === mover;
    const stalling = mine ? "prompt" : this.#strategy.turn();
    const time = mine ? match.since + this.#lag : stalling === "prompt" ? match.since : end - 1;
    if (!clockRuns(match, time)) throw new Error("a plan after the clock's end");
    const plan: Due =
      stalling === "never" ? { time: end, action: resolution(match) } : { time, action: this.#move(match, mover) };
    this.#plans.set(key, plan);
    return plan;
  }

  #move(match: MatchState, mover: Hex): Action {
    const tree = this.#trees.get(mover);
    const row = this.#state.tournaments.get(match.tournament);
    if (!tree || !row) throw new Error("a player without a tree");
    if (match.height > MOVE_LEVELS) return { kind: "move", ...nextMove(match, tree) };
    const { tournament, one, two } = match;
    return { kind: "last", pairing: { tournament, one, two }, shown: lastMove(match, tree, row.initial) };
  }
}

function resolution({ tournament, one, two }: MatchState): Action {
  return { kind: "resolve", pairing: { tournament, one, two } };
}
