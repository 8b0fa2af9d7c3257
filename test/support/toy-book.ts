/** The opinion of a player of toy games. */
import type { KnownBook, KnownCommitment } from "../../agents/players/known-book.ts";
import { heightOf, stepOf, strideOf } from "../../verifier/history/game-levels.ts";
import type { Story } from "./toy.ts";
import { eight, grow, leafOf, proofOf, type Tree } from "./toy-tree.ts";

/** The book of somebody who tells this story. */
export function toyBook(told: Story, heights: readonly number[]): KnownBook {
  const grown = new Map<string, KnownCommitment>();
  return {
    commitment: (path) => {
      const name = path.join("/");
      const level = path.length;
      const known =
        grown.get(name) ??
        opened(grow(told, stepOf(heights, path), strideOf(heights, level), heightOf(heights, level)));
      grown.set(name, known);
      return known;
    },
    witness: (path) => told(stepOf(heights, path)).witness,
  };
}

function opened(tree: Tree): KnownCommitment {
  return {
    root: tree.root,
    finalState: leafOf(tree, 2n ** BigInt(tree.height) - 1n),
    children: (height, index) => eight(tree, height, index),
    leaf: (index) => leafOf(tree, index),
    proof: (index, height) => proofOf(tree, index).slice(0, height),
  };
}
