import { expect } from "chai";
import { failureLine } from "../../../scripts/hardhat/report.ts";

describe("a failed test in one line", () => {
  it("is its title and the first line of the reason", () => {
    expect(failureLine("adds", "\n  expected 1\n to equal 2")).equal("adds: expected 1");
  });

  it("is its title where there is no reason", () => {
    expect(failureLine("adds", undefined)).equal("adds");
  });
});
