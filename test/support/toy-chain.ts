/** A game without a chain. */
import type { Hex } from "viem";
import { Refused } from "../../agents/game/refused.ts";
import { apply, type Rules } from "../../agents/game/rules.ts";
import { type Action, EMPTY_GAME, type GameState } from "../../agents/game/types.ts";

/** A chain in memory: the game and its clock. */
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
