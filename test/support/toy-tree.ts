/**
 * Commitments over what is said of the toy machine, each as a tree that is all there, and the right
 * moves with them.
 */
import type { Hex } from "viem";
import { opening, parent } from "../../agents/game/openings.ts";
import { FAN_OUT, MOVE_LEVELS } from "../../verifier/history/game-levels.ts";
import type { Eight, Joining, LastMove, MatchState } from "../../agents/game/types.ts";
import type { Story } from "./toy.ts";

export const NO_SALT: Hex = `0x${"00".repeat(32)}`;

/** A commitment with all that its owner knows. */
export interface Tree {
  readonly root: Hex;
  readonly height: number;
  /** The count of the state before the first leaf, and the steps from leaf to leaf. */
  readonly start: bigint;
  readonly stride: bigint;
  readonly story: Story;
  /** Nodes by height, leaves first. */
  readonly rows: readonly (readonly Hex[])[];
}

/** The tree over a story. `final` replaces the last leaf: a liar who must end in a given state. */
export function grow(from: Story, start: bigint, stride: bigint, height: number, final?: Hex): Tree {
  const leaves = Array.from({ length: 2 ** height }, (_, leaf) => from(start + (BigInt(leaf) + 1n) * stride).root);
  if (final !== undefined) leaves[leaves.length - 1] = final;
  const rows: Hex[][] = [leaves];
  for (let row = leaves; row.length > 1;) {
    const below = row;
    row = Array.from({ length: row.length / 2 }, (_, i) => parent(node(below, 2 * i), node(below, 2 * i + 1)));
    rows.push(row);
  }
  return { root: node(rows[height] ?? [], 0), height, start, stride, story: from, rows };
}

/** The eight nodes three levels below node `pos` of this height. */
export function eight(tree: Tree, height: number, pos: bigint): Eight {
  const first = Number(pos) * FAN_OUT;
  const nodes = tree.rows[height - MOVE_LEVELS]?.slice(first, first + FAN_OUT) ?? [];
  if (!isEight(nodes)) throw new RangeError(`no eight nodes below node ${pos} of height ${height}`);
  return nodes;
}

/** A leaf: the state after `index` + 1 strides, as the tree has it. */
export function leafOf(tree: Tree, index: bigint): Hex {
  return node(tree.rows[0] ?? [], Number(index));
}

/** The siblings of a leaf, from the bottom up. */
export function proofOf(tree: Tree, leaf: bigint): Hex[] {
  return Array.from({ length: tree.height }, (_, level) =>
    node(tree.rows[level] ?? [], Number((leaf >> BigInt(level)) ^ 1n)),
  );
}

/** What the tree's owner shows when it joins. */
export function joining(tree: Tree, salt: Hex = NO_SALT): Joining {
  const leaf = 2n ** BigInt(tree.height) - 1n;
  return {
    children: eight(tree, tree.height, 0n),
    finalState: leafOf(tree, leaf),
    proof: proofOf(tree, leaf).slice(0, tree.height - MOVE_LEVELS),
    salt,
  };
}

/** The mover's only right move, given its tree. */
export function nextMove(
  match: MatchState,
  tree: Tree,
): { id: Hex; digit: number; opp: Hex; siblings: readonly Hex[]; next: Eight } {
  const shown = opening(eight(tree, match.height, match.pos), match.opposing);
  if (!shown) throw new Error("the sides do not differ");
  const { digit, opp, siblings } = shown;
  return {
    id: match.id,
    digit,
    opp,
    siblings,
    next: eight(tree, match.height - MOVE_LEVELS, match.pos * BigInt(FAN_OUT) + BigInt(digit)),
  };
}

/** The mover's only right last move; without a witness where the state before is nobody's. */
export function lastMove(match: MatchState, tree: Tree, initial: Hex): LastMove {
  const shown = opening(eight(tree, MOVE_LEVELS, match.pos), match.opposing);
  if (!shown) throw new Error("the sides do not differ");
  const leaf = match.pos * BigInt(FAN_OUT) + BigInt(shown.digit);
  const before = tree.story(tree.start + leaf * tree.stride);
  const agreed = leaf === 0n ? initial : leafOf(tree, leaf - 1n);
  return {
    ...shown,
    agreed,
    proof: leaf === 0n ? [] : proofOf(tree, leaf - 1n),
    witness: before.root === agreed && before.witness !== undefined ? before.witness : "0x",
  };
}

function isEight(nodes: readonly Hex[]): nodes is Eight {
  return nodes.length === FAN_OUT;
}

function node(row: readonly Hex[], place: number): Hex {
  const found = row[place];
  if (found === undefined) throw new RangeError(`no node at place ${place} of ${row.length}`);
  return found;
}
