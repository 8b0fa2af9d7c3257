/**
 * The other end of a replayer: takes questions, runs what they ask for, most urgent first, and
 * answers. In the service's own thread or in another one.
 */
import { bytesToHex } from "viem";
import { Crash } from "../../verifier/errors.ts";
import { encodeCommitment } from "../../verifier/history/commitment-bytes.ts";
import { stepOf } from "../../verifier/history/game-levels.ts";
import { prove } from "../../verifier/proof/witness.ts";
import { Agenda, GivenUp, type Task } from "./agenda.ts";
import type { Computation, MakeComputation } from "./computation.ts";
import { Histories } from "./histories.ts";
import { Keeper } from "./keeper.ts";
import type { Answer, Order, Question, Result, Want } from "./messages.ts";
import { checkInput, reasonOf } from "./reason.ts";
import type { Submitted } from "./replayer.ts";
import { Retries } from "./retries.ts";
import { type Run, Runs } from "./runs.ts";
import type { StateStore } from "./state-store.ts";

/** What a calculator works with. */
export interface CalculatorSetup {
  readonly make: MakeComputation;
  readonly store?: StateStore | undefined;
  readonly answer: (answer: Answer) => void;
}

/** Computes for one replayer. */
export class Calculator {
  readonly #answer: (answer: Answer) => void;
  readonly #computation: Computation;
  readonly #agenda = new Agenda(() => this.#tasks());
  readonly #retries = new Retries(() => {
    this.#agenda.update();
  });
  readonly #runs: Runs;
  readonly #histories: Histories;
  readonly #keeper: Keeper;
  /** The input of the fragment that is to be run next, once it is here. */
  #input: Submitted | undefined;
  /** The position whose input was asked for and has not come. */
  #awaited: number | undefined;
  #orders: readonly Order[] = [];
  #until = 0;
  #epoch = 0;
  #closed = false;

  constructor({ make, store, answer }: CalculatorSetup) {
    this.#answer = answer;
    this.#computation = make(() => this.#agenda.pause());
    const { initial } = this.#computation;
    this.#runs = new Runs({ index: 0, state: initial });
    this.#histories = new Histories((run, index) => this.#computation.history(run, index));
    const note = (line: string): void => {
      answer({ kind: "note", line });
    };
    this.#keeper = new Keeper({ runs: this.#runs, initial, store, note });
  }

  /** Takes a question. */
  receive(question: Question): void {
    if (this.#closed) return;
    switch (question.kind) {
      case "look":
        this.#look(question);
        break;
      case "fragment":
        this.#awaited = undefined;
        this.#input = question.fragment;
        break;
      case "unavailable":
        this.#awaited = undefined;
        this.#stuck(question.index, question.reason);
        break;
      case "close":
        this.#close();
        return;
    }
    this.#agenda.update();
  }

  #look({ epoch, keep, final, head, orders, until }: Extract<Question, { kind: "look" }>): void {
    [this.#orders, this.#until] = [orders, until];
    if (keep < Infinity) {
      this.#runs.cut(keep);
      this.#retries.clear();
      if (keep <= (this.#input?.index ?? 0)) this.#input = undefined;
      if (keep <= (this.#awaited ?? 0)) this.#awaited = undefined;
    }
    this.#keeper.follow(final, head);
    this.#letGo();
    if (epoch !== this.#epoch) {
      this.#epoch = epoch;
      // What was told in the epoch before may have been void.
      for (const { facts } of this.#runs.all) this.#answer({ kind: "run", epoch, run: facts });
    }
    this.#tellEnd();
  }

  #close(): void {
    this.#closed = true;
    [this.#orders, this.#until] = [[], 0];
    this.#retries.clear();
    this.#agenda.update();
    this.#keeper.close();
    this.#answer({ kind: "closed" });
  }

  /** What there is to do, most urgent first. */
  *#tasks(): Generator<Task> {
    for (const order of this.#orders) {
      const task = order.index < this.#runs.next || this.#runs.ended ? this.#taskFor(order) : this.#nextRun();
      if (task !== undefined) yield task;
    }
    if (this.#keeper.due) yield { key: "keep", work: () => this.#keep() };
    if (this.#runs.next < this.#until && !this.#runs.ended) {
      const task = this.#nextRun();
      if (task !== undefined) yield task;
    }
  }

  #taskFor(order: Order): Task | undefined {
    const run = this.#runs.at(order.index);
    const key = `${order.key} ${run?.facts.before.root ?? ""}`;
    return this.#retries.rests(key) ? undefined : { key, work: () => this.#serve(order, key, run) };
  }

  /** Runs the fragment that comes next, as soon as its input is here. */
  #nextRun(): Task | undefined {
    const index = this.#runs.next;
    if (this.#retries.rests(nextName(index))) return undefined;
    const fragment = this.#input;
    if (fragment?.index !== index) {
      if (this.#awaited !== index) this.#answer({ kind: "need", index });
      this.#awaited = index;
      return undefined;
    }
    const key = `run ${fragment.id} ${this.#runs.before(index)?.root ?? ""}`;
    return { key, work: () => this.#run(fragment) };
  }

  async #run(fragment: Submitted): Promise<void> {
    try {
      const run = this.#runs.recall(fragment) ?? (await this.#execute(fragment));
      if (run === undefined) return;
      this.#retries.done(nextName(fragment.index));
      this.#answer({ kind: "run", epoch: this.#epoch, run: run.facts });
      this.#tellEnd();
      this.#keeper.check();
      this.#letGo();
    } catch (error) {
      if (error instanceof GivenUp) throw error;
      // Other bytes may be had the next time.
      this.#input = undefined;
      this.#stuck(fragment.index, reasonOf(error));
    }
  }

  async #execute(fragment: Submitted): Promise<Run | undefined> {
    checkInput(fragment);
    const before = this.#runs.last;
    const begun = performance.now();
    const run = await this.#computation.run(before, fragment);
    // If the chain has changed meanwhile, this is the run of nothing any more.
    if (this.#runs.last !== before || this.#input !== fragment) return undefined;
    return this.#runs.add(fragment, run, performance.now() - begun);
  }

  /** Answers an order whose run is there, or never will be. */
  async #serve(order: Order, key: string, run: Run | undefined): Promise<void> {
    try {
      const result: Result =
        run === undefined
          ? { kind: "failed", reason: `fragment ${order.index} is final or never run: nothing is known of its run` }
          : await this.#compute(order.want, run);
      // If the chain has changed meanwhile, this is about nothing any more.
      if (this.#runs.at(order.index) !== run) return;
      this.#retries.done(key);
      this.#orders = this.#orders.filter((other) => other.key !== order.key);
      this.#tell(order, result);
    } catch (error) {
      if (error instanceof GivenUp) throw error;
      this.#retries.failed(key);
      this.#tell(order, { kind: "failed", reason: reasonOf(error) });
    }
  }

  async #compute(want: Want, { run, facts }: Run): Promise<Result> {
    const history = this.#histories.of(run, facts.index);
    const { path } = want;
    const step = stepOf(history.heights, path);
    if (want.kind === "witness") return { kind: "witness", witness: bytesToHex(prove(history.stateAt(step)).witness) };
    const commitment = await history.commitment(path.length, step);
    if (want.kind === "commitment") return { kind: "commitment", bytes: encodeCommitment(commitment) };
    const leaves = commitment.parts.source?.(want.first, want.count);
    if (leaves === undefined) throw new Crash("a commitment that keeps all its leaves is asked for some");
    return { kind: "leaves", first: want.first, leaves };
  }

  /** Tells that the program has ended, if it matters. */
  #tellEnd(): void {
    const { next, ended } = this.#runs;
    if (ended && next < this.#until) this.#answer({ kind: "ended", epoch: this.#epoch, index: next });
  }

  #keep(): Promise<void> {
    this.#keeper.keep();
    return Promise.resolve();
  }

  /** Lets go what no reorganisation brings back into question. */
  #letGo(): void {
    for (const { run } of this.#keeper.letGo()) this.#histories.letGo(run);
  }

  #tell({ key }: Order, result: Result): void {
    this.#answer({ kind: "result", epoch: this.#epoch, key, result });
  }

  /** The fragment at a position can't be run now. */
  #stuck(index: number, reason: string): void {
    this.#retries.failed(nextName(index));
    this.#answer({ kind: "stuck", epoch: this.#epoch, index, reason });
  }
}

function nextName(index: number): string {
  return `fragment ${index}`;
}
