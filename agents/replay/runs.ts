/**
 * The fragments that were run, one after the other, from a state that nothing can change any more.
 * A run is named by its fragment and by the state before it: the same fragment after other ones is
 * another run.
 */
import { bytesToHex, type Hex, keccak256 } from "viem";
import { Crash } from "../../verifier/errors.ts";
import { Status } from "../../verifier/machine/codes.ts";
import type { FragmentRun } from "../../verifier/program/fragment.ts";
import { loadOpening } from "../../verifier/proof/load.ts";
import { recordBytes, type State } from "../../verifier/state/state.ts";
import type { RunFacts, StateFacts, Submitted } from "./replayer.ts";

/** A state, the fragment that begins in it, and what the chain knows of it. */
export interface Base {
  readonly index: number;
  readonly state: State;
}

/** A fragment that was run. */
export interface Run {
  readonly facts: RunFacts;
  readonly run: FragmentRun;
  /** How long it took, in milliseconds. */
  readonly took: number;
}

/** Runs that stand on nothing any more and are kept: a reorganisation may bring them back. */
const REMEMBERED = 16;

/** Runs from a base on. */
export class Runs {
  #base: Base & { readonly facts: StateFacts };
  #list: Run[] = [];
  readonly #remembered = new Map<string, Run>();

  constructor(base: Base) {
    this.#base = withFacts(base);
  }

  /** The oldest state: that before the first fragment whose run is kept. */
  get base(): Base {
    return this.#base;
  }

  /** Position of the first fragment that has not been run. */
  get next(): number {
    return this.#base.index + this.#list.length;
  }

  /** The run of the fragment at a position, if it is kept. */
  at(index: number): Run | undefined {
    return this.#list[index - this.#base.index];
  }

  /** All runs from the base on. */
  get all(): readonly Run[] {
    return this.#list;
  }

  /** What the chain knows of the state before a fragment; undefined if it is not there. */
  before(index: number): StateFacts | undefined {
    return index === this.#base.index ? this.#base.facts : this.at(index - 1)?.facts.final;
  }

  /** The state that the next fragment begins in. */
  get last(): State {
    return this.#list.at(-1)?.run.final ?? this.#base.state;
  }

  /** Whether the program has ended, so that no further fragment can be run. */
  get ended(): boolean {
    return !yields(this.last);
  }

  /** Takes up a run of the next fragment from before a reorganisation. */
  recall(fragment: Submitted): Run | undefined {
    const key = nameOf(fragment.id, this.#lastFacts().root);
    const run = this.#remembered.get(key);
    if (run === undefined) return undefined;
    this.#remembered.delete(key);
    this.#list.push(run);
    return run;
  }

  /** Adds the run of the next fragment. */
  add({ index, id }: Submitted, run: FragmentRun, took: number): Run {
    if (index !== this.next) throw new Crash(`fragment ${index} is no successor of fragment ${this.next - 1}`);
    const opening = bytesToHex(loadOpening(this.last));
    const final = factsOf(run.final);
    const facts = { ...{ index, id, before: this.#lastFacts(), opening, final }, yields: yields(run.final) };
    const added: Run = { facts: { ...facts, steps: run.steps }, run, took };
    this.#list.push(added);
    return added;
  }

  /** Drops the runs from a position on: the chain has other fragments there, or none. */
  cut(index: number): void {
    const from = Math.max(0, index - this.#base.index);
    for (const run of this.#list.splice(from)) {
      this.#remembered.set(nameOf(run.facts.id, run.facts.before.root), run);
      const [oldest] = this.#remembered.keys();
      if (this.#remembered.size > REMEMBERED && oldest !== undefined) this.#remembered.delete(oldest);
    }
  }

  /** Lets the runs before a position go, as far as they are there. Gives them. */
  letGo(before: number): readonly Run[] {
    const count = Math.min(before - this.#base.index, this.#list.length);
    if (count <= 0) return [];
    const gone = this.#list.slice(0, count);
    const last = gone.at(-1);
    if (last === undefined) return [];
    this.#base = { index: this.#base.index + count, state: last.run.final, facts: last.facts.final };
    this.#list = this.#list.slice(count);
    return gone;
  }

  /** Begins from another state; nothing of before counts. */
  restart(base: Base): void {
    this.#base = withFacts(base);
    this.#list = [];
    this.#remembered.clear();
  }

  #lastFacts(): StateFacts {
    return this.#list.at(-1)?.facts.final ?? this.#base.facts;
  }
}

function withFacts(base: Base): Base & { readonly facts: StateFacts } {
  return { ...base, facts: factsOf(base.state) };
}

function factsOf(state: State): StateFacts {
  const record = bytesToHex(recordBytes(state));
  return { root: keccak256(record), record };
}

function yields({ registers }: State): boolean {
  return registers.status === Status.yielded;
}

function nameOf(id: Hex, before: Hex): string {
  return `${id} ${before}`;
}
