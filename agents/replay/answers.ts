/** A run's commitments and witnesses as they came from a calculator, and what is missing. */
import { bytesToHex, type Hex } from "viem";
import { Crash } from "../../verifier/errors.ts";
import type { Commitment } from "../../verifier/history/commitment.ts";
import { decodeCommitment } from "../../verifier/history/commitment-bytes.ts";
import { heightOf, MOVE_LEVELS } from "../../verifier/history/game-levels.ts";
import type { Eight } from "../game/types.ts";
import type { KnownBook, KnownCommitment } from "../players/known-book.ts";
import type { Result, Want } from "./messages.ts";

/** Asks for something that is not known, under a name. */
export type Ask = (name: string, want: Want) => void;

/** What is known of one run, as a book that asks for what it lacks. */
export class Answers implements KnownBook {
  readonly #heights: readonly number[];
  readonly #ask: Ask;
  readonly #commitments = new Map<string, Opened>();
  readonly #witnesses = new Map<string, Hex>();

  /** @param heights of the levels' trees */
  constructor(heights: readonly number[], ask: Ask) {
    this.#heights = heights;
    this.#ask = ask;
  }

  commitment(path: readonly bigint[]): KnownCommitment | undefined {
    const name = `commitment ${path.join(".")}`;
    const known = this.#commitments.get(name);
    if (known === undefined) this.#ask(name, { kind: "commitment", path });
    return known;
  }

  witness(path: readonly bigint[]): Hex | undefined {
    const name = `witness ${path.join(".")}`;
    const known = this.#witnesses.get(name);
    if (known === undefined) this.#ask(name, { kind: "witness", path });
    return known;
  }

  /** Takes what has come for a name. */
  take(name: string, want: Want, result: Exclude<Result, { kind: "failed" }>): void {
    if (result.kind === "witness") {
      this.#witnesses.set(name, result.witness);
    } else if (result.kind === "leaves") {
      this.#commitments.get(`commitment ${want.path.join(".")}`)?.take(result.first, result.leaves);
    } else {
      const { path } = want;
      const ask: AskForLeaves = (first, count) => {
        this.#ask(`leaves ${first} ${path.join(".")}`, { kind: "leaves", path, first, count });
      };
      this.#commitments.set(name, new Opened(result.bytes, heightOf(this.#heights, path.length), ask));
    }
  }
}

type AskForLeaves = (first: number, count: number) => void;

/** A commitment whose nodes are here, but for those of a tall one, which come when asked for. */
class Opened implements KnownCommitment {
  readonly root: Hex;
  readonly finalState: Hex;
  readonly #commitment: Commitment;
  readonly #ask: AskForLeaves;
  /** By the number of their subtree. */
  readonly #leaves = new Map<number, Uint8Array>();

  constructor(bytes: Uint8Array, height: number, ask: AskForLeaves) {
    const commitment = decodeCommitment(bytes, height, (first) => this.#leavesFrom(first));
    if (commitment === undefined) throw new Crash(`the bytes of a commitment are none of height ${height}`);
    this.#commitment = commitment;
    this.#ask = ask;
    this.root = bytesToHex(commitment.root);
    this.finalState = bytesToHex(commitment.final);
  }

  children(height: number, index: bigint): Eight | undefined {
    const level = height - MOVE_LEVELS;
    const first = index << BigInt(MOVE_LEVELS);
    if (!this.#has(level, first)) return undefined;
    return this.#commitment.children(height, index).map((node) => bytesToHex(node)) as unknown as Eight;
  }

  leaf(index: bigint): Hex | undefined {
    return this.#has(0, index) ? bytesToHex(this.#commitment.leaf(index)) : undefined;
  }

  proof(index: bigint, height: number): readonly Hex[] | undefined {
    if (!this.#has(0, index)) return undefined;
    return this.#commitment.proof(index, height).map((node) => bytesToHex(node));
  }

  take(first: number, leaves: Uint8Array): void {
    this.#leaves.set(first, leaves);
  }

  /** Whether the nodes of the subtree that a node lies in are here; asks for them if not. */
  #has(level: number, index: bigint): boolean {
    const { lowest, distinct } = this.#commitment.parts;
    const size = 2 ** lowest;
    const leaf = index << BigInt(level);
    if (level >= lowest || leaf >= BigInt(distinct)) return true;
    const first = Number(leaf) - (Number(leaf) % size);
    if (this.#leaves.has(first)) return true;
    this.#ask(first, Math.min(size, distinct - first));
    return false;
  }

  #leavesFrom(first: number): Uint8Array {
    const leaves = this.#leaves.get(first);
    if (leaves === undefined) throw new Crash(`the leaves from ${first} on have not come`);
    return leaves;
  }
}
