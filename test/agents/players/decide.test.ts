import { expect } from "chai";
import fc from "fast-check";
import type { Hex } from "viem";
import { garbageBook } from "../../../agents/players/adversaries/garbage.ts";
import { griefer, IDLER, SELFISH } from "../../../agents/players/adversaries/habits.ts";
import { announcement, decide, DILIGENT, joining, type Seat } from "../../../agents/players/decide.ts";
import { verdict } from "../../../agents/game/rules.ts";
import type { Params } from "../../../agents/game/types.ts";
import { lengthOf } from "../../../verifier/history/game-levels.ts";
import { nextDeadline } from "../../../agents/stage/deadline.ts";
import { SEED } from "../../verifier/seed.ts";
import { toyBook } from "../../support/toy-book.ts";
import { ToyChain } from "../../support/toy-chain.ts";
import { halting, type Story, story, toyState, toyStep, TRUTH } from "../../support/toy.ts";

/** The Arbiter's address. */
const ARBITER: Hex = `0x${"aa".repeat(20)}`;
const TOURNAMENT: Hex = `0x${"77".repeat(32)}`;
const SALT: Hex = `0x${"55".repeat(32)}`;
const address = (n: number): Hex => `0x${n.toString(16).padStart(40, "0")}`;

const paramsOf = (heights: readonly number[]): Params => ({
  period: 5_000,
  grace: 500,
  heights,
  bonds: heights.map(() => 1_000n),
  bounty: 100n,
});

const chainOf = (params: Params, halt: bigint): ToyChain =>
  new ToyChain({ params, arbiter: ARBITER, step: toyStep(halt) });

/** Another lineage from a step on. */
const lie = (lineage: number, from: bigint, halt: bigint): Story => halting(story([[from, BigInt(lineage)]]), halt);

/**
 * Opens with the honest seat and lets everybody act in a random order until time alone changes
 * nothing.
 */
async function contest(
  params: Params,
  honest: Seat,
  others: readonly Seat[],
  halt: bigint,
  order: () => number,
): Promise<ToyChain> {
  const chain = chainOf(params, halt);
  expect(chain.send(honest.owner, { kind: "announce", announcement: await announcement(honest) })).equal(true);
  const commitment = await joining(params, honest, []);
  const open = {
    kind: "open",
    tournament: TOURNAMENT,
    initial: toyState(0n, 0n),
    owner: honest.owner,
    commitment,
  } as const;
  expect(chain.send(ARBITER, { ...open, value: params.bonds[0] ?? 0n })).equal(true);
  const seats = [honest, ...others];
  for (let turns = 0; turns < 20_000; turns++) {
    const ready: Seat[] = [];
    for (const seat of seats) {
      if ((await decide(chain.game, params, seat, chain.time)).length > 0) ready.push(seat);
    }
    const seat = ready[order() % Math.max(1, ready.length)];
    if (seat === undefined) {
      const next = nextDeadline(chain.game, undefined, params.period, chain.time);
      if (next === undefined) return chain;
      chain.time = next;
      continue;
    }
    for (const action of await decide(chain.game, params, seat, chain.time)) if (chain.send(seat.owner, action)) break;
  }
  throw new Error("the contest does not end");
}

const honestSeat = (heights: readonly number[], halt: bigint): Seat => ({
  owner: address(1),
  tournament: TOURNAMENT,
  book: toyBook(halting(TRUTH, halt), heights),
  habits: DILIGENT,
  salt: SALT,
});

async function winnerOf(chain: ToyChain): Promise<Hex | undefined> {
  return Promise.resolve(verdict(chain.game, TOURNAMENT, chain.time).winner?.root);
}

describe("decide", () => {
  for (const heights of [[3], [6], [3, 3], [6, 3], [6, 3, 3], [3, 3, 3, 3]]) {
    const size = lengthOf(heights);

    it(`wins for the truth against every kind of adversary at once, heights ${heights.join(", ")}`, async () => {
      const honest = honestSeat(heights, size - 2n);
      const liar = (n: number, lieAt: bigint, habits = SELFISH): Seat => ({
        ...honest,
        owner: address(n),
        book: toyBook(lie(n, lieAt, size - 2n), heights),
        habits,
      });
      const others = [
        liar(2, 1n),
        liar(3, size / 2n),
        liar(4, size - 2n),
        liar(5, 3n, IDLER),
        { ...honest, owner: address(6), book: garbageBook("a", heights), habits: SELFISH },
        ...griefer(address(7), TOURNAMENT, 3, heights),
        ...griefer(address(8), TOURNAMENT, 3, heights, IDLER),
      ];
      let turn = 0;
      const chain = await contest(paramsOf(heights), honest, others, size - 2n, () => turn++);
      expect(await winnerOf(chain)).equal((await honest.book.commitment([])).root);
      const row = chain.game.tournaments.get(TOURNAMENT);
      expect(row?.commitments.size).equal(1 + others.length);
      expect([...(row?.commitments.values() ?? [])].filter(({ status }) => status === "alive")).length(1);
      expect(row?.collected).equal(true);
    });
  }

  it("wins for the truth in random company and order", async () => {
    const company = fc.array(
      fc.record({
        version: fc.integer({ min: 1, max: 9 }),
        lieAt: fc.bigInt({ min: 1n, max: 500n }),
        habits: fc.constantFrom(SELFISH, IDLER, DILIGENT),
      }),
      { minLength: 1, maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom([6, 3], [3, 3, 3]),
        company,
        fc.bigInt({ min: 1n, max: 511n }),
        fc.infiniteStream(fc.nat(1000)),
        async (heights, liars, halt, stream) => {
          const honest = honestSeat(heights, halt);
          const others = liars.map(({ version, lieAt, habits }, i): Seat => ({
            ...honest,
            owner: address(10 + i),
            book: toyBook(lie(version, lieAt > halt ? halt : lieAt, halt), heights),
            habits,
          }));
          const order = (): number => Number(stream.next().value ?? 0);
          const chain = await contest(paramsOf(heights), honest, others, halt, order);
          expect(await winnerOf(chain)).equal((await honest.book.commitment([])).root);
        },
      ),
      { numRuns: 25, seed: SEED },
    );
  });

  it("plays for a true commitment that somebody else opened", async () => {
    const heights = [3, 3];
    const stranger = { ...honestSeat(heights, 60n), owner: address(20), habits: IDLER };
    const honest = honestSeat(heights, 60n);
    const liar = {
      ...honest,
      owner: address(2),
      book: toyBook(lie(2, 9n, 60n), heights),
      habits: SELFISH,
    };
    const chain = await contest(paramsOf(heights), stranger, [honest, liar], 60n, () => 0);
    expect(await winnerOf(chain)).equal((await honest.book.commitment([])).root);
    expect(
      chain.game.tournaments.get(TOURNAMENT)?.commitments.get((await honest.book.commitment([])).root)?.owner,
    ).equal(address(20));
  });

  it("does nothing in a tournament that does not exist, and nothing when all is over", async () => {
    const honest = honestSeat([3], 5n);
    const chain = chainOf(paramsOf([3]), 5n);
    expect(await decide(chain.game, paramsOf([3]), honest, 0)).deep.equal([]);
  });
});
