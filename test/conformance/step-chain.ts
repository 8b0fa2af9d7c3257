/**
 * Has steps executed by the StepVerifier of an embedded chain, many in a call and several calls at
 * a time, and compares.
 */
import { hexlify } from "ethers";
import type { ProvenStep, StepSink } from "./proving-runner.ts";
import type { StepAnswer, StepQuery } from "../contracts/machine/verifier.ts";

/** The part of a deployed verifier that is used here. */
export interface StepJudge {
  /** Bytes of witnesses that one call should take. */
  readonly callBytes: number;
  /** One call. */
  ask(queries: readonly StepQuery[]): Promise<StepAnswer[]>;
}

/** A step that the chain takes elsewhere than the reference, or an interpreter that does. */
export interface Disagreement {
  readonly line: number;
  /** Undefined if it was the interpreter. */
  readonly step?: ProvenStep;
  /** The root or the error that the chain answered with. */
  readonly answer: string;
}

/** Calls under way at most: enough to keep the simulator busy while proofs are made. */
const CALLS = 4;

/** Collects proofs into calls. */
export class StepChain implements StepSink {
  readonly disagreements: Disagreement[] = [];
  /** Steps that were answered. */
  proven = 0;
  readonly #judge: StepJudge;
  readonly #onAnswer: () => void;
  readonly #underWay = new Set<Promise<void>>();
  #batch: ProvenStep[] = [];
  #bytes = 0;

  /** @param onAnswer - called after each call */
  constructor(judge: StepJudge, onAnswer: () => void) {
    this.#judge = judge;
    this.#onAnswer = onAnswer;
  }

  add(step: ProvenStep): Promise<void> | void {
    this.#batch.push(step);
    this.#bytes += step.witness.length;
    if (this.#bytes < this.#judge.callBytes) return undefined;
    this.#send();
    return this.#underWay.size < CALLS ? undefined : Promise.race(this.#underWay);
  }

  diverged(line: number): void {
    this.disagreements.push({ line, answer: "the interpreter ends in another state than the reference step function" });
  }

  /** Waits for every answer. */
  async settle(): Promise<void> {
    if (this.#batch.length > 0) this.#send();
    await Promise.all(this.#underWay);
  }

  #send(): void {
    const batch = this.#batch;
    [this.#batch, this.#bytes] = [[], 0];
    const call = this.#judge.ask(batch).then((answers) => {
      this.#underWay.delete(call);
      this.#compare(batch, answers);
      this.#onAnswer();
    });
    this.#underWay.add(call);
    // A call that failed stays under way, so that `add` or `settle` throws its error.
    call.catch(() => undefined);
  }

  #compare(batch: readonly ProvenStep[], answers: readonly StepAnswer[]): void {
    batch.forEach((step, i) => {
      const answer = answers[i];
      if (answer === undefined) throw new RangeError("the chain gave fewer answers than it got steps");
      this.proven++;
      const got = answer.accepted ? answer.next : answer.reason;
      if (got !== hexlify(step.next)) this.disagreements.push({ line: step.line, step, answer: got });
    });
  }
}
