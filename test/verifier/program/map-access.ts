/**
 * Runs programs on the reference step function over plain maps: no trees, no hashes, so that tests
 * can take many steps.
 */
import type { Access, CheckpointWords, TreeName } from "../../../verifier/machine/access.ts";
import { Outcome, Status, TRAP_TEXT } from "../../../verifier/machine/codes.ts";
import { initialRegisters, loadedRegisters, type Registers } from "../../../verifier/machine/record.ts";
import { step } from "../../../verifier/machine/step.ts";
import type { Program } from "../../../verifier/program/build.ts";
import { wordAt } from "../../../verifier/program/map.ts";
import { readResults, type TransactionResult } from "../../../verifier/program/transactions.ts";
import type { ProgramImage } from "../../../verifier/state/image.ts";

/** A tree of leaves that remembers what its latest changes replaced. */
class Leaves {
  readonly map = new Map<number, bigint>();
  taken = 0;
  /** What the current step, and the open transaction, would have to put back. */
  readonly log: { index: number; value: bigint }[] = [];

  get(index: number): bigint {
    return this.map.get(index) ?? 0n;
  }

  set(index: number, value: bigint): void {
    this.log.push({ index, value: this.get(index) });
    this.write(index, value);
  }

  write(index: number, value: bigint): void {
    if (value === 0n) this.map.delete(index);
    else this.map.set(index, value);
  }

  revert(mark: number): void {
    while (this.log.length > mark) {
      const last = this.log.pop();
      if (last !== undefined) this.write(last.index, last.value);
    }
  }
}

type Mutable = Exclude<TreeName, "code">;
const MUTABLE: readonly Mutable[] = ["stack", "memory", "cells"];
type Marks = Readonly<Record<Mutable, number>>;

class MapAccess implements Access {
  readonly trees: Readonly<Record<Mutable, Leaves>> = {
    stack: new Leaves(),
    memory: new Leaves(),
    cells: new Leaves(),
  };
  readonly #code: readonly bigint[];
  #saved: { words: CheckpointWords; marks: Marks } | undefined;
  #before: { marks: Marks; saved: { words: CheckpointWords; marks: Marks } | undefined };
  #top = 0;

  constructor(code: readonly bigint[]) {
    this.#code = code;
    this.#before = { marks: this.#marks(), saved: undefined };
  }

  get open(): boolean {
    return this.#saved !== undefined;
  }

  begin(): void {
    if (this.#saved === undefined) for (const tree of MUTABLE) this.trees[tree].log.length = 0;
    this.#before = { marks: this.#marks(), saved: this.#saved };
  }

  take(tree: TreeName, index: number): bigint {
    if (tree === "code") return this.#code[index] ?? 0n;
    this.trees[tree].taken = index;
    return this.trees[tree].get(index);
  }

  put(tree: TreeName, value: bigint): void {
    if (tree === "code") throw new Error("code does not change");
    const { taken } = this.trees[tree];
    if (tree === "stack") this.#top = Math.max(this.#top, taken);
    this.trees[tree].set(taken, value);
  }

  cut(value: bigint): void {
    const { stack } = this.trees;
    for (let index = stack.taken + 1; index <= this.#top; index++) if (stack.get(index) !== 0n) stack.set(index, 0n);
    stack.set(stack.taken, value);
    this.#top = Math.max(stack.taken, 0);
  }

  checkpoint(words: CheckpointWords): void {
    this.#saved = { words, marks: this.#marks() };
  }

  commit(): void {
    this.#saved = undefined;
  }

  preimage(): CheckpointWords {
    if (this.#saved === undefined) throw new Error("no checkpoint is open");
    return this.#saved.words;
  }

  restore(keep: boolean): void {
    if (this.#saved === undefined) throw new Error("no checkpoint is open");
    for (const tree of MUTABLE) if (tree === "stack" || !keep) this.trees[tree].revert(this.#saved.marks[tree]);
    this.#saved = undefined;
    this.#top = Math.max(0, ...this.trees.stack.map.keys());
  }

  discard(): void {
    for (const tree of MUTABLE) this.trees[tree].revert(this.#before.marks[tree]);
    this.#saved = this.#before.saved;
    this.#top = Math.max(0, ...this.trees.stack.map.keys());
  }

  #marks(): Marks {
    const { stack, memory, cells } = this.trees;
    return { stack: stack.log.length, memory: memory.log.length, cells: cells.log.length };
  }
}

/** A machine that runs one program. */
export class MapMachine {
  readonly image: ProgramImage;
  readonly access: MapAccess;
  registers: Registers;
  steps = 0;

  constructor(image: ProgramImage) {
    this.image = image;
    const { code } = image;
    const words =
      code instanceof Uint8Array ? Array.from({ length: code.length / 32 }, (_, pc) => wordAt(code, pc)) : code;
    this.access = new MapAccess(words);
    this.registers = initialRegisters(image.sizes);
    for (const [cell, value] of image.cells) this.access.trees.cells.write(cell, value);
    for (const { region, offset, bytes } of image.memory) this.#write(region, offset, bytes);
  }

  /** Leaves of a region. */
  get regionLeaves(): number {
    return 2 ** (this.image.header.memoryDepth - this.image.header.regionBits);
  }

  /** Starts a fragment. */
  load(input: Uint8Array, budget: bigint): void {
    const regions = 2 ** this.image.header.regionBits;
    const { memory } = this.access.trees;
    for (const index of memory.map.keys()) if (index >= (regions - 2) * this.regionLeaves) memory.map.delete(index);
    this.#write(regions - 1, 0, input);
    this.registers = loadedRegisters(this.registers, input.length, budget);
  }

  /** Runs until the machine halts. */
  run(visit?: (pc: number) => void): void {
    while (this.registers.status === Status.running) {
      visit?.(this.registers.pc);
      this.access.begin();
      this.registers = step(this.image.header, this.registers, this.access);
      this.steps++;
    }
  }

  /** Results of the fragment's transactions. */
  results(): TransactionResult[] {
    return readResults(this.image.header, this.registers, (index) => this.access.trees.memory.get(index));
  }

  /** Bytes of a region. */
  bytes(region: number, offset: number, length: number): Uint8Array {
    return Uint8Array.from({ length }, (_, i) => {
      const address = offset + i;
      const leaf = this.access.trees.memory.get(region * this.regionLeaves + Math.floor(address / 32));
      return Number((leaf >> BigInt(8 * (31 - (address % 32)))) & 0xffn);
    });
  }

  #write(region: number, offset: number, bytes: Uint8Array): void {
    const { memory } = this.access.trees;
    bytes.forEach((byte, i) => {
      const index = region * this.regionLeaves + Math.floor((offset + i) / 32);
      const shift = BigInt(8 * (31 - ((offset + i) % 32)));
      memory.write(index, (memory.get(index) & ~(0xffn << shift)) | (BigInt(byte) << shift));
    });
  }
}

/** How a transaction ended, in the words of the official suite. */
export function describeOutcome({ kind, code }: TransactionResult): string {
  if (kind === Outcome.success) return "success";
  if (kind === Outcome.trap) return TRAP_TEXT.get(code) ?? `trap ${code}`;
  return kind === Outcome.left ? `left ${code}` : "skipped";
}

/** A machine for a program, with everything that instantiation does already done. */
export function startMachine(program: Program, budget = 10_000_000n): MapMachine {
  const machine = new MapMachine(program.image);
  machine.load(new Uint8Array(), budget);
  machine.run();
  return machine;
}
