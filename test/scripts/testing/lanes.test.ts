import { expect } from "chai";
import { stripVTControlCharacters } from "node:util";
import { runSteps, type Step, type Write } from "../../../scripts/testing/lanes.ts";
import { failed, PASSED, total } from "../../../scripts/testing/outcome.ts";

/** A promise that is fulfilled from outside. */
function gate(): { readonly opened: Promise<undefined>; readonly open: () => void } {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  return { opened: promise, open: () => resolve(undefined) };
}

describe("steps side by side", () => {
  it("show their output in order, that of the oldest at once", async () => {
    const [first, second] = [gate(), gate()];
    let text = "";
    const write: Write = (part) => (text += stripVTControlCharacters(part));
    const slow: Step = {
      name: "slow",
      run: async (write) => {
        write("one\n");
        await first.opened;
        write("two\n");
        return PASSED;
      },
    };
    const quick: Step = {
      name: "quick",
      run: async (write) => {
        write("three\n");
        await second.opened;
        return PASSED;
      },
    };
    const outcomes = runSteps([slow, quick], 2, write);
    await Promise.resolve();
    expect(text).match(/slow.*\none\n$/);
    second.open();
    await new Promise(setImmediate);
    expect(text).not.contain("three");
    first.open();
    expect(await outcomes).eql([PASSED, PASSED]);
    expect(text).match(/slow.*\none\ntwo\n.*passed.* slow in .*\n\n.*quick.*\nthree\n.*passed.* quick in/);
  });

  it("are at most as many as there are lanes", async () => {
    let most = 0;
    let now = 0;
    const step: Step = {
      name: "counted",
      run: async () => {
        most = Math.max(most, ++now);
        await new Promise(setImmediate);
        now--;
        return PASSED;
      },
    };
    const outcomes = await runSteps([step, step, step, step, step], 2, () => undefined);
    expect([most, outcomes.length]).eql([2, 5]);
  });

  it("go on where one throws, which has failed with its reason", async () => {
    let text = "";
    const broken: Step = { name: "broken", run: () => Promise.reject(new Error("no compiler")) };
    const sound: Step = { name: "sound", run: () => Promise.resolve(PASSED) };
    const outcomes = await runSteps([broken, sound], 1, (part) => (text += part));
    expect(outcomes).eql([failed("broken: no compiler"), PASSED]);
    expect(text)
      .contain("no compiler")
      .and.match(/FAILED.* broken/);
    expect(total(outcomes)).eql({ passed: 1, failures: ["broken: no compiler"], skipped: [] });
  });
});
