import { expect } from "chai";
import type { Hex } from "viem";
import { adversary, ADVERSARIES, FALSE_CLAIMANTS, LIAR } from "../../../../agents/players/adversaries/registry.ts";
import { corrupting, lastSecond, twisted, without } from "../../../../agents/players/adversaries/twists.ts";
import { NEVER, type Play } from "../../../../agents/players/play.ts";
import { Problem } from "../../../../verifier/errors.ts";

const HASH: Hex = `0x${"11".repeat(32)}`;
const PAIRING = { tournament: HASH, one: HASH, two: HASH };
const EIGHT = [HASH, HASH, HASH, HASH, HASH, HASH, HASH, HASH] as const;

const move: Play = {
  deed: { kind: "move", id: HASH, digit: 0, opp: HASH, siblings: [HASH], next: EIGHT },
  deadline: 100,
  stake: 1n,
};
const resolve: Play = { deed: { kind: "resolve", pairing: PAIRING }, deadline: NEVER, stake: 1n };
const both = [move, resolve];

describe("twists of an honest player", () => {
  it("leave out kinds of deeds", () => {
    expect(without("resolve")(both, 0)).deep.equal([move]);
    expect(without("move", "resolve")(both, 0)).deep.equal([]);
  });

  it("wait until it is nearly too late, but not with what can wait for ever", () => {
    expect(lastSecond(30)(both, 69)).deep.equal([resolve]);
    expect(lastSecond(30)(both, 70)).deep.equal(both);
  });

  it("spoil moves and nothing else", () => {
    const [spoiled, left] = corrupting(both, 0);
    expect(left).deep.equal(resolve);
    expect(spoiled?.deed).deep.equal({ ...move.deed, siblings: [`0x${"11".repeat(31)}10`] });
  });

  it("follow one another", () => {
    expect(twisted(without("resolve"), lastSecond(30))(both, 0)).deep.equal([]);
  });
});

describe("the registry of adversaries", () => {
  it("finds each by its name", () => {
    for (const name of ADVERSARIES) expect(adversary(name).name).equal(name);
    expect(adversary("liar")).equal(LIAR);
  });

  it("lists those that can be chosen when there is none of a name", () => {
    for (const [name, among] of [
      ["nobody", ADVERSARIES],
      ["front-runner", FALSE_CLAIMANTS],
    ] as const) {
      const attempt = (): unknown => adversary(name, among);
      expect(attempt).throw(Problem, `there is no adversary "${name}" here`);
      try {
        attempt();
      } catch (error) {
        const hint = (error as Problem).hint ?? "";
        for (const choice of among) expect(hint).include(`${choice} (`);
      }
    }
  });
});
