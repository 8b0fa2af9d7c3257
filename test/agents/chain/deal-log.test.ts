import { expect } from "chai";
import { encodeAbiParameters, encodeEventTopics, type Hex, keccak256, toHex } from "viem";
import type { BlockLog } from "../../../agents/chain/block-reader.ts";
import {
  type DealView,
  followDeal,
  fragmentAt,
  fragmentsFrom,
  NO_DEAL,
  withoutSettled,
} from "../../../agents/chain/deal-log.ts";
import { dealAbi } from "../../../contracts/abi/Deal.ts";
import { VersionedMap } from "../../../agents/game/versioned-map.ts";

const WORKER: Hex = `0x${"11".repeat(20)}`;
const named = (name: string): Hex => keccak256(toHex(name));

type Args = Readonly<Record<string, unknown>>;

/** A log of the Deal. */
function log(eventName: "Submitted" | "Claimed" | "Confirmed", args: Args): BlockLog {
  const event = dealAbi.find((item) => item.type === "event" && item.name === eventName)!;
  const inputs = (event as { inputs: readonly { name: string; type: string; indexed?: boolean }[] }).inputs;
  const open = inputs.filter(({ indexed }) => indexed !== true);
  const topics = encodeEventTopics({ abi: dealAbi, eventName, args: args });
  const data = encodeAbiParameters(open, open.map(({ name }) => args[name]) as never);
  return { topics, data, address: WORKER } as unknown as BlockLog;
}

/** The logs of a fragment that is submitted, claimed and confirmed. */
function life(index: number, from = 0): BlockLog[] {
  const [fragment, id, claim] = [BigInt(index), named(`fragment ${index} ${from}`), named(`claim ${index} ${from}`)];
  const finalState = named(`state ${index + 1}`);
  return [
    log("Submitted", { fragment, id, inputRoot: named("input"), data: toHex(new Uint8Array(100)) }),
    log("Claimed", { claim, fragment, worker: WORKER, previous: named(`state ${index}`), record: "0x01" }),
    log("Confirmed", { claim, fragment, finalState, backers: 1, share: 1n }),
  ];
}

/** What a view holds, in entries. */
const sizes = ({ fragments, claims }: DealView): readonly number[] => [fragments.length, claims.size];

const follow = (view: DealView, logs: readonly BlockLog[], settled: number): DealView =>
  withoutSettled(
    followDeal(view, logs, () => 0),
    settled,
  );

describe("the view of a Deal", () => {
  it("holds no more after 3,000 fragments than after 30", () => {
    let view: DealView = NO_DEAL;
    const held: (readonly number[])[] = [];
    for (let index = 0; index < 3_000; index++) {
      // What is less than ten fragments old may come back.
      view = follow(view, life(index), index - 10);
      if (index === 29 || index === 2_999) held.push(sizes(view));
    }
    expect(held).deep.equal([
      [11, 11],
      [11, 11],
    ]);
    expect([view.submitted, view.resolved]).deep.equal([3_000, 3_000]);
    expect(view.fragments[0]?.index).equal(2_989);
    expect([2_988, 2_989, 2_999, 3_000].map((index) => fragmentAt(view, index)?.index)).deep.equal([
      ...[undefined, 2_989, 2_999, undefined],
    ]);
    expect(fragmentsFrom(view, 2_995).map(({ index }) => index)).deep.equal([2_995, 2_996, 2_997, 2_998, 2_999]);
    expect(fragmentsFrom(view, 0)).deep.equal(view.fragments);
  });

  it("has again, after a reorganisation, what was not final", () => {
    const settled = (of: DealView): DealView => withoutSettled(of, 2);
    const base = settled(
      followDeal(
        NO_DEAL,
        [0, 1, 2].flatMap((index) => life(index)),
        () => 0,
      ),
    );
    const gone = settled(
      followDeal(
        base,
        [3, 4].flatMap((index) => life(index)),
        () => 0,
      ),
    );
    const other = settled(followDeal(base, life(3, 1), () => 0));
    expect(gone.fragments.map(({ index }) => index)).deep.equal([2, 3, 4]);
    expect(other.fragments.map(({ id }) => id)).deep.equal([named("fragment 2 0"), named("fragment 3 1")]);
    expect(base.fragments.map(({ index }) => index)).deep.equal([2]);
    expect([...other.claims.keys()]).deep.equal([named("claim 2 0"), named("claim 3 1")]);
  });

  it("keeps no old version of its claims alive", () => {
    const base = followDeal(NO_DEAL, life(0), () => 0);
    const { claims } = follow(base, life(1), 1);
    expect(claims).not.instanceOf(VersionedMap);
    expect(claims.size).equal(1);
  });
});
