import { expect } from "chai";
import { LogsIncomplete, rebuild } from "../../../agents/game/events.ts";
import { EMPTY_GAME } from "../../../agents/game/types.ts";
import type { Params } from "../../../agents/game/types.ts";

const PARAMS: Params = { period: 1000, grace: 100, heights: [3], bonds: [1000n], bounty: 99n };
const NAME = `0x${"ab".repeat(32)}` as const;

/**
 * That logs rebuild every state of random games is tested beside the contract
 * (test/contracts/tournament/differential.test.ts).
 */
describe("agents/game events", () => {
  it("no logs are the empty game", () => {
    expect(rebuild([], PARAMS)).to.deep.equal(EMPTY_GAME);
  });

  it("logs without their beginning are refused by name", () => {
    const late = [{ kind: "Collected", tournament: NAME, root: NAME }] as const;
    expect(() => rebuild(late, PARAMS)).to.throw(LogsIncomplete, NAME);
  });
});
