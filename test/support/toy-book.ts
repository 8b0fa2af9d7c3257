/** The opinion of a player of toy games. */
import type { Book, OpenCommitment } from "../../agents/players/book.ts";
import { heightOf, stepOf, strideOf } from "../../verifier/history/game-levels.ts";
import type { Story } from "./toy.ts";
import { eight, grow, leafOf, proofOf, type Tree } from "./toy-tree.ts";

/** The book of somebody who tells this story. */
export function toyBook(told: Story, heights: readonly number[]): Book {
  const grown = new Map<string, OpenCommitment>();
  return {
    commitment: (path) => {
      const name = path.join("/");
      const level = path.length;
      const known =
        grown.get(name) ??
        opened(grow(told, stepOf(heights, path), strideOf(heights, level), heightOf(heights, level)));
      grown.set(name, known);
      return Promise.resolve(known);
    },
    witness: (path) => told(stepOf(heights, path)).witness,
  };
}

function opened(tree: Tree): OpenCommitment {
  return {
    root: tree.root,
    children: (height, index) => eight(tree, height, index),
    leaf: (index) => leafOf(tree, index),
    proof: (index, height) => proofOf(tree, index).slice(0, height),
  };
}
