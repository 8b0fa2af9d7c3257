/**
 * The service's end of a replayer: remembers what is known, asks a calculator for what is not, and
 * makes nobody wait.
 */
import type { Hex } from "viem";
import { Problem } from "../../verifier/errors.ts";
import type { KnownBook } from "../players/known-book.ts";
import { Answers } from "./answers.ts";
import { Asked } from "./asked.ts";
import { FragmentLine } from "./fragment-line.ts";
import type { Answer, Order, Port, Want } from "./messages.ts";
import { reasonOf } from "./reason.ts";
import type { Lineup, Replayed, Replayer, RunFacts, Submitted } from "./replayer.ts";

/** How a replayer's end in the service is made. */
export interface ClientSetup {
  /** Of the levels' trees. */
  readonly heights: readonly number[];
  /** Begins a calculator that tells its answers. Called again after {@link Client.lost}. */
  readonly connect: (hear: (answer: Answer) => void) => Port;
  /** Reads a fragment that the lineup does not have any more. */
  readonly older?: ((index: number) => Promise<Submitted>) | undefined;
  /** Hears what a person should know, in one line. */
  readonly note?: ((line: string) => void) | undefined;
  /** Hears of a run when it becomes known; again if a reorganisation has brought it back. */
  readonly onRun?: ((run: RunFacts) => void) | undefined;
  /** Hears of work that goes on, in steps. */
  readonly onProgress?: ((work: string, done: bigint, total?: bigint) => void) | undefined;
}

/** Fragments that are resolved for good and of which what is known is kept. */
const FACTS_KEPT = 8;

/** How long a calculator may take to keep what is worth keeping, in milliseconds. */
const CLOSE_MS = 10_000;

/** What is known of a fragment that was run. */
interface Known {
  readonly run: RunFacts;
  readonly answers: Answers;
}

/** A fragment of which nothing is known: whoever looks it up is told that, and nothing is asked. */
const NOTHING: KnownBook = { commitment: () => undefined, witness: () => undefined };

/** A replayer whose calculator may be anywhere. */
export class Client implements Replayer {
  readonly #setup: ClientSetup;
  readonly #line = new FragmentLine();
  readonly #asked = new Asked();
  /** By position. */
  readonly #known = new Map<number, Known>();
  #port: Port;
  #epoch = 0;
  /** Of the looks that the calculator has not heard of: where the first difference lies. */
  #keep = Infinity;
  /** Runs before this position are wanted. */
  #until = 0;
  /** The program has ended before the fragment at this position. */
  #endedBefore = Infinity;
  #stuck: { readonly index: number; readonly reason: string } | undefined;
  #posting = false;
  #listeners: (() => void)[] = [];
  #closed: (() => void) | undefined;

  constructor(setup: ClientSetup) {
    this.#setup = setup;
    this.#port = setup.connect((answer) => {
      this.#hear(answer);
    });
  }

  follow(lineup: Lineup): void {
    const keep = this.#line.follow(lineup);
    if (keep < Infinity) {
      this.#epoch++;
      this.#asked.cut(keep);
      for (const index of this.#known.keys()) if (index >= keep) this.#known.delete(index);
      if (keep <= this.#endedBefore) this.#endedBefore = Infinity;
      if (keep <= (this.#stuck?.index ?? 0)) this.#stuck = undefined;
    }
    for (const index of this.#known.keys()) if (index < lineup.final - FACTS_KEPT) this.#known.delete(index);
    this.#until = Math.min(this.#until, (lineup.fragments.at(-1)?.index ?? -1) + 1);
    this.#asked.turn();
    this.#keep = Math.min(this.#keep, keep);
    this.#post();
  }

  replayed(fragment: Hex): Replayed {
    const index = this.#line.indexOf(fragment);
    if (index === undefined) return { phase: "waiting" };
    const known = this.#known.get(index);
    if (known !== undefined) return { phase: "done", run: known.run };
    if (index >= this.#endedBefore) return { phase: "ended" };
    if (this.#stuck?.index === index) return { phase: "failed", reason: this.#stuck.reason };
    return { phase: "waiting" };
  }

  book(fragment: Hex): KnownBook {
    return this.#known.get(this.#line.indexOf(fragment) ?? -1)?.answers ?? NOTHING;
  }

  want(fragments: readonly Hex[]): void {
    const ends = fragments.map((id) => (this.#line.indexOf(id) ?? -1) + 1);
    this.#until = Math.max(0, ...ends.filter((end) => !this.#known.has(end - 1)));
    this.#post();
  }

  news(): Promise<void> {
    return new Promise((resolve) => {
      this.#listeners.push(resolve);
    });
  }

  async settled(): Promise<void> {
    while (this.#closed === undefined && this.#isOpen()) await this.news();
  }

  async close(): Promise<void> {
    if (this.#closed === undefined) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, CLOSE_MS);
        this.#closed = () => {
          clearTimeout(timer);
          resolve();
        };
        this.#port.post({ kind: "close" });
      });
    }
    await this.#port.end();
    this.#tellListeners();
  }

  /** The calculator is gone, with all that it knew: another one begins where it stood. */
  lost(): void {
    if (this.#closed !== undefined) {
      this.#closed();
      return;
    }
    this.#epoch++;
    this.#port = this.#setup.connect((answer) => {
      this.#hear(answer);
    });
    this.#keep = 0;
    this.#post();
  }

  /** Whether anything that was asked for is neither known nor failed. */
  #isOpen(): boolean {
    const reach = Math.min(this.#stuck?.index ?? Infinity, this.#endedBefore);
    const next = Math.min(this.#until, reach);
    const isRunning = next > 0 && !this.#known.has(next - 1) && next > (this.#line.latest?.final ?? 0);
    return isRunning || this.#asked.openBefore(reach);
  }

  /** Tells the calculator what is wanted, once for all that is asked for in one go. */
  #post(): void {
    if (this.#posting) return;
    this.#posting = true;
    queueMicrotask(() => {
      this.#posting = false;
      const lineup = this.#line.latest;
      if (this.#closed !== undefined || lineup === undefined) return;
      const { final, head } = lineup;
      const wanted = { orders: this.#asked.orders, until: this.#until };
      this.#port.post({ kind: "look", epoch: this.#epoch, keep: this.#keep, final, head, ...wanted });
      this.#keep = Infinity;
    });
  }

  #hear(answer: Answer): void {
    const isVoid = "epoch" in answer && answer.epoch !== this.#epoch;
    if (isVoid) return;
    switch (answer.kind) {
      case "run":
        this.#learn(answer.run);
        break;
      case "ended":
        this.#endedBefore = answer.index;
        break;
      case "stuck":
        if (this.#stuck?.reason !== answer.reason)
          this.#note(`fragment ${answer.index} can't be run: ${answer.reason}`);
        this.#stuck = answer;
        break;
      case "result":
        this.#take(answer);
        break;
      case "need":
        void this.#supply(answer.index);
        return;
      case "progress":
        this.#setup.onProgress?.(answer.work, answer.done, answer.total);
        return;
      case "note":
        this.#note(answer.line);
        return;
      case "closed":
        this.#closed?.();
        break;
    }
    this.#tellListeners();
  }

  #learn(run: RunFacts): void {
    const { index } = run;
    if (this.#stuck?.index === index) this.#stuck = undefined;
    if (this.#known.has(index)) return;
    const ask = (name: string, want: Want): void => {
      const order: Order = { key: `${run.id} ${name}`, index, want };
      if (this.#known.get(index)?.run === run && this.#asked.add(order)) this.#post();
    };
    this.#known.set(index, { run, answers: new Answers(this.#setup.heights, ask) });
    this.#setup.onRun?.(run);
  }

  #take({ key, result }: Extract<Answer, { kind: "result" }>): void {
    const order = this.#asked.get(key);
    if (order === undefined) return;
    if (result.kind === "failed") {
      if (this.#asked.failed(key, result.reason)) {
        this.#note(`a ${order.want.kind} of fragment ${order.index} can't be computed: ${result.reason}`);
      }
      return;
    }
    this.#asked.done(key);
    const known = this.#known.get(order.index);
    known?.answers.take(key.slice(known.run.id.length + 1), order.want, result);
  }

  /** Gives the calculator the input of a fragment, from wherever it can be had. */
  async #supply(index: number): Promise<void> {
    const here = this.#line.at(index);
    if (here !== undefined) {
      this.#port.post({ kind: "fragment", fragment: here });
      return;
    }
    try {
      const { older } = this.#setup;
      if (older === undefined) throw new Problem(`fragment ${index} is not at hand any more`);
      const fragment = await older(index);
      this.#port.post({ kind: "fragment", fragment });
    } catch (error) {
      this.#port.post({ kind: "unavailable", index, reason: reasonOf(error) });
    }
  }

  #note(line: string): void {
    this.#setup.note?.(line);
  }

  #tellListeners(): void {
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const listener of listeners) listener();
  }
}
