/** What the fragments of a Deal answered, by one's own replay, beside what the chain says of them. */
import { bytesToHex, type Hex } from "viem";
import type { Executor } from "../../verifier/state/executor.ts";
import { Outcome } from "../../verifier/machine/codes.ts";
import type { Program } from "../../verifier/program/build.ts";
import { type FragmentRun, runFragment } from "../../verifier/program/fragment.ts";
import type { TransactionResult } from "../../verifier/program/transactions.ts";
import type { OutputProof, Piece } from "../../verifier/proof/output.ts";
import { initialState } from "../../verifier/state/program.ts";
import type { ClaimView, DealView } from "../chain/deal-log.ts";
import type { DealFacts } from "../chain/deal-facts.ts";
import { Replay, rootHex } from "../worker/replay.ts";
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

/** Replays a Deal's fragments as far as they are asked for. */
export class Answers {
  readonly #replay: Replay;

  constructor(program: Program, executor: Executor, { terms: { budget } }: DealFacts) {
    this.#replay = new Replay(initialState(program.image), (before, { input }) =>
      runFragment(before, input, { budget, executor }),
    );
  }

  /**
   * A fragment; undefined if there is none, or the program has ended before it.
   *
   * @throws UserError if the chain has confirmed another state of it
   */
  of(view: DealView, index: number): Replayed | undefined {
    const fragment = view.fragments[index];
    if (fragment === undefined) return undefined;
    for (const earlier of view.fragments.slice(0, index)) {
      if (this.#replay.endedBefore(earlier.index)) return undefined;
      this.#replay.run(earlier);
    }
    if (this.#replay.endedBefore(index)) return undefined;
    const run = this.#replay.run(fragment);
    const root = rootHex(run.final);
    const standing = standingOf(view, index);
    if (standing === "confirmed" && confirmedClaim(view, index)?.finalState !== root) {
      throw new UserError(`the chain has confirmed another state of fragment ${index} than this replay gives`, {
        hint: "a wrong claim was never challenged, or this machine computes wrongly: tell the other parties",
      });
    }
    return { run, root, standing };
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

/** A proof for JSON. */
export function proofJson({ record, receipt, output }: OutputProof): object {
  const piece = ({ bytes, siblings }: Piece): object => ({
    leaves: Array.from({ length: bytes.length / 32 }, (_, i) => bytesToHex(bytes.subarray(32 * i, 32 * i + 32))),
    siblings: siblings.map((sibling) => bytesToHex(sibling)),
  });
  return { record: bytesToHex(record), receipt: piece(receipt), output: output.map(piece) };
}
