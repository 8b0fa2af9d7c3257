import { expect } from "chai";
import { type Address, parseEther, zeroAddress } from "viem";
import { POLICY } from "../../../agents/chain/sender/policy.ts";
import { ceiling } from "../../../agents/chain/sender/fees.ts";
import { worthOf } from "../../../agents/worker/worth.ts";

const TOKEN: Address = `0x${"70".repeat(20)}`;
const terms = { price: 900n, paymentToken: zeroAddress, maxWorkers: 3, collateral: 5n, collateralToken: TOKEN };

describe("what a claim is worth to a worker", () => {
  it("is its part of a price in ether", () => {
    expect(worthOf(terms)).equal(300n);
  });

  it("is what is locked where the price is in a token, within bounds", () => {
    const inToken = { ...terms, paymentToken: TOKEN };
    expect(worthOf(inToken)).equal(parseEther("0.02"));
    const locked = (ether: string): bigint =>
      worthOf({ ...inToken, collateralToken: zeroAddress, collateral: parseEther(ether) });
    expect(["0.001", "0.05", "3"].map(locked)).deep.equal(["0.02", "0.05", "0.1"].map((one) => parseEther(one)));
  });

  it("lets more be paid near the deadline than for anything", () => {
    const claim = 60_000n;
    const most = ceiling(worthOf({ ...terms, paymentToken: TOKEN }), claim, 1, POLICY);
    expect(most > POLICY.ordinaryPrice).equal(true);
    expect(ceiling(0n, claim, 1, POLICY)).equal(POLICY.ordinaryPrice);
  });
});
