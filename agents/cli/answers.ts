/** What the fragments of a Deal answered, by one's own replay, beside what the chain says of them. */
import { setImmediate } from "node:timers/promises";
import { bytesToHex, type Hex } from "viem";
import type { Executor } from "../../verifier/state/executor.ts";
import { Outcome } from "../../verifier/machine/codes.ts";
import type { Program } from "../../verifier/program/build.ts";
import type { FragmentRun } from "../../verifier/program/fragment.ts";
import type { TransactionResult } from "../../verifier/program/transactions.ts";
import type { OutputProof, Piece } from "../../verifier/proof/output.ts";
import type { ClaimView, DealView } from "../chain/deal-log.ts";
import { type Computation, honestComputation } from "../replay/computation.ts";
import { checkInput } from "../replay/reason.ts";
import { type Run, Runs } from "../replay/runs.ts";
import { UserError } from "./failure.ts";

/** How far a fragment is, by what is known of it. */
export type Standing = "submitted" | "claimed" | "disputed" | "confirmed" | "decided";

/** A fragment that was replayed. */
export interface Replayed {
  readonly run: FragmentRun;
  /** Root of the state after it. */
  readonly root: Hex;
  readonly standing: Standing;
}

/** What answers depend on of a Deal. */
export interface AnswerTerms {
  readonly terms: { readonly budget: bigint };
  /** Of the levels' trees. */
  readonly params: { readonly heights: readonly number[] };
}

/** Replays a Deal's fragments as far as they are asked for, and lets others run meanwhile. */
export class Answers {
  readonly #computation: Computation;
  readonly #runs: Runs;
  /** What was asked for last: one question after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(program: Program, executor: Executor, { terms: { budget }, params: { heights } }: AnswerTerms) {
    const make = honestComputation({ image: program.image, executor, budget, heights });
    this.#computation = make(() => setImmediate());
    this.#runs = new Runs({ index: 0, state: this.#computation.initial });
  }

  /**
   * A fragment; undefined if there is none, or the program has ended before it.
   *
   * @throws WrongInput if the bytes of a fragment are not those that were submitted
   * @throws UserError if the chain has confirmed another state of it
   */
  async of(view: DealView, index: number): Promise<Replayed | undefined> {
    const turn = this.#turn.then(() => this.#replay(view, index));
    this.#turn = turn.catch(() => undefined);
    const replayed = await turn;
    if (replayed === undefined) return undefined;
    const { run, facts } = replayed;
    const { root } = facts.final;
    const standing = standingOf(view, index);
    if (standing === "confirmed" && confirmedClaim(view, index)?.finalState !== root) {
      throw new UserError(`the chain has confirmed another state of fragment ${index} than this replay gives`, {
        hint: "a wrong claim was never challenged, or this machine computes wrongly: tell the other parties",
      });
    }
    return { run, root, standing };
  }

  async #replay({ fragments }: DealView, index: number): Promise<Run | undefined> {
    if (fragments[index] === undefined) return undefined;
    const gone = this.#runs.all.find(({ facts }) => fragments[facts.index]?.id !== facts.id);
    if (gone !== undefined) this.#runs.cut(gone.facts.index);
    while (this.#runs.next <= index && !this.#runs.ended) {
      const fragment = fragments[this.#runs.next];
      if (fragment === undefined) return undefined;
      if (this.#runs.recall(fragment) !== undefined) continue;
      checkInput(fragment);
      this.#runs.add(fragment, await this.#computation.run(this.#runs.last, fragment), 0);
    }
    return this.#runs.at(index);
  }
}

function confirmedClaim(view: DealView, fragment: number): ClaimView | undefined {
  return [...view.claims.values()].find((claim) => claim.fragment === fragment && claim.phase === "confirmed");
}

function standingOf(view: DealView, fragment: number): Standing {
  if (confirmedClaim(view, fragment) !== undefined) return "confirmed";
  if (fragment < view.resolved) return "decided";
  const phases = [...view.claims.values()].filter((claim) => claim.fragment === fragment).map(({ phase }) => phase);
  if (phases.includes("disputed")) return "disputed";
  return phases.includes("open") || phases.includes("upheld") ? "claimed" : "submitted";
}

const OUTCOMES = Object.fromEntries(Object.entries(Outcome).map(([name, code]) => [code, name]));

/** A result as JSON has it. */
export interface ResultJson {
  readonly outcome: string;
  readonly code: number;
  /** Steps, a decimal string. */
  readonly fuelUsed: string;
  readonly output: Hex;
  /** The output, if it is UTF-8. */
  readonly text: string | null;
}

/** A result for JSON. */
export function resultJson({ kind, code, fuelUsed, output }: TransactionResult): ResultJson {
  return {
    ...{ outcome: OUTCOMES[kind] ?? String(kind), code, fuelUsed: fuelUsed.toString() },
    ...{ output: bytesToHex(output), text: utf8(output) },
  };
}

function utf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** A proof for JSON, as `Outputs.sol` takes it. */
export function proofJson({ record, receipt, output }: OutputProof): object {
  const piece = ({ bytes, siblings }: Piece): object => ({
    leaves: bytesToHex(bytes),
    siblings: siblings.map((sibling) => bytesToHex(sibling)),
  });
  return { record: bytesToHex(record), receipt: piece(receipt), output: output.map(piece) };
}
