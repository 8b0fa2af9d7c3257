/**
 * Trees that steps change in place: values by leaf over trees that stay as they are, with what each
 * step changes told apart, so that many versions can be hashed together.
 */
import type { Access, CheckpointWords, TreeName } from "../machine/access.ts";
import type { Changes } from "../merkle/node-arena.ts";
import type { Tree } from "../merkle/tree.ts";
import type { State } from "../state/state.ts";

/** Leaves that a cut clears at most; where there may be more, somebody else takes the step. */
const MAX_CLEARED = 64;

/** Leaves that it looks at, at most. */
const MAX_LOOKED_AT = 1024;

/**
 * Leaves of all trees that one step changes, at most: beside those that a cut clears, those of the
 * greediest instruction.
 */
export const MAX_CHANGES = MAX_CLEARED + 8;

/** Values of a tree that are kept after a save, at most. */
const MAX_VALUES = 2 ** 16;

/** One tree: its values, and the leaves that differ from the tree below. */
export class LoggedTree implements Changes {
  /** What the tree held when it was saved last. */
  base: Tree;
  /** The leaf that was taken last. */
  taken = 0;
  /** Index after the last leaf that may not be zero. Only the stack's is kept. */
  end: number;
  readonly #values = new Map<number, bigint>();
  readonly #changed = new Set<number>();
  /** The step's puts in order, with what stood there before. */
  readonly #log: { index: number; before: bigint }[] = [];
  #endBefore: number;
  // What the step changes, in the end.
  readonly indices: number[] = [];
  readonly values: bigint[] = [];
  count = 0;

  constructor(base: Tree) {
    this.base = base;
    this.end = base.end();
    this.#endBefore = this.end;
  }

  take(index: number): bigint {
    this.taken = index;
    return this.#get(index);
  }

  put(value: bigint): void {
    this.#put(this.taken, value);
  }

  /** Clears all to the right of the leaf taken last; false if that may be too much. */
  clearRight(): boolean {
    if (this.end - this.taken > MAX_LOOKED_AT) return false;
    let cleared = 0;
    for (let index = this.end - 1; index > this.taken; index--) {
      if (this.#get(index) === 0n) continue;
      if (++cleared > MAX_CLEARED) return false;
      this.#put(index, 0n);
    }
    this.end = Math.min(this.end, this.taken + 1);
    return true;
  }

  /**
   * Ends a step: `indices` and `values` are what it changed, until the next one. False if that is
   * nothing.
   */
  settle(): boolean {
    this.count = 0;
    for (const { index, before } of this.#log) this.#note(index, before);
    this.#log.length = 0;
    this.#endBefore = this.end;
    return this.count > 0;
  }

  /** Takes back what the step did. */
  undo(): void {
    for (let entry = this.#log.pop(); entry !== undefined; entry = this.#log.pop()) {
      this.#values.set(entry.index, entry.before);
    }
    this.end = this.#endBefore;
  }

  /** Becomes another tree. */
  reset(base: Tree): void {
    this.base = base;
    this.end = base.end();
    this.#endBefore = this.end;
    this.#values.clear();
    this.#changed.clear();
  }

  /** The tree as it is; between steps. */
  save(): Tree {
    for (const index of this.#changed) this.base = this.base.set(index, this.#get(index));
    this.#changed.clear();
    if (this.#values.size > MAX_VALUES) this.#values.clear();
    return this.base;
  }

  #get(index: number): bigint {
    let value = this.#values.get(index);
    if (value === undefined) {
      value = this.base.get(index);
      this.#values.set(index, value);
    }
    return value;
  }

  #put(index: number, value: bigint): void {
    const before = this.#get(index);
    if (before === value) return;
    this.#log.push({ index, before });
    this.#values.set(index, value);
    if (value !== 0n && index >= this.end) this.end = index + 1;
  }

  /**
   * Sorts a leaf in among those that the step changes, unless it is there or has its old value
   * again.
   */
  #note(index: number, before: bigint): void {
    let at = this.count;
    while (at > 0 && this.indices[at - 1]! > index) at--;
    if (at > 0 && this.indices[at - 1] === index) return;
    const value = this.#get(index);
    if (value === before) return;
    for (let i = this.count; i > at; i--) {
      this.indices[i] = this.indices[i - 1]!;
      this.values[i] = this.values[i - 1]!;
    }
    this.indices[at] = index;
    this.values[at] = value;
    this.count++;
    this.#changed.add(index);
  }
}

/**
 * A step's access to logged trees. What is rare is not done here: `rare` tells that somebody else
 * must take the step.
 */
export class LoggedTrees implements Access {
  readonly code: LoggedTree;
  readonly stack: LoggedTree;
  readonly memory: LoggedTree;
  readonly cells: LoggedTree;
  /** Whether a checkpoint is open after the step, if nothing rare happened. */
  open: boolean;
  rare = false;

  constructor({ code, stack, memory, cells }: Pick<State, TreeName>, open: boolean) {
    this.code = new LoggedTree(code);
    this.stack = new LoggedTree(stack);
    this.memory = new LoggedTree(memory);
    this.cells = new LoggedTree(cells);
    this.open = open;
  }

  take(tree: TreeName, index: number): bigint {
    return this.#tree(tree).take(index);
  }

  put(tree: TreeName, value: bigint): void {
    this.#tree(tree).put(value);
  }

  cut(value: bigint): void {
    this.stack.put(value);
    if (!this.stack.clearRight()) this.rare = true;
  }

  commit(): void {
    this.open = false;
  }

  checkpoint(): void {
    this.rare = true;
  }

  preimage(): CheckpointWords {
    this.rare = true;
    return { sizes: 0n, context: 0n };
  }

  restore(): void {
    this.rare = true;
  }

  discard(): void {
    this.rare = true;
  }

  /** Takes back a step before which a checkpoint was open or not. */
  undo(wasOpen: boolean): void {
    this.stack.undo();
    this.memory.undo();
    this.cells.undo();
    this.open = wasOpen;
    this.rare = false;
  }

  #tree(tree: TreeName): LoggedTree {
    switch (tree) {
      case "code":
        return this.code;
      case "stack":
        return this.stack;
      case "memory":
        return this.memory;
      case "cells":
        return this.cells;
    }
  }
}
