import { expect } from "chai";
import { type Abi, encodeAbiParameters, encodeEventTopics, type Hex, type Log, parseEventLogs } from "viem";
import { eventLogs } from "../../../agents/chain/event-logs.ts";
import { dealAbi } from "../../../contracts/abi/Deal.ts";
import { tournamentAbi } from "../../../contracts/abi/Tournament.ts";

const ID: Hex = `0x${"12".repeat(32)}`;
const OTHER: Hex = `0x${"34".repeat(32)}`;
const SOMEBODY: Hex = `0x${"56".repeat(20)}`;

const logOf = (topics: readonly unknown[], data: Hex): Log =>
  ({ ...{ address: SOMEBODY, topics, data, blockNumber: 1n, logIndex: 0 }, blockHash: ID }) as never;

const credited = (amount: bigint): Log =>
  logOf(
    encodeEventTopics({ abi: tournamentAbi, eventName: "Credited", args: { owner: SOMEBODY } }),
    encodeAbiParameters([{ type: "uint256" }], [amount]),
  );
const upheld = (claim: Hex): Log =>
  logOf(encodeEventTopics({ abi: dealAbi, eventName: "Upheld", args: { claim } }), "0x");

describe("eventLogs", () => {
  const logs = [credited(1n), upheld(ID), credited(2n), upheld(OTHER), logOf([ID], "0x"), logOf([], "0x")];

  for (const [name, abi] of [
    ["Tournament", tournamentAbi],
    ["Deal", dealAbi],
  ] as const) {
    it(`gives what viem gives, the first time and again: ${name}`, () => {
      const expected = parseEventLogs({ abi: abi, logs });
      expect(expected.length).equal(2);
      expect(eventLogs(abi as Abi, logs)).deep.equal(expected);
      expect(eventLogs(abi as Abi, logs)).deep.equal(expected);
    });
  }

  it("remembers no more of long logs than of short ones", () => {
    const data = (i: number): Hex => `0x${i.toString(16).padStart(64, "0").repeat(4_000)}`;
    const abi = [{ type: "event", name: "Long", inputs: [] }] as const satisfies Abi;
    const before = process.memoryUsage().heapUsed;
    // 640 MB if all were remembered.
    for (let i = 0; i < 2_500; i++) eventLogs(abi, [logOf(encodeEventTopics({ abi, eventName: "Long" }), data(i))]);
    expect(process.memoryUsage().heapUsed - before).lessThan(300e6);
  });

  it("leaves out a log whose data is cut off", () => {
    const [good] = logs;
    const cut = { ...good, data: "0x1234" } as Log;
    expect(eventLogs(tournamentAbi, [cut])).deep.equal([]);
    expect(parseEventLogs({ abi: tournamentAbi, logs: [cut] })).deep.equal([]);
  });
});
