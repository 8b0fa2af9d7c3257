/** Machine programs written by hand, for tests. */
import type { Header } from "../../../verifier/machine/record.ts";
import { packWord, type Word } from "../../../verifier/machine/word.ts";
import type { MemoryBytes, ProgramImage } from "../../../verifier/state/image.ts";
import { initialState, load } from "../../../verifier/state/program.ts";
import type { State } from "../../../verifier/state/state.ts";
import { isHalted, stepState } from "../../../verifier/state/step-state.ts";
import { Op } from "../../../verifier/instructions/table.ts";

/** One instruction word; what is not given is zero. */
export function word(op: number, fields: Partial<Omit<Word, "op">> = {}): bigint {
  return packWord({ op, flags: 0, top: 0, a: 0, b: 0, imm: 0n, ...fields });
}

/**
 * A small machine: 64 KiB regions, four of them (memory 0, data segments, output, input), 2^6
 * slots, 2^6 cells.
 */
export const SMALL: Header = {
  version: 1,
  codeDepth: 6,
  stackDepth: 6,
  memoryDepth: 13,
  cellsDepth: 6,
  regionBits: 2,
  slotLimit: 64,
};

/** What a test may give beside its instructions. */
export interface Setup {
  readonly header?: Partial<Header>;
  readonly memory?: readonly MemoryBytes[];
  readonly cells?: Readonly<Record<number, bigint>>;
  /** Pages of memory 0; 1 by default. */
  readonly pages?: bigint;
  readonly input?: Uint8Array;
  readonly budget?: bigint;
}

/** The image of a program: `finish` at pc 0, then the words given, which begin at pc 1. */
export function imageOf(words: readonly bigint[], setup: Setup = {}): ProgramImage {
  return {
    header: { ...SMALL, ...setup.header },
    code: [word(Op.finish), ...words],
    memory: setup.memory ?? [],
    cells: new Map(Object.entries(setup.cells ?? {}).map(([index, value]) => [Number(index), value])),
    sizes: (setup.pages ?? 1n) << 192n,
    sourcesRoot: new Uint8Array(32),
  };
}

/** The loaded state of a program. */
export function loadedState(words: readonly bigint[], setup: Setup = {}): State {
  return load(initialState(imageOf(words, setup)), setup.input ?? new Uint8Array(), setup.budget ?? 1_000n);
}

/** The state after exactly `steps` steps. */
export function after(state: State, steps: number): State {
  let current = state;
  for (let i = 0; i < steps; i++) current = stepState(current);
  return current;
}

/** Steps until the machine halts, at most `limit` times. */
export function runToHalt(state: State, limit = 100_000): { state: State; steps: number } {
  let current = state;
  for (let steps = 0; steps <= limit; steps++) {
    if (isHalted(current)) return { state: current, steps };
    current = stepState(current);
  }
  throw new Error(`the machine does not halt within ${limit} steps`);
}

/** Stack slots from 0 on. */
export function slots(state: State, count: number): bigint[] {
  return Array.from({ length: count }, (_, i) => state.stack.get(i));
}
