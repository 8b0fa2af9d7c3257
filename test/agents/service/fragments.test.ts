import { expect } from "chai";
import { defaultFuel, fragmentsOf, fuelOf, type Room, TooLarge } from "../../../agents/service/fragments.ts";
import { decodeTransactions, type Transaction } from "../../../verifier/program/transactions.ts";

const transaction = (bytes: number, fuel: bigint): Transaction => ({
  fuel,
  keep: false,
  payload: new Uint8Array(bytes),
});

describe("transactions in fragments", () => {
  const room: Room = { bytes: 100, steps: (1n << 18n) + 1_000n };
  const counts = (transactions: readonly Transaction[]): number[] =>
    fragmentsOf(transactions, room).map(({ count }) => count);

  it("share one as long as bytes and steps suffice", () => {
    expect(counts([transaction(34, 1n), transaction(34, 1n), transaction(0, 1n)])).deep.equal([2, 1]);
    expect(counts([transaction(0, 500n), transaction(0, 500n), transaction(0, 1n)])).deep.equal([2, 1]);
    expect(counts([])).deep.equal([]);
  });

  it("keep their order and content", () => {
    const all = Array.from({ length: 10 }, (_, i) => transaction(i, BigInt(i)));
    const decoded = fragmentsOf(all, room).flatMap(({ input }) => decodeTransactions(input));
    expect(decoded).deep.equal(all);
  });

  it("are refused where they fit into none: the program would skip them", () => {
    expect(() => fragmentsOf([transaction(85, 1n)], room)).throw(
      TooLarge,
      /transaction 0 takes 101 bytes; a fragment holds 100/,
    );
    expect(() => fragmentsOf([transaction(0, 1n), transaction(0, 1_001n)], room)).throw(
      TooLarge,
      /transaction 1 wants 1001 steps; a fragment has 1000/,
    );
  });

  it("get an eighth of a fragment's steps if they do not say how much they want", () => {
    expect(defaultFuel(room)).equal(125n);
    expect(defaultFuel({ bytes: 1, steps: 1n << 40n })).equal(10_000_000n);
    expect(fuelOf({ bytes: 1, steps: 1n })).equal(0n);
  });
});
