/**
 * The root of every state of a stretch, step by step as the reference step function takes them.
 * Steps only note what they change; the hashes of a thousand steps are then computed together. What
 * is rare (checkpoints, rollbacks, traps, great cuts) is taken by `stepState` on whole states.
 */
import type { Registers } from "../machine/record.ts";
import { step } from "../machine/step.ts";
import { BATCH, hashRecords, recordHashes, RECORD_STRIDE, records } from "../merkle/keccak-lanes.ts";
import { HASH_BYTES } from "../merkle/keccak.ts";
import { NodeArena } from "../merkle/node-arena.ts";
import { savedHash, type State } from "../state/state.ts";
import { stepState } from "../state/step-state.ts";
import { type LoggedTree, LoggedTrees, MAX_CHANGES } from "./logged-trees.ts";
import { RecordWriter } from "./record-writer.ts";

/** The trees that steps change, in the order of their roots in the record. */
const CHANGING = ["stack", "memory", "cells"] as const;

/** Where these roots stand in the record, the first of three, in words of 32 bits. */
const ROOTS = 64 / 4;

const recordWords = new Int32Array(records.buffer, records.byteOffset, records.length / 4);

/** A run that gives the root of each state that it reaches. */
export class StepRoots {
  #arena = new NodeArena();
  /** Nodes of the arena: by tree the root as it is. */
  #roots: number[];
  /** By step of a batch and tree, the root. */
  readonly #reached = new Int32Array(CHANGING.length * BATCH);
  readonly #trees: LoggedTrees;
  readonly #record: RecordWriter;
  #state: State;
  #registers: Registers;

  constructor(state: State) {
    this.#state = state;
    this.#registers = state.registers;
    this.#trees = new LoggedTrees(state, isOpen(state));
    this.#roots = CHANGING.map((tree) => this.#arena.add(state[tree]));
    this.#record = new RecordWriter(state);
  }

  /** Whether the machine has halted: no other state follows. */
  halted(): boolean {
    return this.#registers.status !== 0;
  }

  /**
   * Roots of the next states, 32 bytes each: `count` of them, fewer only where the machine halts.
   */
  next(count: number): Uint8Array {
    const roots = new Uint8Array(HASH_BYTES * count);
    let done = 0;
    while (done < count && !this.halted()) {
      const taken = this.#batch(Math.min(count - done, BATCH));
      roots.set(recordHashes.subarray(0, HASH_BYTES * taken), HASH_BYTES * done);
      done += taken;
    }
    return roots.subarray(0, HASH_BYTES * done);
  }

  /** The state reached. Costs what has changed since the last one. */
  save(): State {
    const { stack, memory, cells, open } = this.#trees;
    this.#state = {
      ...this.#state,
      registers: this.#registers,
      stack: stack.save(),
      memory: memory.save(),
      cells: cells.save(),
      checkpoint: open ? this.#state.checkpoint : undefined,
    };
    return this.#state;
  }

  /** Takes at most so many steps and leaves their roots in `recordHashes`; at least one. */
  #batch(limit: number): number {
    let taken = 0;
    for (; taken < limit && !this.halted(); taken++) {
      if (this.#arena.isFull(MAX_CHANGES)) {
        if (taken > 0) break;
        this.#makeRoom();
      }
      this.#step();
      this.#record.registers = this.#registers;
      this.#record.copy(recordWords, (RECORD_STRIDE / 4) * taken);
      for (let i = 0; i < CHANGING.length; i++) this.#reached[CHANGING.length * taken + i] = this.#roots[i]!;
    }
    this.#arena.hash();
    for (let k = 0; k < taken; k++) {
      for (let i = 0; i < CHANGING.length; i++) {
        const at = (RECORD_STRIDE / 4) * k + ROOTS + (HASH_BYTES / 4) * i;
        this.#arena.copyHash(this.#reached[CHANGING.length * k + i]!, recordWords, at);
      }
    }
    hashRecords(taken);
    return taken;
  }

  #step(): void {
    const trees = this.#trees;
    const wasOpen = trees.open;
    const registers = step(this.#state.header, this.#registers, trees);
    if (trees.rare) {
      trees.undo(wasOpen);
      this.#stepWhole();
      return;
    }
    this.#registers = registers;
    this.#settle(0, trees.stack);
    this.#settle(1, trees.memory);
    this.#settle(2, trees.cells);
    if (wasOpen && !trees.open) this.#record.saved = savedHash(undefined);
  }

  #settle(index: number, tree: LoggedTree): void {
    if (tree.settle()) this.#roots[index] = this.#arena.set(this.#roots[index]!, tree.base, tree);
  }

  /** A step of the whole state, for what logged trees do not do. */
  #stepWhole(): void {
    const before = this.save();
    const next = stepState(before);
    this.#state = next;
    this.#registers = next.registers;
    CHANGING.forEach((name, i) => {
      if (next[name] === before[name]) return;
      this.#trees[name].reset(next[name]);
      this.#roots[i] = this.#arena.add(next[name]);
    });
    this.#trees.open = isOpen(next);
    this.#record.saved = savedHash(next.checkpoint);
  }

  /** Forgets the nodes of states that are past; if the present has too many itself, these too. */
  #makeRoom(): void {
    this.#roots = this.#arena.compact(this.#roots);
    if (!this.#arena.crowded) return;
    const state = this.save();
    this.#arena = new NodeArena();
    this.#roots = CHANGING.map((tree) => this.#arena.add(state[tree]));
  }
}

/** Whether a checkpoint is open: the word `saved` is not zero. */
function isOpen(state: State): boolean {
  return savedHash(state.checkpoint).some((byte) => byte !== 0);
}
