/** One liar: its account, its opinion, and how it plays. */
import { bytesToHex, type Hex, keccak256, stringToHex } from "viem";
import { Trace } from "../../verifier/history/trace.ts";
import { interpreterExecutor as executor } from "../../verifier/interpreter/execute.ts";
import { recordBytes, type State, stateRoot } from "../../verifier/state/state.ts";
import { garbageBook } from "../players/adversaries/garbage.ts";
import { LIES, tell } from "../players/adversaries/lies.ts";
import { adversary, type Strategy } from "../players/adversaries/registry.ts";
import type { Seat } from "../players/decide.ts";
import { HistoryBook } from "../players/history-book.ts";
import type { KnownBook, KnownCommitment } from "../players/known-book.ts";
import { BUDGET } from "./guest.ts";
import type { LiarPlan } from "./schedule.ts";
import type { TrueRun } from "./truth.ts";

/** A member of the crowd. */
export class Member {
  readonly plan: LiarPlan;
  readonly strategy: Strategy;
  readonly #place: number;
  readonly #owner: Hex;
  readonly #heights: readonly number[];
  readonly #books = new Map<TrueRun, KnownBook>();
  readonly #histories: HistoryBook[] = [];

  /** @param place among all liars: no two have the same opinion */
  constructor(plan: LiarPlan, place: number, accounts: readonly Hex[], heights: readonly number[]) {
    this.plan = plan;
    this.strategy = adversary(plan.strategy);
    this.#place = place;
    this.#owner = accounts[plan.account] ?? "0x";
    this.#heights = heights;
  }

  /** Whether it commits to what is true. */
  get isTrue(): boolean {
    return this.strategy.belief === "truth";
  }

  /** Its seat in a tournament about a run. */
  seat(tournament: Hex, run: TrueRun): Seat {
    const book = this.#books.get(run) ?? this.#book(run);
    this.#books.set(run, book);
    return { owner: this.#owner, tournament, book, salt: keccak256(stringToHex(`salt ${this.#place}`)) };
  }

  /** The record in which its history ends, if that is not the true one. */
  falseRecord(run: TrueRun): Hex | undefined {
    if (this.strategy.belief !== "lie") return undefined;
    const final = this.#history(run).stateAt(BUDGET + 1n);
    return bytesToHex(stateRoot(final)) === run.root ? undefined : bytesToHex(recordBytes(final));
  }

  /** Computes what was asked for; tells whether that was anything. */
  async settled(): Promise<boolean> {
    const news = await Promise.all(this.#histories.map((book) => book.settled()));
    return news.includes(true);
  }

  #book(run: TrueRun): KnownBook {
    if (this.strategy.belief === "garbage") return remembered(garbageBook(`${this.#place}`, this.#heights));
    const book = new HistoryBook(this.#history(run));
    this.#histories.push(book);
    return book;
  }

  #history({ loaded, steps }: TrueRun): Trace {
    if (this.isTrue) return new Trace(loaded, this.#heights, { executor });
    const step = 1n + BigInt(Math.floor(this.plan.lieAt * Number(steps - 1n)));
    return new Trace(loaded, this.#heights, { executor, faults: [{ step, mutate: (state) => this.#told(state) }] });
  }

  /** The first few lie about something that matters; the others each about a leaf of memory of its own. */
  #told(state: State): State {
    const lie = LIES[this.#place];
    if (lie !== undefined) return tell(lie, state);
    return { ...state, memory: state.memory.set(this.#place, state.memory.get(this.#place) ^ 1n) };
  }
}

/** A book that answers the same question once. */
function remembered(book: KnownBook): KnownBook {
  const known = new Map<string, KnownCommitment | undefined>();
  return {
    commitment(path) {
      const name = path.join("/");
      const found = known.get(name) ?? book.commitment(path);
      known.set(name, found);
      return found;
    },
    witness: (path) => book.witness(path),
  };
}
