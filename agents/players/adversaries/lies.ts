/**
 * Lies about one step: ways to change the state that a run has reached, after which the liar goes
 * on as if nothing had happened. Each is a function of the true state alone.
 */
import type { Tree } from "../../../verifier/merkle/tree.ts";
import type { State } from "../../../verifier/state/state.ts";

/** Where a liar changes the state. */
export const LIES = ["memory", "stack", "pc", "output"] as const;
/** One of {@link LIES}. */
export type Lie = (typeof LIES)[number];

/** The state after the lie; never the same as before. */
export function tell(lie: Lie, state: State): State {
  const { registers, header } = state;
  const regionLeaves = 2 ** (header.memoryDepth - header.regionBits);
  switch (lie) {
    case "memory":
      return { ...state, memory: flip(state.memory, firstLeaf(state.memory, 0, regionLeaves) ?? 0) };
    case "stack":
      return { ...state, stack: flip(state.stack, topSlot(state)) };
    case "pc":
      return { ...state, registers: { ...registers, pc: registers.pc === 0 ? 1 : registers.pc - 1 } };
    case "output": {
      const start = (2 ** header.regionBits - 2) * regionLeaves;
      const index = firstLeaf(state.memory, start, start + regionLeaves / 2) ?? start;
      return { ...state, memory: flip(state.memory, index) };
    }
  }
}

function flip(tree: Tree, index: number): Tree {
  return tree.set(index, tree.get(index) ^ 1n);
}

function firstLeaf(tree: Tree, start: number, end: number): number | undefined {
  for (const [index] of tree.leaves()) if (index >= start && index < end) return index;
  return undefined;
}

/** The highest slot that is not zero. */
function topSlot({ stack }: State): number {
  let top = 0;
  for (const [index] of stack.leaves()) top = index;
  return top;
}
