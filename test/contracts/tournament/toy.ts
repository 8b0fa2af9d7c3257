/** The toy machine of test/harness/tournament/ToyVerifier.sol, and trees over what honest players and liars say it did. */
import { encodeAbiParameters, keccak256, slice } from "viem";
import type { Hex } from "viem";
import { opening, parent } from "../../../agents/game/openings.ts";
import { FAN_OUT, MOVE_LEVELS } from "../../../verifier/history/game-levels.ts";
import type { Eight, Joining, LastMove, MatchState } from "../../../agents/game/types.ts";

const NUMBERS = [{ type: "uint256" }, { type: "uint256" }] as const;

export const NO_SALT: Hex = `0x${"00".repeat(32)}`;

/** What opens a state of the toy machine. */
export function toyWitness(lineage: bigint, count: bigint): Hex {
  return encodeAbiParameters(NUMBERS, [lineage, count]);
}

/** The root of a state of the toy machine. */
export function toyState(lineage: bigint, count: bigint): Hex {
  return keccak256(toyWitness(lineage, count));
}

/** The step verifier, for rules.ts. */
export function toyStep(limit: bigint): (agreed: Hex, witness: Hex) => Hex | undefined {
  return (agreed, witness) => {
    if (keccak256(witness) !== agreed || (witness.length - 2) / 2 !== 64) return undefined;
    const [lineage, count] = [BigInt(slice(witness, 0, 32)), BigInt(slice(witness, 32, 64))];
    return count < limit ? toyState(lineage, count + 1n) : agreed;
  };
}

/** A state as somebody claims it: one of the machine's, or a hash that nothing opens. */
export interface Claimed {
  readonly root: Hex;
  readonly witness: Hex | undefined;
}

/** What somebody says the machine did: the state after `count` steps. */
export type Story = (count: bigint) => Claimed;

/** The truth up to `fork` exclusive, then lineage after lineage: `forks` are [count, lineage] in rising order. */
export function story(forks: readonly (readonly [bigint, bigint])[]): Story {
  return (count) => {
    const lineage = forks.findLast(([from]) => count >= from)?.[1] ?? 0n;
    const witness = toyWitness(lineage, count);
    return { root: keccak256(witness), witness };
  };
}

/** A story whose states from `fork` on are hashes of nothing. */
export function garbage(fork: bigint, seed: bigint): Story {
  const truth = story([]);
  return (count) =>
    count < fork ? truth(count) : { root: keccak256(toyWitness(seed + (1n << 128n), count)), witness: undefined };
}

export const TRUTH: Story = story([]);

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

/** The siblings of a leaf, from the bottom up. */
export function proofOf(tree: Tree, leaf: bigint): Hex[] {
  return Array.from({ length: tree.height }, (_, level) =>
    node(tree.rows[level] ?? [], Number((leaf >> BigInt(level)) ^ 1n)),
  );
}

/** What the tree's owner shows when it joins. */
export function joining(tree: Tree, salt: Hex = NO_SALT): Joining {
  const leaf = 2 ** tree.height - 1;
  return {
    children: eight(tree, tree.height, 0n),
    finalState: node(tree.rows[0] ?? [], leaf),
    proof: proofOf(tree, BigInt(leaf)).slice(0, tree.height - MOVE_LEVELS),
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
  const agreed = leaf === 0n ? initial : node(tree.rows[0] ?? [], Number(leaf) - 1);
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
