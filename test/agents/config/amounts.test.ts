import { expect } from "chai";
import { amountOf, durationText, secondsOf } from "../../../agents/config/amounts.ts";

describe("amounts and durations as text", () => {
  it("reads amounts, and nothing that is none", () => {
    expect(amountOf("0.1 ether")).equal(10n ** 17n);
    expect(amountOf("2ETH")).equal(2n * 10n ** 18n);
    expect(amountOf("1.5 gwei")).equal(1_500_000_000n);
    expect([amountOf("7"), amountOf("7n"), amountOf("7 wei"), amountOf(7), amountOf(7n)]).deep.equal(Array(5).fill(7n));
    for (const wrong of ["", "1.5", "-1", "1e3", "0.1234567890123456789 ether", " 1", "1 Gwei", -1, 1.5, 2 ** 53, null])
      expect(amountOf(wrong), String(wrong)).equal(undefined);
  });

  it("reads durations, and nothing that is none", () => {
    expect([secondsOf("90 s"), secondsOf("10min"), secondsOf("4 h"), secondsOf("7 d")]).deep.equal([
      90, 600, 14_400, 604_800,
    ]);
    expect([secondsOf(60), secondsOf("60"), secondsOf("60n")]).deep.equal([60, 60, 60]);
    for (const wrong of ["", "1.5 h", "-1", "1 m", 1.5, -1, null])
      expect(secondsOf(wrong), String(wrong)).equal(undefined);
  });

  it("writes durations in the unit that fits", () => {
    const seconds = [0, 59, 60, 90, 3_600, 5_400, 86_400, 100_000, 0.123];
    expect(seconds.map(durationText)).deep.equal([
      "0 s",
      "59 s",
      "1 min",
      "90 s",
      "1 h",
      "90 min",
      "1 d",
      "27.8 h",
      "0.1 s",
    ]);
  });
});
