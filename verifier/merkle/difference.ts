/** Where two trees differ. */
import { equalHashes } from "./keccak.ts";
import type { Tree } from "./tree.ts";

/**
 * Indices of the leaves on which two trees of one depth differ, ascending; goes only where hashes
 * differ.
 */
export function* differingLeaves(a: Tree, b: Tree, first = 0): Generator<number> {
  if (equalHashes(a.root(), b.root())) return;
  if (a.depth === 0) {
    yield first;
    return;
  }
  const level = a.depth - 1;
  yield* differingLeaves(a.subtree(level, 0), b.subtree(level, 0), first);
  yield* differingLeaves(a.subtree(level, 1), b.subtree(level, 1), first + 2 ** level);
}
