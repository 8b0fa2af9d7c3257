/** A follower that reads nothing but logs knows all that the Deal and its deposits hold. */
import { expect } from "chai";
import { type BaseContract, EventLog, keccak256, ZeroAddress, ZeroHash } from "ethers";
import {
  afterWindow,
  challenge,
  claim,
  deploy,
  fund,
  INITIAL,
  join,
  networkHelpers,
  NOTICE,
  PRICE,
  record,
  STATUS,
  submit,
  type World,
} from "./fixture.ts";

/** The Deal as its logs tell it. */
interface Followed {
  submitted: bigint;
  claimed: bigint;
  resolved: bigint;
  attempts: bigint;
  closesAt: bigint;
  headKind: bigint;
  head: string;
  funds: bigint;
  fragments: string[];
  earnings: Map<string, bigint>;
  seats: Map<bigint, string>;
  /** By id: final state and backers of every claim that is pending. */
  pending: Map<string, { finalState: string; backers: bigint; stage: bigint }>;
}

async function follow({ deal }: World): Promise<Followed> {
  const f: Followed = {
    ...{ submitted: 0n, claimed: 0n, resolved: 0n, attempts: 0n, closesAt: 0n, headKind: 0n, head: "", funds: 0n },
    ...{ fragments: [], earnings: new Map(), seats: new Map(), pending: new Map() },
  };
  const seatOf = (worker: string): bigint => [...f.seats].find(([, who]) => who === worker)![0];
  const contract: BaseContract = deal;
  for (const log of await contract.queryFilter("*")) {
    if (!(log instanceof EventLog)) throw new Error("a log that is no event of the Deal");
    const a = log.args;
    switch (log.eventName) {
      case "Opened":
        f.head = keccak256(a["initialRecord"] as string);
        break;
      case "Joined":
        f.seats.set(a["seat"] as bigint, a["worker"] as string);
        break;
      case "Left":
        f.seats.delete(a["seat"] as bigint);
        break;
      case "Funded":
        f.funds += a["amount"] as bigint;
        break;
      case "FundsWithdrawn":
        f.funds -= a["amount"] as bigint;
        break;
      case "EarningsWithdrawn":
        f.earnings.delete(a["worker"] as string);
        break;
      case "Submitted":
        f.submitted++;
        f.fragments.push(a["id"] as string);
        break;
      case "Claimed": {
        f.claimed++;
        f.attempts++;
        const backers = 1n << seatOf(a["worker"] as string);
        f.pending.set(a["claim"] as string, { finalState: keccak256(a["record"] as string), backers, stage: 0n });
        break;
      }
      case "Backed":
        f.pending.get(a["claim"] as string)!.backers |= 1n << seatOf(a["worker"] as string);
        break;
      case "Challenged":
        f.pending.get(a["claim"] as string)!.stage = 1n;
        break;
      case "Upheld":
        f.pending.get(a["claim"] as string)!.stage = 2n;
        break;
      case "Confirmed": {
        f.resolved++;
        f.head = a["finalState"] as string;
        f.pending.delete(a["claim"] as string);
        const [backers, share] = [a["backers"] as bigint, a["share"] as bigint];
        for (const [seat, worker] of f.seats) {
          if (((backers >> seat) & 1n) === 0n) continue;
          f.earnings.set(worker, (f.earnings.get(worker) ?? 0n) + share);
          f.funds -= share;
        }
        break;
      }
      case "Struck":
        f.pending.clear();
        if (a["decided"] as boolean) {
          f.resolved++;
          f.head = a["finalState"] as string;
          f.headKind = 1n;
        }
        f.claimed = f.resolved;
        break;
      case "Revealed":
        f.headKind = 0n;
        break;
      case "Ended":
        f.headKind = 2n;
        break;
      case "Closing":
        f.closesAt = a["closesAt"] as bigint;
        f.submitted = a["fragments"] as bigint;
        break;
      default:
        throw new Error(`an event that followers do not know: ${log.eventName}`);
    }
  }
  return f;
}

async function agrees(world: World): Promise<void> {
  const { deal, w1, w2, w3 } = world;
  const f = await follow(world);
  const { submitted, claimed, resolved, attempts, closesAt, headKind, head } = f;
  expect([...(await deal.progress())]).to.deep.equal([
    submitted,
    claimed,
    resolved,
    attempts,
    closesAt,
    headKind,
    head,
  ]);
  expect(await deal.funds()).to.equal(f.funds);
  for (const [i, id] of f.fragments.entries()) expect(await deal.fragmentId(i)).to.equal(id);
  for (const worker of [w1, w2, w3]) {
    expect(await deal.earningsOf(worker)).to.equal(f.earnings.get(worker.address) ?? 0n);
  }
  for (let seat = 0n; seat < 16n; seat++) expect(await deal.workerAt(seat)).to.equal(f.seats.get(seat) ?? ZeroAddress);
  expect(f.pending.size).to.equal(Number(claimed - resolved));
  for (const [id, { finalState, backers, stage }] of f.pending) {
    const on = await deal.claimOf(id);
    expect([on.finalState, on.backers, on.stage]).to.deep.equal([finalState, backers, stage]);
  }
}

describe("Deal, followed by its logs", () => {
  it("is known at every turn: confirmed, upheld, struck with and without winner, revealed, closed, ended", async () => {
    const world = await deploy();
    const { deal, arbiter, customer, challenger, w1, w2, w3 } = world;
    for (const worker of [w1, w2, w3]) await join(world, worker);
    await fund(world, 8n);
    for (let i = 0; i < 5; i++) await submit(world);
    const first = await claim(world, w1, INITIAL, record(1));
    await deal.connect(w3).back(first);
    const second = await claim(world, w2, record(1), record(2));
    await claim(world, w3, record(2), record(3));
    await challenge(world, second, record(1));
    await agrees(world);

    await afterWindow();
    await deal.confirm(first);
    await arbiter.decide(deal, second, true, keccak256(record(2)), challenger);
    await deal.settle(second);
    await agrees(world);

    await deal.confirm(second);
    await deal.connect(w1).withdrawEarnings(w1);
    await deal.confirm((await deal.claimAbout(2)).id);
    await deal.connect(w1).quit();
    await agrees(world);

    const fruitless = await claim(world, w2, record(3), record(4));
    await challenge(world, fruitless, record(3));
    await arbiter.decide(deal, fruitless, false, ZeroHash, ZeroAddress);
    await deal.settle(fruitless);
    await agrees(world);

    const wrong = await claim(world, w2, record(3), record(4));
    await claim(world, w3, record(4), record(5));
    await challenge(world, wrong, record(3));
    await arbiter.decide(deal, wrong, true, keccak256(record(6)), challenger);
    await deal.settle(wrong);
    await agrees(world);

    await deal.reveal(record(6));
    await deal.connect(customer).withdrawFunds(PRICE, customer);
    await deal.connect(customer).close();
    const last = await claim(world, w3, record(6), record(7, STATUS.finished));
    await agrees(world);

    await afterWindow();
    await deal.confirm(last);
    await agrees(world);
  });

  it("is known after a strike that begins the notice again, before and after its end", async () => {
    const world = await deploy();
    const { deal, arbiter, customer, challenger, w1, w2, w3 } = world;
    for (const worker of [w1, w2, w3]) await join(world, worker);
    await fund(world, 8n);
    for (let i = 0; i < 5; i++) await submit(world);
    await deal.connect(customer).close();
    for (const [worker, verdict, wait] of [[w1, 6, 1n] as const, [w2, 7, NOTICE] as const]) {
      const previous = worker === w1 ? INITIAL : record(6);
      const wrong = await claim(world, worker, previous, record(1));
      await claim(world, w3, record(1), record(2));
      await challenge(world, wrong, previous);
      await networkHelpers.time.increase(wait);
      await arbiter.decide(deal, wrong, true, keccak256(record(verdict)), challenger);
      await deal.settle(wrong);
      await deal.reveal(record(verdict));
      await agrees(world);
    }
    expect((await deal.progress()).submitted).to.equal(3n);
  });
});
