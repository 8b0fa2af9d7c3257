/**
 * A replayer in this process, over what a role of a play ran: honestly or not. It computes while
 * the stage waits for it, and never during a look.
 */
import { bytesToHex, type Hex, keccak256 } from "viem";
import { HASH_BYTES } from "../../verifier/merkle/keccak.ts";
import { loadOpening } from "../../verifier/proof/load.ts";
import type { FragmentRun } from "../../verifier/program/fragment.ts";
import { Status } from "../../verifier/machine/codes.ts";
import { recordBytes, type State } from "../../verifier/state/state.ts";
import { HistoryBook } from "../players/history-book.ts";
import type { KnownBook } from "../players/known-book.ts";
import type { Lineup, Replayed, RunFacts, StateFacts, Submitted } from "../replay/replayer.ts";
import type { Runs } from "../worker/runs.ts";
import type { Histories } from "../validator/histories.ts";
import { type Replay, rootHex } from "../worker/replay.ts";

/** Where a record has the root of the stack. */
const STACK_ROOT = 2 * HASH_BYTES;

/** Knows nothing, and has nothing to show. */
const NOTHING: KnownBook = { commitment: () => undefined, witness: () => undefined };

/** What is claimed of one fragment although nothing was run for it. */
export interface Invention {
  /** Position of the fragment. */
  readonly index: number;
  readonly book: KnownBook;
}

/** Runs fragments one after the other when it is waited for. */
export class SceneReplayer implements Runs {
  readonly #replay: Replay;
  readonly #histories: Histories;
  readonly #invention: Invention | undefined;
  readonly #facts = new WeakMap<FragmentRun, RunFacts>();
  readonly #books = new Map<FragmentRun, HistoryBook>();
  #fragments: ReadonlyMap<Hex, Submitted> = new Map();
  #wanted: readonly Hex[] = [];

  constructor(replay: Replay, histories: Histories, invention?: Invention) {
    this.#replay = replay;
    this.#histories = histories;
    this.#invention = invention;
  }

  follow({ fragments }: Lineup): void {
    this.#fragments = new Map(fragments.map((fragment) => [fragment.id, fragment]));
  }

  replayed(id: Hex): Replayed {
    const fragment = this.#fragments.get(id);
    const run = fragment && this.#replay.known(fragment);
    if (run !== undefined) return { phase: "done", run: this.#factsOf(fragment as Submitted, run) };
    return fragment !== undefined && this.#ended(fragment.index) ? { phase: "ended" } : { phase: "waiting" };
  }

  book(id: Hex): KnownBook {
    const fragment = this.#fragments.get(id);
    const run = fragment && this.#replay.known(fragment);
    if (run === undefined) return NOTHING;
    if (fragment?.index === this.#invention?.index) return this.#invention?.book ?? NOTHING;
    const book = this.#books.get(run) ?? new HistoryBook(this.#histories.of(run, fragment?.index ?? 0));
    this.#books.set(run, book);
    return book;
  }

  want(fragments: readonly Hex[]): void {
    this.#wanted = fragments;
  }

  /** Computes what was asked for; tells whether that was anything. */
  async settled(): Promise<boolean> {
    let computed = false;
    for (const id of this.#wanted) {
      const fragment = this.#fragments.get(id);
      if (fragment === undefined || this.#ended(fragment.index)) break;
      if (this.#replay.known(fragment) !== undefined) continue;
      this.#replay.run(fragment);
      computed = true;
    }
    for (const book of this.#books.values()) {
      computed = (await book.settled()) || computed;
      const problems = book.problems();
      if (problems.length > 0) throw problems[0];
    }
    return computed;
  }

  /** Whether the program ends before a fragment, as far as that is known. */
  #ended(index: number): boolean {
    for (const fragment of this.#fragments.values()) {
      if (fragment.index >= index) continue;
      const run = this.#replay.known(fragment);
      if (run !== undefined && !yields(run.final)) return true;
    }
    return false;
  }

  #factsOf({ id, index }: Submitted, run: FragmentRun): RunFacts {
    const known = this.#facts.get(run);
    if (known !== undefined) return known;
    const previous = this.#replay.before(index);
    const facts: RunFacts = {
      ...{ index, id, steps: run.steps, yields: yields(run.final) },
      ...{ before: factsOf(previous), opening: bytesToHex(loadOpening(previous)) },
      final: index === this.#invention?.index ? invented(run.final) : factsOf(run.final),
    };
    this.#facts.set(run, facts);
    return facts;
  }
}

function yields(final: State): boolean {
  return final.registers.status === Status.yielded;
}

function factsOf(state: State): StateFacts {
  return { root: rootHex(state), record: bytesToHex(recordBytes(state)) };
}

/** A state of the same program that nobody has ever reached: its stack's root is the root of nothing. */
function invented(state: State): StateFacts {
  const record = recordBytes(state);
  record.fill(0xbd, STACK_ROOT, STACK_ROOT + HASH_BYTES);
  return { root: keccak256(record), record: bytesToHex(record) };
}
