/** A step's access to the trees of a state that is known in full. */
import type { Access, CheckpointWords, TreeName } from "../machine/access.ts";
import type { Tree, TreeOpening } from "../merkle/tree.ts";
import { Checkpoint } from "./checkpoint.ts";
import { type State, StateError } from "./state.ts";

/** What a witness needs to hear about a step, in order. */
export interface Recorder {
  /** A leaf was opened, in the tree as earlier puts of the step left it. */
  opened(opening: TreeOpening): void;
  /** The checkpoint was restored. */
  restored(checkpoint: Checkpoint): void;
}

type Trees = Record<TreeName, Tree>;

/** Collects a step's changes beside the state, which stays as it is. */
export class LiveAccess implements Access {
  readonly #before: State;
  readonly #recorder: Recorder | undefined;
  readonly #taken: Record<TreeName, number> = { code: 0, stack: 0, memory: 0, cells: 0 };
  #trees: Trees;
  #checkpoint: State["checkpoint"];

  constructor(state: State, recorder?: Recorder) {
    this.#before = state;
    this.#recorder = recorder;
    this.#trees = treesOf(state);
    this.#checkpoint = state.checkpoint;
  }

  get open(): boolean {
    return isOpen(this.#checkpoint);
  }

  take(tree: TreeName, index: number): bigint {
    this.#taken[tree] = index;
    this.#recorder?.opened(this.#trees[tree].opening(index));
    return this.#trees[tree].get(index);
  }

  put(tree: TreeName, value: bigint): void {
    this.#trees[tree] = this.#trees[tree].set(this.#taken[tree], value);
  }

  cut(value: bigint): void {
    this.#trees.stack = this.#trees.stack.cut(this.#taken.stack, value);
  }

  checkpoint(words: CheckpointWords): void {
    this.#checkpoint = new Checkpoint(this.#trees, words);
  }

  commit(): void {
    this.#checkpoint = undefined;
  }

  preimage(): Checkpoint {
    if (this.#checkpoint instanceof Checkpoint) return this.#checkpoint;
    throw new StateError("the step restores a checkpoint whose preimage is not known");
  }

  restore(keep: boolean): void {
    const { stack, memory, cells } = this.preimage();
    this.#recorder?.restored(this.preimage());
    this.#trees.stack = stack;
    if (!keep) Object.assign(this.#trees, { memory, cells });
    this.#checkpoint = undefined;
  }

  discard(): void {
    this.#trees = treesOf(this.#before);
    this.#checkpoint = this.#before.checkpoint;
  }

  /** The trees and the checkpoint as the step leaves them. */
  after(): Pick<State, TreeName | "checkpoint"> {
    return { ...this.#trees, checkpoint: this.#checkpoint };
  }
}

function treesOf({ code, stack, memory, cells }: State): Trees {
  return { code, stack, memory, cells };
}

function isOpen(checkpoint: State["checkpoint"]): boolean {
  if (checkpoint === undefined || checkpoint instanceof Checkpoint) return checkpoint !== undefined;
  return checkpoint.some((byte) => byte !== 0);
}
