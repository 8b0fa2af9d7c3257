/**
 * Runs the machine on the reference step function and hands proofs of its steps on, all or a
 * sample.
 */
import { equalHashes, keccak256 } from "../../verifier/merkle/keccak.ts";
import { prove } from "../../verifier/proof/witness.ts";
import type { Session } from "../../verifier/program/session.ts";
import { Tree } from "../../verifier/merkle/tree.ts";
import { outputInputNode } from "../../verifier/state/program.ts";
import { isHalted, stepState } from "../../verifier/state/step-state.ts";
import { RECORD_BYTES, stateRoot, type State } from "../../verifier/state/state.ts";
import type { FastRunner } from "./fast-runner.ts";
import type { Runner } from "./session-player.ts";

/** A step, as its proof says it and as the reference takes it. */
export interface ProvenStep {
  readonly root: Uint8Array;
  readonly witness: Uint8Array;
  /** The root that the reference step function gives. */
  readonly next: Uint8Array;
  readonly line: number;
  /** Position among the steps of its transaction, from 0. */
  readonly step: number;
  /** The machine's opcode. */
  readonly op: number;
}

/** Which steps of a transaction are proven: all, or one of each opcode and outcome. */
export type Selection = "sample" | "all";

/** Where proofs go. It may make the runner wait. */
export interface StepSink {
  add(step: ProvenStep): Promise<void> | void;
  /** The interpreter ended in another state than the reference. */
  diverged(line: number): void;
}

/** The proving runner. It also compares with the interpreter. */
export class ProvingRunner implements Runner {
  readonly #fast: FastRunner;
  readonly #selection: Selection;
  readonly #sink: StepSink;
  readonly #codes = new WeakMap<Session, Tree>();

  constructor(fast: FastRunner, selection: Selection, sink: StepSink) {
    this.#fast = fast;
    this.#selection = selection;
    this.#sink = sink;
  }

  async run(loaded: State, session: Session, line: number): Promise<State> {
    const expected = await this.#fast.run(loaded);
    const seen = new Set<string>();
    let state = this.#unfolded(loaded, session);
    for (let step = 0; !isHalted(state); step++) {
      const op = opcodeAt(session, state.registers.pc);
      const before = state;
      if (this.#selection === "sample") {
        state = stepState(before);
        const key = `${op} ${outcomeOf(before, state)}`;
        if (seen.has(key)) continue;
        seen.add(key);
      }
      const { witness, next } = prove(before);
      const root = keccak256(witness.subarray(0, RECORD_BYTES));
      const added = this.#sink.add({ root, witness, next: stateRoot(next), line, step, op });
      if (added !== undefined) await added;
      state = next;
    }
    if (!equalHashes(stateRoot(state), stateRoot(expected))) this.#sink.diverged(line);
    return state;
  }

  /**
   * The same state in trees without pages: an opening inside a page hashes the rest of the page,
   * each time. A step and its proof take half as long.
   */
  #unfolded(state: State, session: Session): State {
    const { header, memory } = state;
    const code = this.#codes.get(session);
    if (code === undefined) {
      const unfolded = unfold(state.code);
      this.#codes.set(session, unfolded);
      return { ...state, code: unfolded, memory: unfold(memory) };
    }
    const { level, index } = outputInputNode(header);
    return { ...state, code, memory: memory.graft(index, unfold(memory.subtree(level, index))) };
  }
}

/** The tree, put together leaf by leaf. */
function unfold(tree: Tree): Tree {
  let unfolded = Tree.empty(tree.depth);
  for (const [index, value] of tree.leaves()) unfolded = unfolded.set(index, value);
  return unfolded;
}

/**
 * What came of a step beside what its instruction does when all is well: the machine halted, or a
 * transaction ended.
 */
function outcomeOf(before: State, after: State): string {
  const { status, trapCode, outcome } = after.registers;
  const ended = before.checkpoint !== undefined && after.checkpoint === undefined;
  return `${status} ${trapCode} ${ended ? outcome : ""}`;
}

function opcodeAt({ image: { code } }: Session, pc: number): number {
  if (code instanceof Uint8Array) return ((code[32 * pc] ?? 0) << 8) | (code[32 * pc + 1] ?? 0);
  return Number((code[pc] ?? 0n) >> 240n);
}
