import { expect } from "chai";
import { readFileSync } from "node:fs";
import {
  ParametersProblem,
  sharedParameters,
  type SharedParameters,
  termsFile,
  type TermsFile,
} from "../../../agents/deployment/parameters.ts";
import { checkPeriod, ORDINARY_RATES } from "../../../agents/game/required-period.ts";
import { ASSUMED, explainShared, explainTerms } from "../../../agents/deployment/explain.ts";

const shipped = (name: string): string =>
  readFileSync(new URL(`../../../deploy/parameters/${name}.json`, import.meta.url), "utf8");

describe("files of parameters", () => {
  const local = JSON.parse(shipped("local")) as Record<string, Record<string, unknown>>;

  it("are read with amounts and durations as people write them", () => {
    const arbiter = { ...local["Arbiter"], period: "1 h", bonds: ["0.1 ether", "50000000 gwei"], bounty: 5 };
    const text = JSON.stringify({ Arbiter: arbiter, Deposits: { coolingOff: "2 h" } });
    const { arbiter: read, coolingOff } = sharedParameters(text, "mine.json");
    expect(read).deep.include({ period: 3_600, bonds: [10n ** 17n, 5n * 10n ** 16n], bounty: 5n });
    expect(coolingOff).equal(7_200);
    expect(termsFile(JSON.stringify({ ...local["Deal"], price: "0.5 ether" }), "mine.json").price).equal(
      5n * 10n ** 17n,
    );
  });

  it("are refused in one line that names the field and the file", () => {
    const terms =
      (change: object): (() => TermsFile) =>
      () =>
        termsFile(JSON.stringify({ ...local["Deal"], ...change }), "t.json");
    const shared =
      (change: object): (() => SharedParameters) =>
      () =>
        sharedParameters(JSON.stringify({ ...local, Arbiter: { ...local["Arbiter"], ...change } }), "p.json");
    expect(() => termsFile("{", "t.json")).throw(ParametersProblem, /^t.json is no JSON/);
    expect(() => termsFile("[]", "t.json")).throw(/^t.json is no JSON object$/);
    expect(() => sharedParameters("{}", "p.json")).throw(/^there is no section Arbiter in p.json$/);
    expect(terms({ price: undefined })).throw(/^price of t.json is missing$/);
    expect(terms({ price: "free" })).throw(/^price of t.json is no amount/);
    expect(terms({ maxWorkers: 17 })).throw(/^maxWorkers of t.json/);
    expect(terms({ pricee: 1 })).throw(/^t.json has no pricee$/);
    expect(shared({ period: "soon" })).throw(/^period of Arbiter in p.json is no duration/);
    expect(shared({ bonds: ["1", "x"] })).throw(/^bonds.1 of Arbiter in p.json is no amount/);
  });
});

describe("what parameters mean", () => {
  const wrong = (findings: ReturnType<typeof explainShared>): string[] =>
    findings.filter(({ kind }) => kind === "wrong").map(({ text }) => text);
  const quick = sharedParameters(shipped("quick"), "quick");
  const fast = { ...ASSUMED, blockTime: 1 };

  it("nothing wrong, for those of the project", () => {
    for (const [name, assumed] of [
      ["local", ASSUMED],
      ["sepolia", ASSUMED],
      ["quick", fast],
    ] as const) {
      const shared = sharedParameters(shipped(name), name);
      expect(wrong(explainShared(shared, assumed)), name).deep.equal([]);
      expect(wrong(explainTerms(termsFile(shipped(name), name), shared.arbiter, assumed)), name).deep.equal([]);
    }
  });

  it("that an honest validator may be censored for half of a period, for those that are no demonstration", () => {
    for (const name of ["local", "sepolia"]) {
      const { arbiter } = sharedParameters(shipped(name), name);
      const terms = { ...termsFile(shipped(name), name), ...arbiter };
      const player = { ...ORDINARY_RATES, censored: arbiter.period / 2, answer: 36 };
      checkPeriod(terms, player);
      expect(() => checkPeriod({ ...terms, maxPendingSteps: 16n * terms.budget }, player), name).throw(/is too short/);
    }
  });

  it("is wrong where honest people have no time", () => {
    expect(wrong(explainShared(quick, ASSUMED))).match(
      /^period is 1 min; P ≥ C \+ E, and E alone is .*,grace is 45 s; /,
    );
    const terms = { ...termsFile(shipped("quick"), "quick"), budget: 100_000_000n };
    expect(wrong(explainTerms(terms, quick.arbiter, fast)).join()).match(/P ≥ C \+ E \+ pending work/);
    const brief = { ...terms, budget: 1_000_000n, notice: 60 };
    expect(wrong(explainTerms(brief, quick.arbiter, fast)).join()).match(/^notice is 1 min/);
  });

  it("is wrong where a bond does not pay, or the contract would refuse it", () => {
    const change = (arbiter: Partial<SharedParameters["arbiter"]>): string =>
      wrong(explainShared({ ...quick, arbiter: { ...quick.arbiter, ...arbiter } }, fast)).join();
    expect(change({ bonds: [10n ** 17n, 10n ** 16n] })).match(/level 1, 0.01 ETH, is not above .* is below 0.042/);
    expect(change({ bonds: [10n ** 17n] })).match(/1 bonds for 2 levels/);
    expect(change({ heights: [33, 14] })).match(/multiple of 3/);
    expect(change({ heights: [33, 30] })).match(/60 is the most/);
    expect(change({ heights: [3, 3, 3, 3, 3] })).match(/one to four/);
  });
});
