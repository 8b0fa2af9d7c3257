/**
 * A history for tests of the store: any state of it is known without running it, and its states are
 * as large as one likes.
 */
import type { State } from "../../../verifier/state/state.ts";
import { loadedState } from "../machine/assemble.ts";

const PAGE = 4096;

/** The state that the history begins with: 8 MiB of memory, of which nothing is used. */
export function beginning(history = 0): State {
  return loadedState([1n], { header: { memoryDepth: 20 }, pages: 128n, cells: { 7: BigInt(history) } });
}

/**
 * The state after `step` steps, which differs from the first in `pages` pages of 4 KiB, at most
 * 2048.
 */
export function stateAt(initial: State, step: bigint, pages: number): State {
  const content = new Uint8Array(pages * PAGE);
  for (let i = 0; i < content.length; i += 4) content[i] = 1 + ((Number(step) + i / 4) % 255);
  return {
    ...initial,
    registers: { ...initial.registers, pc: Number(step % 1000n) },
    memory: initial.memory.withBytes(0, content),
    cells: initial.cells.set(9, step),
  };
}
