/**
 * Many versions of sparse Merkle trees whose hashes are wanted all at once. A node is a number;
 * equal nodes that were made here are the same number, so what comes back (an operand pushed and
 * popped again) is neither stored nor hashed twice. Hashing goes level by level over all that is
 * new: no hash waits for another one of its batch, and both lanes of `keccak-lanes.ts` are always
 * at work.
 *
 * What a tree held before is loaded where a leaf changes; elsewhere a node stands for the whole
 * subtree below it, with its hash.
 */
import { BATCH, hashes, hashNodes, nodes } from "./keccak-lanes.ts";
import { LEAF_BYTES, leafBytes } from "./leaf.ts";
import type { Tree } from "./tree.ts";
import { zeroHash } from "./zero.ts";

/** Greatest depth of a tree. */
const MAX_DEPTH = 40;

/** Nodes of an arena. Some 17 changed levels a step: what is new in several thousand steps. */
const CAPACITY = 2 ** 17;

/**
 * Nodes that one change of a leaf may need at most: its way loaded with siblings, and its way
 * again.
 */
const NODES_A_CHANGE = 3 * (MAX_DEPTH + 1);

/** Places of the table of known nodes, twice as many as nodes. */
const PLACES = 2 * CAPACITY;

const WORDS = LEAF_BYTES / 4;

const batchWords = new Int32Array(nodes.buffer, nodes.byteOffset, nodes.length / 4);
const hashWords = new Int32Array(hashes.buffer, hashes.byteOffset, hashes.length / 4);

/** The leaves of one tree that change in one step: each index once, in ascending order. */
export interface Changes {
  readonly indices: readonly number[];
  readonly values: readonly bigint[];
  /** How many of them there are; the arrays may be longer. */
  readonly count: number;
}

/** Nodes of several trees. A node's number is good until the next {@link compact}. */
export class NodeArena {
  /** By node, eight words; of a leaf its value. */
  readonly #hashes = new Int32Array(WORDS * CAPACITY);
  /** By node; -1 for leaves, and for nodes that have not been loaded. */
  readonly #left = new Int32Array(CAPACITY);
  readonly #right = new Int32Array(CAPACITY);
  readonly #levels = new Uint8Array(CAPACITY);
  /**
   * Number plus one of nodes that can be found by their children or, if they are leaves, by their
   * value.
   */
  readonly #table = new Int32Array(PLACES);
  #count = 0;
  /** Nodes below this number have their hash. */
  #hashed = 0;
  readonly #leaf = new DataView(new ArrayBuffer(LEAF_BYTES));
  readonly #leafWords = new Int32Array(this.#leaf.buffer);
  readonly #newLeaves: number[] = [];
  #changes: Changes = { indices: [], values: [], count: 0 };
  #base: Tree | undefined;

  constructor() {
    this.#leafOfWords();
    for (let level = 1; level <= MAX_DEPTH; level++) this.#zero(level);
  }

  /**
   * Whether so many changes may need more room than there is: then {@link compact}, or take another
   * arena.
   */
  isFull(changes: number): boolean {
    return this.#count + changes * NODES_A_CHANGE > CAPACITY;
  }

  /** Whether nodes that are in use leave little room. */
  get crowded(): boolean {
    return this.#count > CAPACITY / 2;
  }

  /** The root of a tree, whose hashes become known to it. */
  add(tree: Tree): number {
    return this.#known(tree.root(), tree.depth);
  }

  /**
   * The root of a tree with some leaves changed. `base` has the depth of the tree and holds what
   * the tree holds wherever no change was told to the arena since the root was added.
   */
  set(root: number, base: Tree, changes: Changes): number {
    this.#changes = changes;
    this.#base = base;
    for (let i = 0; i < changes.count; i++) this.#newLeaves[i] = this.#leafOf(changes.values[i]!);
    return this.#update(root, base.depth, 0, 0, changes.count);
  }

  /** Computes all hashes that are missing. */
  hash(): void {
    const ends = new Int32Array(MAX_DEPTH + 2);
    for (let id = this.#hashed; id < this.#count; id++) if (this.#left[id]! >= 0) ends[this.#levels[id]! + 1]!++;
    for (let level = 1; level < ends.length; level++) ends[level]! += ends[level - 1]!;
    const order = new Int32Array(ends[MAX_DEPTH + 1]!);
    const next = ends.slice();
    for (let id = this.#hashed; id < this.#count; id++) {
      if (this.#left[id]! >= 0) order[next[this.#levels[id]!]!++] = id;
    }
    for (let level = 1; level <= MAX_DEPTH; level++) {
      for (let first = ends[level]!; first < ends[level + 1]!; first += BATCH) {
        this.#hashBatch(order, first, Math.min(first + BATCH, ends[level + 1]!));
      }
    }
    this.#hashed = this.#count;
  }

  /** Copies the hash of a node, eight words of 32 bits. Only after {@link hash}. */
  copyHash(node: number, target: Int32Array, at: number): void {
    for (let i = 0; i < WORDS; i++) target[at + i] = this.#hashes[WORDS * node + i]!;
  }

  /**
   * Forgets every node that no tree with one of these roots has, and gives the roots' new numbers.
   * Only after {@link hash}.
   */
  compact(roots: readonly number[]): number[] {
    const moved = this.#reachable(roots);
    const kept = MAX_DEPTH + 1;
    let count = kept;
    for (let id = kept; id < this.#count; id++) {
      if (moved[id] === 0) continue;
      moved[id] = count;
      this.#hashes.copyWithin(WORDS * count, WORDS * id, WORDS * (id + 1));
      this.#left[count] = this.#left[id]!;
      this.#right[count] = this.#right[id]!;
      this.#levels[count] = this.#levels[id]!;
      count++;
    }
    this.#count = count;
    this.#hashed = count;
    this.#table.fill(0);
    for (let id = 0; id < count; id++) {
      const loaded = this.#left[id]! >= 0;
      // The zeros come first and stay where they are.
      if (loaded && id >= kept) {
        this.#left[id] = moved[this.#left[id]!]!;
        this.#right[id] = moved[this.#right[id]!]!;
      }
      if (loaded) this.#table[this.#placeOf(this.#left[id]!, this.#right[id]!)] = id + 1;
      else if (this.#levels[id] === 0) {
        this.copyHash(id, this.#leafWords, 0);
        this.#table[this.#placeOfLeaf()] = id + 1;
      }
    }
    return roots.map((root) => moved[root]!);
  }

  /** By node, not zero for those of the trees with these roots and for the zeros. */
  #reachable(roots: readonly number[]): Int32Array {
    const marks = new Int32Array(this.#count);
    for (let id = 0; id <= MAX_DEPTH; id++) marks[id] = id;
    const waiting = [...roots];
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      if (id <= MAX_DEPTH || marks[id] !== 0) continue;
      marks[id] = 1;
      if (this.#left[id]! >= 0) waiting.push(this.#left[id]!, this.#right[id]!);
    }
    return marks;
  }

  #hashBatch(order: Int32Array, first: number, end: number): void {
    const known = this.#hashes;
    for (let i = first, at = 0; i < end; i++, at += 2 * WORDS) {
      const left = WORDS * this.#left[order[i]!]!;
      const right = WORDS * this.#right[order[i]!]!;
      for (let word = 0; word < WORDS; word++) batchWords[at + word] = known[left + word]!;
      for (let word = 0; word < WORDS; word++) batchWords[at + WORDS + word] = known[right + word]!;
    }
    hashNodes(end - first);
    for (let i = first, at = 0; i < end; i++, at += WORDS) {
      const target = WORDS * order[i]!;
      for (let word = 0; word < WORDS; word++) known[target + word] = hashWords[at + word]!;
    }
  }

  /**
   * The node with the leaves from `low` to below `high` of the changes, all of them below it;
   * `first` is its first leaf's index.
   */
  #update(node: number, level: number, first: number, low: number, high: number): number {
    if (level === 0) return this.#newLeaves[low]!;
    const { indices } = this.#changes;
    if (this.#left[node]! < 0) this.#load(node, level, first, indices[low]!);
    const middle = first + 2 ** (level - 1);
    let split = low;
    while (split < high && indices[split]! < middle) split++;
    const left = this.#left[node]!;
    const right = this.#right[node]!;
    const newLeft = split > low ? this.#update(left, level - 1, first, low, split) : left;
    const newRight = split < high ? this.#update(right, level - 1, middle, split, high) : right;
    return newLeft === left && newRight === right ? node : this.#branch(level, newLeft, newRight);
  }

  /** Gives a node its children, and theirs, on the way to a leaf. */
  #load(node: number, level: number, first: number, index: number): void {
    const subtree = this.#base!.subtree(level, first / 2 ** level);
    const { node: leaf, siblings } = subtree.opening(index - first);
    let child = this.#leafOfBytes(leaf);
    for (let at = 0; at < level; at++) {
      const sibling = at === 0 ? this.#leafOfBytes(siblings[at]) : this.#known(siblings[at] ?? zeroHash(at), at);
      const isRight = Math.floor((index - first) / 2 ** at) % 2 === 1;
      const [left, right] = isRight ? [sibling, child] : [child, sibling];
      if (at + 1 < level) {
        child = this.#branch(at + 1, left, right);
        continue;
      }
      this.#left[node] = left;
      this.#right[node] = right;
      const place = this.#placeOf(left, right);
      if (this.#table[place] === 0) this.#table[place] = node + 1;
    }
  }

  #branch(level: number, left: number, right: number): number {
    const place = this.#placeOf(left, right);
    const found = this.#table[place]!;
    if (found !== 0) return found - 1;
    const node = this.#new(level, left, right);
    this.#table[place] = node + 1;
    return node;
  }

  #zero(level: number): void {
    const node = this.#branch(level, level - 1, level - 1);
    this.#setHash(node, zeroHash(level));
    this.#hashed = node + 1;
  }

  /** A node of which nothing is known but its hash. */
  #known(hash: Uint8Array, level: number): number {
    if (hash === zeroHash(level)) return level;
    const node = this.#new(level, -1, -1);
    this.#setHash(node, hash);
    return node;
  }

  #leafOf(value: bigint): number {
    const long = value >> 64n;
    this.#leaf.setBigUint64(24, BigInt.asUintN(64, value));
    this.#leaf.setBigUint64(16, BigInt.asUintN(64, long));
    if (long === 0n) this.#leafWords.fill(0, 0, 4);
    else {
      this.#leaf.setBigUint64(8, BigInt.asUintN(64, value >> 128n));
      this.#leaf.setBigUint64(0, value >> 192n);
    }
    return this.#leafOfWords();
  }

  #leafOfBytes(bytes: Uint8Array | undefined): number {
    new Uint8Array(this.#leaf.buffer).set(bytes ?? leafBytes(0n));
    return this.#leafOfWords();
  }

  /** The leaf with the value in `#leafWords`. */
  #leafOfWords(): number {
    const place = this.#placeOfLeaf();
    const found = this.#table[place]!;
    if (found !== 0) return found - 1;
    const node = this.#new(0, -1, -1);
    this.#hashes.set(this.#leafWords, WORDS * node);
    this.#table[place] = node + 1;
    return node;
  }

  #new(level: number, left: number, right: number): number {
    const node = this.#count++;
    this.#levels[node] = level;
    this.#left[node] = left;
    this.#right[node] = right;
    return node;
  }

  #setHash(node: number, hash: Uint8Array): void {
    new Uint8Array(this.#hashes.buffer).set(hash, LEAF_BYTES * node);
  }

  /** Where the node with these children stands in the table, or would stand. */
  #placeOf(left: number, right: number): number {
    let place = mix(Math.imul(left, 0x9e37_79b1) ^ Math.imul(right + 1, 0x85eb_ca6b));
    for (; ; place = (place + 1) & (PLACES - 1)) {
      const entry = this.#table[place]!;
      if (entry === 0 || (this.#left[entry - 1] === left && this.#right[entry - 1] === right)) return place;
    }
  }

  /** Where the leaf with the value in `#leafWords` stands in the table, or would stand. */
  #placeOfLeaf(): number {
    const words = this.#leafWords;
    let sum = 0;
    for (let i = 0; i < WORDS; i++) sum = Math.imul(sum ^ words[i]!, 0x01b8_73b3) ^ (sum >>> 15);
    for (let place = mix(sum); ; place = (place + 1) & (PLACES - 1)) {
      const entry = this.#table[place]!;
      if (entry === 0 || this.#isLeaf(entry - 1)) return place;
    }
  }

  /** Whether a node is the leaf with the value in `#leafWords`. */
  #isLeaf(node: number): boolean {
    if (this.#levels[node] !== 0) return false;
    for (let i = WORDS - 1; i >= 0; i--) if (this.#hashes[WORDS * node + i] !== this.#leafWords[i]) return false;
    return true;
  }
}

/** A place of the table, from all bits of a number. */
function mix(bits: number): number {
  const once = Math.imul(bits ^ (bits >>> 16), 0x7feb_352d);
  return ((once ^ (once >>> 15)) >>> 0) & (PLACES - 1);
}
