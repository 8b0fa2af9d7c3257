import { expect } from "chai";
import { without } from "../../../agents/players/adversaries/twists.ts";
import type { Twist } from "../../../agents/players/play.ts";
import { campaign, type Played } from "../../../agents/simulation/campaign.ts";
import { killedEverywhere, ONE_DISPUTE } from "../../../agents/simulation/kill-points.ts";
import { drawSchedule, FAULTS, type Schedule } from "../../../agents/simulation/schedule.ts";
import type { PlayOptions } from "../../../agents/simulation/play.ts";

/** Schedules of the sample: a campaign has hundreds (docs/security.md). */
const SAMPLE = 14;

/** Points of one dispute at which the sample kills; `simulate --every-kill-point` takes all. */
const EVERY = 9;

async function played(schedules: readonly Schedule[], options: PlayOptions = {}): Promise<Played[]> {
  const all: Played[] = [];
  for await (const one of campaign(schedules, options)) all.push(one);
  return all;
}

/**
 * What is the same each time: all but gas, to which each byte of a salt that is zero gives 12 less,
 * and salts come from a store's own secret.
 */
function courseOf({ judgement: { broken, measured }, ...rest }: Played): object {
  return { ...rest, broken, measured: { ...measured, gas: 0n, validatorGas: 0n } };
}

/** What does not hold in the one dispute if the validator plays like this. */
async function brokenBy(twist: Twist): Promise<string> {
  const [one] = await played([ONE_DISPUTE], { twist });
  return one?.judgement.broken.join("\n") ?? "";
}

describe("a campaign of random schedules", () => {
  it("finds nothing that does not hold, whatever goes wrong", async () => {
    const range = { liars: [1, 8], faults: FAULTS } as const;
    const schedules = Array.from({ length: SAMPLE }, (_, place) => drawSchedule(7_000 + place, range));
    for (const { schedule, judgement } of await played(schedules))
      expect(judgement.broken, `seed ${schedule.seed}`).deep.equal([]);
  });

  it("takes the same course each time", async () => {
    const schedule = drawSchedule(3, { liars: [2, 4], faults: ["kill", "reorg", "censor", "gas", "disk", "down"] });
    const [first, second] = (await played([schedule, schedule])).map(courseOf);
    expect(first).deep.equal(second);
  });

  it("survives the end of its process at points of one dispute", async () => {
    const [undisturbed] = await played([ONE_DISPUTE]);
    expect(undisturbed?.judgement.broken).deep.equal([]);
    const points = killedEverywhere(undisturbed?.effects ?? 0);
    // Each transaction is signed, written, handed over, and noted.
    expect(points.length).greaterThan(80);
    const chosen = points.filter((_, place) => place % EVERY === 0);
    for (const { schedule, judgement } of await played(chosen)) {
      expect(judgement.broken, JSON.stringify(schedule.faults)).deep.equal([]);
      expect(judgement.measured?.lives).equal(3);
    }
  });
});

describe("what campaigns have found", () => {
  // The false claim is in the blocks that go, and so is the announcement; in those that come instead
  // is the announcement alone, and then an honest worker claims first.
  const REORGANISED: Schedule = {
    ...{ ...ONE_DISPUTE, liarsFirst: false },
    faults: [{ kind: "reorg", at: 5, depth: 4, lost: 0, back: 1 }],
  };

  it("keeps its bond where a reorganisation has taken back what it was announced for", async () => {
    const [one] = await played([REORGANISED]);
    expect(one?.judgement.broken).deep.equal([]);
  });

  it("would lose it if it announced at once", async () => {
    const [one] = await played([REORGANISED], { settling: 0 });
    expect(one?.judgement.broken.join()).match(/the validator's bonds, prizes and bounties/);
  });
});

describe("what a campaign checks", () => {
  it("tells that a false claim was confirmed, if nobody challenges it", async () => {
    const broken = await brokenBy(() => []);
    expect(broken).match(/a false claim about fragment 0 was confirmed/);
  });

  it("tells that a match and its bond are lost, if the validator does not move", async () => {
    const broken = await brokenBy(without("move", "last"));
    expect(broken).match(/the validator's commitments have lost 1 matches/);
    expect(broken).match(/the validator's bonds, prizes and bounties: .* ether, due are/);
  });

  it("tells that a dispute is not settled", async () => {
    const broken = await brokenBy(without("settle"));
    expect(broken).match(/of 1 fragments 0 were decided/);
  });

  it("tells that a bond is not fetched", async () => {
    const broken = await brokenBy(without("collect"));
    expect(broken).match(/the validator's bonds, prizes and bounties/);
  });

  it("tells that a challenge was announced and never made", async () => {
    const broken = await brokenBy(without("challenge"));
    expect(broken).match(/the validator's bonds, prizes and bounties/);
  });
});
