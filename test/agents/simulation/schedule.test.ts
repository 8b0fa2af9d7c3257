import { expect } from "chai";
import { CENSORSHIP, drawSchedule, FAULTS, MOST_LIARS } from "../../../agents/simulation/schedule.ts";

const RANGE = { liars: [1, MOST_LIARS], faults: FAULTS } as const;

describe("drawSchedule", () => {
  const drawn = Array.from({ length: 500 }, (_, seed) => drawSchedule(seed, RANGE));

  it("gives the same schedule for the same seed, and others for others", () => {
    expect(drawSchedule(17, RANGE)).deep.equal(drawn[17]);
    expect(new Set(drawn.map((schedule) => JSON.stringify(schedule))).size).equal(drawn.length);
  });

  it("takes no more of the honest side's clock than C", () => {
    for (const { faults } of drawn) {
      const taken = faults.reduce((sum, fault) => sum + ("seconds" in fault ? fault.seconds : 0), 0);
      expect(taken).most(CENSORSHIP);
    }
  });

  it("draws few liars and many, every fault, and reorganisations of 1 to 32 blocks", () => {
    const counts = drawn.map(({ liars }) => liars.length);
    expect(Math.min(...counts)).equal(1);
    expect(Math.max(...counts)).greaterThan(200);
    const faults = drawn.flatMap((schedule) => schedule.faults);
    expect(new Set(faults.map(({ kind }) => kind))).deep.equal(new Set(FAULTS));
    const depths = faults.flatMap((fault) => (fault.kind === "reorg" ? [fault.depth] : []));
    expect([Math.min(...depths), Math.max(...depths)]).deep.equal([1, 32]);
  });

  it("leaves everything else as it is if fewer faults are admitted", () => {
    const { faults, ...rest } = drawSchedule(17, { ...RANGE, faults: ["kill"] });
    const { faults: all, ...whole } = drawSchedule(17, RANGE);
    expect(rest).deep.equal(whole);
    expect(faults).deep.equal(all.filter(({ kind }) => kind === "kill"));
  });
});
