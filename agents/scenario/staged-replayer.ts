/**
 * A replayer in this process for a role of a play. It computes while the stage waits for it, and
 * never during a look, so that a play goes the same way every time.
 */
import type { Hex } from "viem";
import { Problem } from "../../verifier/errors.ts";
import type { Trace } from "../../verifier/history/trace.ts";
import type { KnownBook } from "../players/known-book.ts";
import { Calculator } from "../replay/calculator.ts";
import { Client } from "../replay/client.ts";
import type { ComputationParts, MakeComputation } from "../replay/computation.ts";
import type { Answer } from "../replay/messages.ts";
import type { Lineup, Replayed } from "../replay/replayer.ts";
import type { Runs } from "../worker/runs.ts";

/** Runs what was asked for when it is waited for. */
export class StagedReplayer implements Runs {
  readonly #client: Client;
  readonly #histories = new Map<number, Trace>();
  /** What the calculator is told as soon as somebody waits for it. */
  readonly #held: (() => void)[] = [];
  #isWaitedFor = false;
  #isNews = false;
  #problem: Problem | undefined;

  constructor(make: MakeComputation, { heights }: Pick<ComputationParts, "heights">) {
    this.#client = new Client({
      heights,
      connect: (hear) => {
        const answer = (told: Answer): void => {
          this.#note(told);
          hear(told);
        };
        const calculator = new Calculator({ make: this.#recording(make), answer });
        return {
          post: (question) => {
            this.#pass(() => {
              calculator.receive(question);
            });
          },
          end: () => Promise.resolve(),
        };
      },
    });
  }

  follow(lineup: Lineup): void {
    this.#client.follow(lineup);
  }

  replayed(fragment: Hex): Replayed {
    return this.#client.replayed(fragment);
  }

  book(fragment: Hex): KnownBook {
    return this.#client.book(fragment);
  }

  want(fragments: readonly Hex[]): void {
    this.#client.want(fragments);
  }

  /** The history of the fragment at a position, if something of it was asked for. */
  history(index: number): Trace | undefined {
    return this.#histories.get(index);
  }

  /**
   * Computes what was asked for; tells whether that was anything.
   *
   * @throws Problem if something of a history can't be computed
   */
  async settled(): Promise<boolean> {
    this.#isWaitedFor = true;
    for (const receive of this.#held.splice(0)) queueMicrotask(receive);
    await this.#client.settled();
    this.#isWaitedFor = false;
    if (this.#problem !== undefined) throw this.#problem;
    const isNews = this.#isNews;
    this.#isNews = false;
    return isNews;
  }

  #pass(receive: () => void): void {
    if (this.#isWaitedFor) queueMicrotask(receive);
    else this.#held.push(receive);
  }

  #note(answer: Answer): void {
    if (answer.kind === "run" || answer.kind === "stuck" || answer.kind === "result") this.#isNews = true;
    if (answer.kind === "result" && answer.result.kind === "failed") this.#problem = new Problem(answer.result.reason);
  }

  #recording(make: MakeComputation): MakeComputation {
    return (pause) => {
      const computation = make(pause);
      return {
        ...{ initial: computation.initial, heights: computation.heights },
        run: (before, fragment) => computation.run(before, fragment),
        history: (run, index) => {
          const made = computation.history(run, index);
          this.#histories.set(index, made);
          return made;
        },
      };
    };
  }
}
