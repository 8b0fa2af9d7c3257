/**
 * A player's commitment to a history: a binary keccak-256 tree of state roots. Leaf i is the root
 * of the state i + 1 strides after the state that the commitment starts from. A program halts long
 * before the last leaf; from then on every leaf is the same, and that part of the tree is one node
 * a level, however large it is.
 */
import { Crash } from "../errors.ts";
import { equalHashes, HASH_BYTES, hashPair } from "../merkle/keccak.ts";
import { FAN_OUT, MOVE_LEVELS } from "./game-levels.ts";
import { levelsOver, nodeAt, paddingOver } from "./tree-levels.ts";

/**
 * Subtrees that are kept after they were computed again, 256 KiB each: a move of the game asks for
 * neighbours.
 */
const KEPT_SUBTREES = 4;

/**
 * The leaves from `first` on, 32 bytes each, `count` of them, as they were when the commitment was
 * made. Never asked for leaves after the last distinct one.
 */
export type LeafSource = (first: number, count: number) => Uint8Array;

/** Thrown when leaves that are computed again are not what they were. */
export class CommitmentError extends Crash {
  override readonly name = "CommitmentError";
}

/** What a commitment is made of. */
export interface CommitmentParts {
  readonly height: number;
  readonly distinct: number;
  /** The lowest level whose nodes are kept. */
  readonly lowest: number;
  /**
   * The kept nodes of this level over distinct leaves, 32 bytes each, the last one completed by
   * padding.
   */
  readonly nodes: Uint8Array;
  /** The leaf that repeats itself to the end. */
  readonly last: Uint8Array;
  /** Where leaves come from if `lowest` is not 0. */
  readonly source?: LeafSource | undefined;
}

/**
 * An immutable commitment of 2^height leaves. Hashes it gives are shared: they must not be changed.
 */
export class Commitment {
  /** Levels of the tree above its leaves, at most 60. */
  readonly height: number;
  /** Leaves up to the one that repeats itself to the end, including it. */
  readonly distinct: number;
  /** The lowest level whose nodes are kept; those below are computed again. */
  readonly #lowest: number;
  /**
   * By level from `#lowest` on, the nodes over distinct leaves, 32 bytes each; all further ones
   * equal `#padding` of the level.
   */
  readonly #levels: readonly Uint8Array[];
  readonly #padding: readonly Uint8Array[];
  readonly #source: LeafSource | undefined;
  /** By number, the levels of subtrees used last; the latest comes last. */
  readonly #subtrees = new Map<number, readonly Uint8Array[]>();

  /** Whoever has leaves uses `commitmentOf` or a `CommitmentBuilder`. */
  constructor({ height, distinct, lowest, nodes, last, source }: CommitmentParts) {
    this.height = height;
    this.distinct = distinct;
    this.#lowest = lowest;
    this.#padding = paddingOver(last, height);
    this.#levels = levelsOver(nodes, this.#padding.slice(lowest));
    this.#source = source;
  }

  /** What it takes to make it again. */
  get parts(): CommitmentParts {
    const { height, distinct } = this;
    return {
      height,
      distinct,
      lowest: this.#lowest,
      nodes: this.#levels[0] as Uint8Array,
      last: this.final,
      source: this.#source,
    };
  }

  /** The hash that the tournament knows the commitment by. */
  get root(): Uint8Array {
    return this.node(this.height, 0n);
  }

  /**
   * The node at (level, index), leaves being level 0.
   * @throws CommitmentError if the leaves below it have to be computed again and are others than
   *   before
   */
  node(level: number, index: bigint): Uint8Array {
    if (index < 0n || level < 0 || index >= 1n << BigInt(Math.max(this.height - level, 0)) || level > this.height) {
      throw new Crash(`node ${index} of level ${level} lies outside a commitment of height ${this.height}`);
    }
    const padding = this.#padding[level] as Uint8Array;
    // From the last distinct leaf on, all leaves are the same.
    if (index << BigInt(level) >= BigInt(this.distinct - 1)) return padding;
    if (level >= this.#lowest) return nodeAt(this.#levels[level - this.#lowest], Number(index));
    const nodes = 2 ** (this.#lowest - level);
    const levels = this.#subtree(Math.floor(Number(index) / nodes));
    return nodeAt(levels[level], Number(index) % nodes);
  }

  /** The state root at a leaf. */
  leaf(index: bigint): Uint8Array {
    return this.node(0, index);
  }

  /** The last leaf: where the history ends. */
  get final(): Uint8Array {
    return this.#padding[0] as Uint8Array;
  }

  /** The nodes `MOVE_LEVELS` below the node at (level, index), from the left: what a move shows. */
  children(level: number, index: bigint): Uint8Array[] {
    return Array.from({ length: FAN_OUT }, (_, child) =>
      this.node(level - MOVE_LEVELS, index * BigInt(FAN_OUT) + BigInt(child)),
    );
  }

  /**
   * Siblings on the way from a leaf up, the leaf's own first: `levels` of them, all the way to the
   * root by default.
   */
  proof(index: bigint, levels = this.height): Uint8Array[] {
    return Array.from({ length: levels }, (_, level) => this.node(level, (index >> BigInt(level)) ^ 1n));
  }

  /** The levels of a subtree below `#lowest`, its leaves first. */
  #subtree(number: number): readonly Uint8Array[] {
    const known = this.#subtrees.get(number);
    this.#subtrees.delete(number);
    const levels = known ?? this.#computeSubtree(number);
    this.#subtrees.set(number, levels);
    const [oldest] = this.#subtrees.keys();
    if (this.#subtrees.size > KEPT_SUBTREES && oldest !== undefined) this.#subtrees.delete(oldest);
    return levels;
  }

  #computeSubtree(number: number): readonly Uint8Array[] {
    const first = number * 2 ** this.#lowest;
    const count = Math.min(2 ** this.#lowest, this.distinct - first);
    const leaves = this.#source?.(first, count);
    if (leaves?.length !== count * HASH_BYTES) {
      throw new CommitmentError(`the leaves ${first} to ${first + count - 1} cannot be computed again`);
    }
    const levels = levelsOver(leaves, this.#padding.slice(0, this.#lowest + 1));
    if (!equalHashes(nodeAt(levels.at(-1), 0), nodeAt(this.#levels[0], number))) {
      throw new CommitmentError(`the leaves ${first} to ${first + count - 1} are not those that were committed to`);
    }
    return levels;
  }
}

/** The root that a leaf and its proof lead to. */
export function rootFromProof(leaf: Uint8Array, index: bigint, proof: readonly Uint8Array[]): Uint8Array {
  return proof.reduce(
    (hash, sibling, level) => ((index >> BigInt(level)) & 1n ? hashPair(sibling, hash) : hashPair(hash, sibling)),
    leaf,
  );
}
