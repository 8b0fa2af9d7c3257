import { expect } from "chai";
import { delayInPeriods } from "../../../agents/game/delay-bound.ts";
import type { Params } from "../../../agents/game/types.ts";
import { drawFrom } from "./schedule.ts";
import type { Draw } from "./schedule.ts";
import { playStalling } from "./stalling.ts";
import type { Stalling, Strategy } from "./stalling.ts";

const PERIOD = 100_000;
const GRACE = 200;
/**
 * The honest player is this late with everything: two turns a match and a join stay within the
 * grace.
 */
const LAG = 50;
const GAMES = process.env["FUZZ_PROFILE"] === "ci" ? 1000 : 40;

/**
 * Heights, false commitments in each tournament, and the longest delay seen in periods, below which
 * the stallers would be too tame.
 */
const CASES: readonly (readonly [heights: readonly number[], liars: number, atLeast: number])[] = [
  [[6], 1, 1],
  [[6], 3, 2],
  [[6], 7, 3],
  [[6], 15, 4],
  [[3, 3], 1, 2],
  [[3, 3], 3, 4],
  [[3, 3], 7, 6],
  [[6, 3], 1, 2],
  [[6, 3], 3, 4],
  [[3, 3, 3], 1, 3],
  [[3, 3, 3], 3, 12],
  [[6, 3, 3], 3, 10],
  [[3, 3, 3, 3], 1, 4],
  [[3, 3, 3, 3], 3, 24],
];

describe("Delay against stalling liars (invariants 1 and 13)", () => {
  for (const [heights, liars, atLeast] of CASES) {
    it(`stays within the bound and the truth wins: ${liars} liars, heights ${heights.join(", ")}`, () => {
      const bound = delayInPeriods(heights.length, liars);
      const params: Params = { period: PERIOD, grace: GRACE, heights, bonds: heights.map(() => 1000n), bounty: 99n };
      let longest = 0;
      for (let seed = 0; seed < GAMES; seed++) {
        const draw = drawFrom(seed);
        const { seconds, truthWon } = playStalling(params, strategyOf(seed, liars, draw), LAG, draw);
        expect(truthWon, `seed ${seed}`).to.equal(true);
        longest = Math.max(longest, seconds);
      }
      expect(longest).to.be.at.most(bound * PERIOD);
      expect(longest).to.be.at.least(atLeast * PERIOD);
    });
  }
});

/**
 * The first games are those of one mind: all never, all in the last second, early or late; the
 * others mix.
 */
function strategyOf(seed: number, liars: number, draw: Draw): Strategy {
  const pure: readonly (readonly [Stalling, boolean])[] = [
    ["never", false],
    ["lastSecond", false],
    ["never", true],
    ["lastSecond", true],
  ];
  const [only, late] = pure[seed] ?? [undefined, undefined];
  if (only !== undefined) return { liars, turn: () => only, late: () => late };
  const weights = { prompt: draw(4), lastSecond: 1 + draw(4), never: draw(4) };
  const latecomers = draw(3) * 50;
  return {
    liars,
    turn: () => {
      const at = draw(weights.prompt + weights.lastSecond + weights.never);
      if (at < weights.prompt) return "prompt";
      return at < weights.prompt + weights.lastSecond ? "lastSecond" : "never";
    },
    late: () => draw(100) < latecomers,
  };
}
