import { expect } from "chai";
import fc from "fast-check";
import type { Hex } from "viem";
import { garbageBook } from "../../../agents/players/adversaries/garbage.ts";
import { griefer } from "../../../agents/players/adversaries/griefer.ts";
import { selfish } from "../../../agents/players/adversaries/registry.ts";
import { corrupting, lastSecond, twisted, withholding, without } from "../../../agents/players/adversaries/twists.ts";
import { announcement, collects, decide, joining, type Seat } from "../../../agents/players/decide.ts";
import { NEVER, ordered, type Play, type Twist } from "../../../agents/players/play.ts";
import { verdict } from "../../../agents/game/rules.ts";
import type { Action, Params } from "../../../agents/game/types.ts";
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
/** Seconds before it is too late, at which some act. */
const MARGIN = 40;
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

/** Somebody at a seat. */
interface Player {
  readonly seat: Seat;
  readonly twist?: Twist;
}

/** A deed of a player in a game without a Deal is one of the game. */
type GamePlay = Play<Action>;

const playsOf = (chain: ToyChain, params: Params, { seat, twist }: Player): GamePlay[] => {
  const { game, time: now } = chain;
  const plays = [...decide({ game, params, seat, now }), ...collects(game, params, seat.owner, now)];
  return ordered((twist?.(plays, now) ?? plays) as readonly GamePlay[]);
};

const idler = twisted(selfish, without("move", "last"));

/**
 * Opens with the honest seat and lets everybody act in a random order until time alone changes
 * nothing.
 */
function contest(
  params: Params,
  honest: Player,
  others: readonly Player[],
  halt: bigint,
  order: () => number,
): ToyChain {
  const chain = chainOf(params, halt);
  const { seat } = honest;
  const hash = announcement(seat) ?? expect.fail("no commitment");
  expect(chain.send(seat.owner, { kind: "announce", announcement: hash, value: params.bonds[0] ?? 0n })).equal(true);
  const commitment = joining(params, seat, []) ?? expect.fail("no commitment");
  const initial = toyState(0n, 0n);
  const open = { kind: "open", tournament: TOURNAMENT, initial, owner: seat.owner, commitment } as const;
  expect(chain.send(ARBITER, open)).equal(true);
  const players = [honest, ...others];
  for (let turns = 0; turns < 20_000; turns++) {
    const first = order();
    const acted = players.some((_, i) => {
      const player = players[(first + i) % players.length];
      return player && playsOf(chain, params, player).some(({ deed }) => chain.send(player.seat.owner, deed));
    });
    if (acted) continue;
    const next = nextDeadline(chain.game, undefined, params.period, chain.time, MARGIN);
    if (next === undefined) return chain;
    chain.time = next;
  }
  throw new Error("the contest does not end");
}

const honestSeat = (heights: readonly number[], halt: bigint): Seat => ({
  owner: address(1),
  tournament: TOURNAMENT,
  book: toyBook(halting(TRUTH, halt), heights),
  salt: SALT,
});

function winnerOf(chain: ToyChain): Hex | undefined {
  return verdict(chain.game, TOURNAMENT, chain.time).winner?.root;
}

const rootOf = ({ book }: Seat): Hex | undefined => book.commitment([])?.root;

describe("decide", () => {
  for (const heights of [[3], [6], [3, 3], [6, 3], [6, 3, 3], [3, 3, 3, 3]]) {
    const size = lengthOf(heights);

    it(`wins for the truth against every kind of adversary at once, heights ${heights.join(", ")}`, () => {
      const honest = honestSeat(heights, size - 2n);
      const liar = (n: number, lieAt: bigint, twist = selfish): Player => ({
        seat: { ...honest, owner: address(n), book: toyBook(lie(n, lieAt, size - 2n), heights) },
        twist,
      });
      const others: Player[] = [
        liar(2, 1n),
        liar(3, size / 2n),
        liar(4, size - 2n),
        liar(5, 3n, idler),
        { seat: { ...honest, owner: address(6), book: garbageBook("a", heights) }, twist: selfish },
        ...griefer(address(7), TOURNAMENT, 3, heights).map((seat) => ({ seat, twist: selfish })),
        ...griefer(address(8), TOURNAMENT, 3, heights).map((seat) => ({ seat, twist: idler })),
        liar(9, 2n, twisted(selfish, lastSecond(MARGIN))),
        liar(10, 4n, twisted(selfish, withholding)),
        liar(11, 5n, twisted(selfish, corrupting)),
      ];
      let turn = 0;
      const chain = contest(paramsOf(heights), { seat: honest }, others, size - 2n, () => turn++);
      expect(winnerOf(chain)).equal(rootOf(honest));
      const row = chain.game.tournaments.get(TOURNAMENT);
      expect([...(row?.commitments.values() ?? [])].filter(({ status }) => status === "alive")).length(1);
      expect(row?.collected).equal(true);
    });
  }

  it("wins for the truth in random company and order", () => {
    const company = fc.array(
      fc.record({
        version: fc.integer({ min: 1, max: 9 }),
        lieAt: fc.bigInt({ min: 1n, max: 500n }),
        twist: fc.constantFrom<(Twist | undefined)[]>(
          ...[selfish, idler, undefined, twisted(selfish, lastSecond(MARGIN)), withholding, corrupting],
        ),
      }),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(
        fc.constantFrom([6, 3], [3, 3, 3]),
        company,
        fc.bigInt({ min: 1n, max: 511n }),
        fc.infiniteStream(fc.nat(1000)),
        (heights, liars, halt, stream) => {
          const honest = honestSeat(heights, halt);
          const others = liars.map(({ version, lieAt, twist }, i): Player => {
            const book = toyBook(lie(version, lieAt > halt ? halt : lieAt, halt), heights);
            return { seat: { ...honest, owner: address(10 + i), book }, ...(twist && { twist }) };
          });
          const order = (): number => Number(stream.next().value ?? 0);
          const chain = contest(paramsOf(heights), { seat: honest }, others, halt, order);
          expect(winnerOf(chain)).equal(rootOf(honest));
        },
      ),
      { numRuns: 25, seed: SEED },
    );
  });

  it("plays for a true commitment that somebody else opened", () => {
    const heights = [3, 3];
    const honest = honestSeat(heights, 60n);
    const stranger = { seat: { ...honest, owner: address(20) }, twist: idler };
    const liar = {
      seat: { ...honest, owner: address(2), book: toyBook(lie(2, 9n, 60n), heights) },
      twist: selfish,
    };
    const chain = contest(paramsOf(heights), stranger, [{ seat: honest }, liar], 60n, () => 0);
    const root = rootOf(honest) ?? expect.fail("no commitment");
    expect(winnerOf(chain)).equal(root);
    expect(chain.game.tournaments.get(TOURNAMENT)?.commitments.get(root)?.owner).equal(address(20));
  });

  describe("where somebody has copied its commitment", () => {
    const params = paramsOf([3]);
    const honest = honestSeat([3], 5n);
    const copier = { ...honest, owner: address(9) };
    const root = rootOf(honest) ?? expect.fail("no commitment");
    const announce = (chain: ToyChain, seat: Seat): void => {
      const hash = announcement(seat) ?? expect.fail("no commitment");
      expect(chain.send(seat.owner, { kind: "announce", announcement: hash, value: 1_000n })).equal(true);
    };
    /** The honest player announced and is kept out while the copier announces and opens. */
    const copied = (): ToyChain => {
      const chain = chainOf(params, 5n);
      for (const seat of [honest, copier]) announce(chain, seat);
      const commitment = joining(params, copier, []) ?? expect.fail("no commitment");
      const open = { kind: "open", tournament: TOURNAMENT, initial: toyState(0n, 0n), owner: copier.owner } as const;
      expect(chain.send(ARBITER, { ...open, commitment })).equal(true);
      return chain;
    };
    const ownerIn = ({ game }: ToyChain): Hex | undefined =>
      game.tournaments.get(TOURNAMENT)?.commitments.get(root)?.owner;

    it("takes it back while its place is kept, as urgently as that", () => {
      const chain = copied();
      const announced = chain.game.announced.get(announcement(honest) ?? "0x") ?? expect.fail("not announced");
      const [play, ...more] = playsOf(chain, params, { seat: honest });
      expect(more).deep.equal([]);
      expect(play?.deed).include({ kind: "join", value: 0n });
      expect(play?.deadline).equal(announced.time + params.grace);
      expect(play && chain.send(honest.owner, play.deed)).equal(true);
      expect(ownerIn(chain)).equal(honest.owner);
      expect([...chain.game.credits]).deep.equal([[copier.owner, 1_000n]]);
      expect(playsOf(chain, params, { seat: honest })).deep.equal([]);
    });

    it("fetches its bond after that, whenever it can", () => {
      for (const wait of [params.grace, params.period]) {
        const chain = copied();
        chain.time += wait;
        const play = playsOf(chain, params, { seat: honest }).find(({ deed }) => deed.kind === "join");
        expect(play?.deadline).equal(NEVER);
        expect(play && chain.send(honest.owner, play.deed)).equal(true);
        expect(ownerIn(chain)).equal(copier.owner);
        expect([...chain.game.credits]).deep.equal([[honest.owner, 1_000n]]);
      }
    });

    it("does not announce what is there already", () => {
      const chain = chainOf(params, 5n);
      announce(chain, copier);
      const commitment = joining(params, copier, []) ?? expect.fail("no commitment");
      const open = { kind: "open", tournament: TOURNAMENT, initial: toyState(0n, 0n), owner: copier.owner } as const;
      expect(chain.send(ARBITER, { ...open, commitment })).equal(true);
      expect(playsOf(chain, params, { seat: honest })).deep.equal([]);
    });
  });

  it("does nothing in a tournament that does not exist", () => {
    const seat = honestSeat([3], 5n);
    const { game } = chainOf(paramsOf([3]), 5n);
    expect(decide({ game, params: paramsOf([3]), seat, now: 0 })).deep.equal([]);
  });
});
