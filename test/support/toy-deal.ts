/**
 * A Deal of the toy machine, and the validator's view of it: every claim is true and in dispute,
 * each in a tournament of its own.
 */
import { type Hex, keccak256, toHex } from "viem";
import type { ClaimView, DealView } from "../../agents/chain/deal-log.ts";
import type { Duty } from "../../agents/chain/duty.ts";
import { announcementHash, tournamentId, top } from "../../agents/game/openings.ts";
import { verdict } from "../../agents/game/rules.ts";
import type { Action, Params } from "../../agents/game/types.ts";
import { joining, type Seat } from "../../agents/players/decide.ts";
import type { KnownBook } from "../../agents/players/known-book.ts";
import type { Replayed } from "../../agents/replay/replayer.ts";
import type { Own } from "../../agents/validator/own.ts";
import type { Runs } from "../../agents/worker/runs.ts";
import { toyBook } from "./toy-book.ts";
import { ToyChain } from "./toy-chain.ts";
import { halting, type Story, story, toyState, toyStep, TRUTH } from "./toy.ts";

export const ARBITER: Hex = `0x${"00".repeat(20)}`;
export const DEAL: Hex = `0x${"de".repeat(20)}`;
export const VALIDATOR: Hex = `0x${"11".repeat(20)}`;
const SALT: Hex = `0x${"55".repeat(32)}`;

/** The address of a stranger. */
export const stranger = (n: number): Hex => `0x${(n + 0x1000).toString(16).padStart(40, "0")}`;

/** Short clocks, so that much happens. */
export const paramsOf = (heights: readonly number[]): Params => ({
  ...{ period: 5_000, grace: 500, heights, bounty: 100n },
  bonds: heights.map((_, level) => 1_000n >> BigInt(level)),
});

/** A hash that nobody else has. */
const named = (name: string): Hex => keccak256(toHex(name));

/** A Deal whose claims are in dispute. */
export class ToyDeal {
  readonly params: Params;
  readonly chain: ToyChain;
  readonly halt: bigint;
  view: DealView;

  /** @param count of claims, all of them pending */
  constructor(params: Params, count: number, halt = 5n) {
    this.params = params;
    this.halt = halt;
    this.chain = new ToyChain({ params, arbiter: ARBITER, step: toyStep(halt) });
    const indices = Array.from({ length: count }, (_, index) => index);
    const claimOf = (index: number): ClaimView => ({
      ...{ id: named(`claim ${index}`), fragment: index, worker: stranger(0), previous: named(`state ${index}`) },
      ...{ record: named(`record ${index}`), finalState: named(`state ${index + 1}`), backers: new Set<Hex>() },
      ...{ since: this.chain.time, phase: "open" },
    });
    this.view = {
      submitted: count,
      fragments: indices.map((index) => {
        return { index, id: named(`fragment ${index}`), inputRoot: named(`input ${index}`), input: new Uint8Array(3) };
      }),
      claims: new Map(indices.map((index) => [claimOf(index).id, claimOf(index)])),
      ...{ head: named("state 0"), hidden: false, resolved: 0, ended: false, closesAt: 0, workers: new Set() },
    };
  }

  /** What the validator knows: it has run every fragment. */
  own(change: Partial<Own> = {}): Own {
    const contracts = { deal: DEAL, tournament: DEAL };
    return {
      ...{ self: VALIDATOR, contracts, params: this.params, runs: this.runs(), saltOf: () => SALT },
      ...{ wallet: 10n ** 18n, ...change },
    };
  }

  /** Runs of all fragments, with the true history. */
  runs(book: KnownBook = this.book(TRUTH)): Runs {
    const replayed = (id: Hex): Replayed => {
      const index = this.view.fragments.findIndex((fragment) => fragment.id === id);
      if (index < 0) return { phase: "waiting" };
      const [before, final] = [index, index + 1].map((n) => ({ root: named(`state ${n}`), record: named(`r ${n}`) }));
      if (before === undefined || final === undefined) throw new RangeError("no states");
      return { phase: "done", run: { index, id, before, opening: "0x", final, yields: true, steps: this.halt } };
    };
    return { replayed, book: () => book, follow: () => undefined, want: () => undefined };
  }

  /** The opinion of somebody who tells this story of every fragment. */
  book(told: Story): KnownBook {
    return toyBook(halting(told, this.halt), this.params.heights);
  }

  /** A stranger's seat in the tournament about a claim, with a lie from a step on. */
  liar(claim: number, n: number, lieAt = 1n): Seat {
    const owner = stranger(n);
    return { owner, tournament: this.tournament(claim), book: this.book(story([[lieAt, BigInt(n) + 1n]])), salt: SALT };
  }

  tournament(claim: number): Hex {
    return tournamentId(DEAL, named(`claim ${claim}`));
  }

  /** A stranger challenges the claim with its commitment. */
  challenge(claim: number, seat: Seat): void {
    const commitment = this.#announced(seat);
    const open = { kind: "open", tournament: seat.tournament, initial: toyState(0n, 0n), owner: seat.owner } as const;
    this.#insist(ARBITER, { ...open, commitment });
    this.mark(claim, "disputed");
  }

  /** A stranger joins the tournament. */
  join(seat: Seat): void {
    const commitment = this.#announced(seat);
    this.#insist(seat.owner, { kind: "join", tournament: seat.tournament, commitment, value: 0n });
  }

  /** Carries a duty out; tells whether the rules allow it. */
  carryOut({ deed, from }: Duty): boolean {
    switch (deed.kind) {
      case "settle":
        this.mark(this.#indexOf(deed.claim), "upheld");
        return true;
      case "claim":
      case "back":
      case "confirm":
      case "challenge":
      case "reveal":
        throw new RangeError(`nobody needs to ${deed.kind} here`);
      default:
        return this.chain.send(from, deed);
    }
  }

  /** The commitment that has won a claim's tournament. */
  winner(claim: number): Hex | undefined {
    return verdict(this.chain.game, this.tournament(claim), this.chain.time).winner?.root;
  }

  #announced(seat: Seat): NonNullable<ReturnType<typeof joining>> {
    const commitment = joining(this.params, seat, []);
    if (commitment === undefined) throw new RangeError("no commitment");
    const hash = announcementHash(seat.owner, seat.tournament, top(commitment.children), seat.salt);
    this.#insist(seat.owner, { kind: "announce", announcement: hash, value: this.params.bonds[0] ?? 0n });
    return commitment;
  }

  #insist(sender: Hex, action: Action): void {
    if (!this.chain.send(sender, action)) throw new RangeError(`the rules refuse to ${action.kind}`);
  }

  #indexOf(claim: Hex): number {
    return [...this.view.claims.keys()].indexOf(claim);
  }

  /** What the Deal makes of a claim. */
  mark(index: number, phase: ClaimView["phase"]): void {
    const id = named(`claim ${index}`);
    const claim = this.view.claims.get(id);
    if (claim !== undefined)
      this.view = { ...this.view, claims: new Map(this.view.claims).set(id, { ...claim, phase }) };
  }
}
