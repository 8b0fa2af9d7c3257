import { expect } from "chai";
import { reported, suite } from "../../../scripts/testing/programs.ts";

/** Runs a line of JavaScript as a program that tests. */
function script(code: string): ReturnType<typeof suite> {
  return suite("toy", process.execPath, ["-e", code], () => undefined);
}

const REPORT = "require('fs').writeFileSync(process.env.TEST_REPORT, JSON.stringify(";

describe("a program that tests", () => {
  it("gives what it reports", async () => {
    const code = `${REPORT}{ passed: 2, failures: ["a: b"], skipped: ["c (skipped: d)"] }))`;
    expect(await script(code)).eql({ passed: 2, failures: ["a: b"], skipped: ["c (skipped: d)"] });
  });

  it("has failed if it ends without a report", async () => {
    expect((await script("process.exit(0)")).failures).eql(["The toy run ended before its tests did."]);
  });

  it("has failed if it ran no test", async () => {
    expect((await script(`${REPORT}{ passed: 0, failures: [], skipped: [] }))`)).failures).eql([
      "The toy run found no test to run.",
    ]);
  });

  it("has failed if it says so, even if no test did", async () => {
    const code = `${REPORT}{ passed: 2, failures: [], skipped: [] })); process.exit(3)`;
    expect((await script(code)).failures).eql(["The toy run failed, though no test of it did."]);
  });

  it("has failed where it skips a test without a reason", () => {
    expect(reported({ passed: 1, failures: [], skipped: ["e"] }).failures).eql(["skipped without a reason: e"]);
  });
});
