import { expect } from "chai";
import fc from "fast-check";
import { Crash } from "../../../verifier/errors.ts";
import {
  FAN_OUT,
  heightOf,
  HeightsError,
  lengthOf,
  MAX_HEIGHT,
  MAX_LEVELS,
  MOVE_LEVELS,
  requireHeights,
  stepOf,
  strideOf,
} from "../../../verifier/history/game-levels.ts";
import { SEED } from "../seed.ts";

const heightsOf = (fewest: number): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: 1, max: 5 }), { minLength: fewest, maxLength: MAX_LEVELS });

describe("the levels of a dispute", () => {
  it("have a fan-out of two to the levels of a move", () => {
    expect([MOVE_LEVELS, FAN_OUT, MAX_LEVELS, MAX_HEIGHT]).to.deep.equal([3, 8, 4, 60]);
  });

  for (const heights of [[3], [60], [33, 15], [21, 12, 9], [21, 12, 9, 6], [3, 3, 3, 51]]) {
    it(`may be ${heights.join(", ")}`, () => requireHeights(heights));
  }

  const wrong: readonly (readonly [heights: readonly number[], message: string])[] = [
    [[], "there are 1 to 4 levels, not 0"],
    [[3, 3, 3, 3, 3], "there are 1 to 4 levels, not 5"],
    [[6, 4], "the height of level 1 is a positive multiple of 3, not 4"],
    [[3, 3, 0], "the height of level 2 is a positive multiple of 3, not 0"],
    [[-3], "the height of level 0 is a positive multiple of 3, not -3"],
    [[4.5], "the height of level 0 is a positive multiple of 3, not 4.5"],
    [[Number.NaN], "the height of level 0 is a positive multiple of 3, not NaN"],
    [[33, 30], "the heights are 60 together at most, not 63"],
    [[15, 15, 15, 18], "the heights are 60 together at most, not 63"],
  ];
  for (const [heights, message] of wrong) {
    it(`cannot be [${heights.join(", ")}]`, () => {
      expect(() => requireHeights(heights)).to.throw(HeightsError, message);
    });
  }

  it("divide every step of a history into positions, of which the last one counts single steps", () => {
    const places = heightsOf(1).chain((heights) =>
      fc.tuple(fc.constant(heights), fc.bigInt({ min: 0n, max: lengthOf(heights) - 1n })),
    );
    fc.assert(
      fc.property(places, ([heights, step]) => {
        // From the bottom up, by division: another way than `stepOf` goes.
        const path: bigint[] = [];
        let rest = step;
        for (const height of [...heights].reverse()) {
          path.unshift(rest % 2n ** BigInt(height));
          rest /= 2n ** BigInt(height);
        }
        expect(rest).to.equal(0n);
        expect(stepOf(heights, path)).to.equal(step);
        expect(strideOf(heights, heights.length - 1)).to.equal(1n);
        // A part of the path names the stride in which the step lies.
        const above = stepOf(heights, path.slice(0, 1));
        expect(step - above < strideOf(heights, 0) && above <= step).to.equal(true);
      }),
      { seed: SEED },
    );
  });

  it("cover a stride of the level above each", () => {
    fc.assert(
      fc.property(heightsOf(2), (heights) => {
        for (let level = 1; level < heights.length; level++) {
          const covered = strideOf(heights, level) * 2n ** BigInt(heightOf(heights, level));
          expect(covered).to.equal(strideOf(heights, level - 1));
        }
        expect(() => heightOf(heights, heights.length)).to.throw(Crash, `no level ${heights.length}`);
      }),
      { seed: SEED },
    );
  });
});
