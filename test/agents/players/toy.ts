/** A toy computation for games without a machine: a state is a number, a step adds one, and the last state stays. */
import { type Hex, keccak256, toHex } from "viem";
import { commitmentOf } from "../../../verifier/history/commitment-builder.ts";
import { heightOf, stepOf, strideOf } from "../../../verifier/history/game-levels.ts";
import { apply, type Rules } from "../../../agents/game/rules.ts";
import { Refused } from "../../../agents/game/refused.ts";
import { type Action, EMPTY_GAME, type GameState, type Params } from "../../../agents/game/types.ts";
import type { Book } from "../../../agents/players/book.ts";
import { historyOpening } from "../../../agents/players/history-book.ts";

/** The Arbiter's address in toy games. */
export const ARBITER: Hex = `0x${"aa".repeat(20)}`;

/** Root of the toy's state after `step` steps, as a version of history tells it; version 0 is the truth. */
export function toyState(step: bigint, version = 0): Hex {
  return keccak256(toHex(`${step} ${version}`));
}

/** A history that is true before step `lieAt` and a version of its own from there on. */
export interface ToyHistory {
  readonly version: number;
  readonly lieAt: bigint;
  /** Steps until the computation halts. */
  readonly halt: bigint;
}

const rootAt = ({ version, lieAt, halt }: ToyHistory, step: bigint): Hex => {
  const at = step < halt ? step : halt;
  return toyState(at, at < lieAt ? 0 : version);
};

/** The book of a toy history. Its witness is the number of the step: enough for {@link toyRules}. */
export function toyBook(history: ToyHistory, heights: readonly number[]): Book {
  const start = (path: readonly bigint[]): bigint => stepOf(heights, path);
  return {
    commitment: (path) => {
      const [height, stride] = [heightOf(heights, path.length), strideOf(heights, path.length)];
      const leaves = Array.from({ length: 2 ** height }, (_, i) =>
        Buffer.from(rootAt(history, start(path) + BigInt(i + 1) * stride).slice(2), "hex"),
      );
      return Promise.resolve(historyOpening(commitmentOf(height, Buffer.concat(leaves))));
    },
    witness: (path) => toHex(start(path), { size: 32 }),
  };
}

/** The rules of a toy game: the step verifier knows the true successor of every state, and what a liar's successor is. */
export function toyRules(params: Params, halt: bigint): Rules {
  return {
    params,
    arbiter: ARBITER,
    step: (agreed, witness) => {
      const step = BigInt(witness);
      for (let version = 0; version < 64; version++) {
        if (toyState(step, version) === agreed) return toyState(step < halt ? step + 1n : step, version);
      }
      return undefined;
    },
  };
}

/** A toy chain: the game, its clock, and who did what. */
export class ToyChain {
  game: GameState = EMPTY_GAME;
  time = 1_000;
  readonly rules: Rules;

  constructor(rules: Rules) {
    this.rules = rules;
  }

  /** Applies an action in a new block; tells whether the rules allowed it. */
  send(sender: Hex, action: Action): boolean {
    this.time += 1;
    try {
      this.game = apply(this.game, action, { sender, time: this.time }, this.rules);
      return true;
    } catch (error) {
      if (error instanceof Refused) return false;
      throw error;
    }
  }
}
