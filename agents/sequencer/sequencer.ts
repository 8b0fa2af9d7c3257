/** A sequencer: takes transactions and makes fragments of them, which are full or old enough. */
import { sameBytes } from "../../verifier/merkle/same-bytes.ts";
import { encodeTransactions, type Transaction } from "../../verifier/program/transactions.ts";
import { type DealView, fragmentAt } from "../chain/deal-log.ts";
import { type Batch, fragmentsOf, requireFit, type Room } from "../service/fragments.ts";
import type { Ticket, Tickets } from "./tickets.ts";

/** What a sequencer works with. */
export interface SequencerSetup {
  readonly tickets: Tickets;
  readonly room: Room;
  /** Longest that a transaction waits for others, in milliseconds. */
  readonly patience: number;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** The fragment that is to be submitted. */
export interface NextFragment {
  /** The position that it gets. */
  readonly index: number;
  /** The same at every look until the chain has it: another one may be on its way. */
  readonly input: Uint8Array;
}

/** Tickets that are looked at for one fragment; more than fit into it. */
const MOST_TICKETS = 4_096;

/** An account at work as the sequencer of one Deal. */
export class Sequencer {
  readonly #setup: SequencerSetup;

  constructor(setup: SequencerSetup) {
    this.#setup = setup;
  }

  /**
   * Takes a transaction and gives its ticket's number.
   *
   * @throws TooLarge if it fits into no fragment
   */
  take(transaction: Transaction): number {
    const { tickets, room, clock } = this.#setup;
    requireFit(transaction, room);
    return tickets.take(transaction, clock());
  }

  /** The fragment that is due now, after those that the chain has; undefined if none is. */
  next(view: Pick<DealView, "submitted" | "fragments" | "ended">): NextFragment | undefined {
    if (view.ended) return undefined;
    const index = view.submitted;
    this.#reconcile(view);
    if (this.#setup.tickets.inFragment(index).length === 0) this.#fill(index);
    const input = inputOf(this.#setup.tickets.inFragment(index));
    return input.length === 0 ? undefined : { index, input };
  }

  /** Gives places in the next fragment to tickets that fill it, or have waited long enough. */
  #fill(next: number): void {
    const { tickets, room, patience, clock } = this.#setup;
    const waiting = tickets.waiting(MOST_TICKETS);
    const [first] = waiting;
    if (first === undefined) return;
    const [batch, ...others] = fragmentsOf(
      waiting.map(({ transaction }) => transaction),
      room,
    );
    if (batch === undefined || (others.length === 0 && clock() < first.taken + patience)) return;
    tickets.place(numbersOf(waiting, batch), next);
  }

  /**
   * Compares our last fragments with those of the chain. Where it has others, submitted by hand or
   * after a reorganisation, ours wait again; one that is to come next stays as it is, for it may be
   * on its way.
   */
  #reconcile(view: Pick<DealView, "submitted" | "fragments">): void {
    const { tickets } = this.#setup;
    for (let fragment = tickets.lastFragment() ?? -1; fragment >= 0; fragment--) {
      if (fragment === view.submitted) continue;
      // What the view has let go is there for good.
      if (fragment < (view.fragments[0]?.index ?? view.submitted)) return;
      const theirs = fragmentAt(view, fragment);
      if (theirs !== undefined && sameBytes(theirs.input, inputOf(tickets.inFragment(fragment)))) return;
      tickets.displace(fragment);
    }
  }
}

function inputOf(tickets: readonly Ticket[]): Uint8Array {
  return encodeTransactions(tickets.map(({ transaction }) => transaction));
}

function numbersOf(tickets: readonly Ticket[], { count }: Batch): number[] {
  return tickets.slice(0, count).map(({ number }) => number);
}
