/**
 * Proofs of what a transaction answered, against the root of the state that its fragment left
 * (docs/machine.md, Proof of an output). `contracts/results/Outputs.sol` checks the same on chain.
 */
import { Problem } from "../errors.ts";
import { unpackHeader } from "../machine/record.ts";
import { equalHashes, HASH_BYTES, hashPair, keccak256 } from "../merkle/keccak.ts";
import { LEAF_BYTES, leafBytes, readLeaf } from "../merkle/leaf.ts";
import type { Tree } from "../merkle/tree.ts";
import { zeroHash } from "../merkle/zero.ts";
import { decodeReceipt, type Receipt, type TransactionResult } from "../program/transactions.ts";
import { RECORD_BYTES, recordBytes, type State } from "../state/state.ts";
import { rootOf } from "./opening.ts";
import { unpackRecord } from "./record-bytes.ts";

/** A proof does not prove what a transaction answered, or there is nothing to prove. */
export class OutputError extends Problem {
  override readonly name = "OutputError";
}

/** Neighbouring leaves of the memory tree that make up one node, with the siblings above it. */
export interface Piece {
  /** A power of two of leaves. */
  readonly bytes: Uint8Array;
  /** The node's own level first, up to the one below the root. */
  readonly siblings: readonly Uint8Array[];
}

/** What proves a transaction's receipt and output. */
export interface OutputProof {
  /** The record of the state, 288 bytes. */
  readonly record: Uint8Array;
  /** The leaf of the receipt. */
  readonly receipt: Piece;
  /** The leaves with the output, from the left, in the largest nodes that they make up. */
  readonly output: readonly Piece[];
}

/** A range of leaves that is one node. */
interface Span {
  readonly level: number;
  /** The node's number in its level. */
  readonly index: number;
}

/** Proves what a transaction (from 0) of the fragment that ended in a state answered. */
export function proveOutput(state: State, transaction: number): OutputProof {
  const { memory, header, registers } = state;
  if (transaction >= registers.receiptCount)
    throw new OutputError(`the state has ${registers.receiptCount} receipts, none of transaction ${transaction}`);
  const place = placeOf(header, transaction);
  const { start, length } = decodeReceipt(memory.get(place.receipt));
  return {
    record: recordBytes(state),
    receipt: pieceOf(memory, { level: 0, index: place.receipt }),
    output: spansOf(place.output, start, length).map((span) => pieceOf(memory, span)),
  };
}

/**
 * What a transaction answered.
 * @param root - of the state after its fragment: what the Deal has confirmed
 * @throws OutputError if the proof does not prove it
 */
export function verifyOutput(root: Uint8Array, transaction: number, proof: OutputProof): TransactionResult {
  const { record } = proof;
  if (record.length !== RECORD_BYTES) throw new OutputError(`a record has ${RECORD_BYTES} bytes, not ${record.length}`);
  if (!equalHashes(keccak256(record), root)) throw new OutputError("the record is not that of the state");
  const { header, registers, roots } = unpackRecord(record);
  const shape = unpackHeader(header);
  const place = placeOf(shape, transaction);
  // Nothing beyond the region is looked up, whatever the record says: an index there would name
  // other leaves.
  const count = Math.min(registers.receiptCount, place.half);
  if (!(transaction < count))
    throw new OutputError(`the state has ${count} receipts, none of transaction ${transaction}`);
  const check = (piece: Piece | undefined, span: Span): Uint8Array =>
    checkedBytes(piece, span, { root: roots.memory, depth: shape.memoryDepth });
  const receipt: Receipt = decodeReceipt(readLeaf(check(proof.receipt, { level: 0, index: place.receipt }), 0));
  const { start, length } = receipt;
  const room = Math.min(registers.outputLength, LEAF_BYTES * place.half);
  if (start + length > room) throw new OutputError("the receipt names more output than there is");
  const spans = spansOf(place.output, start, length);
  if (proof.output.length !== spans.length)
    throw new OutputError(`the output is in ${spans.length} nodes, not ${proof.output.length}`);
  const bytes = spans.map((span, i) => check(proof.output[i], span));
  const output = new Uint8Array(length);
  const all = Uint8Array.from(bytes.flatMap((part) => [...part]));
  output.set(all.subarray(start % LEAF_BYTES, (start % LEAF_BYTES) + length));
  return { ...receipt, output };
}

/** Indices of leaves: of a receipt, and of the first leaf of output; and leaves of half the region. */
function placeOf(
  { memoryDepth, regionBits }: State["header"],
  transaction: number,
): { readonly receipt: number; readonly output: number; readonly half: number } {
  const region = 2 ** (memoryDepth - regionBits);
  const output = (2 ** regionBits - 2) * region;
  return { output, receipt: output + region / 2 + transaction, half: region / 2 };
}

/** The largest nodes that cover the leaves with some bytes and no other leaf, from the left. */
function spansOf(first: number, start: number, length: number): Span[] {
  if (length === 0) return [];
  const spans: Span[] = [];
  let at = first + Math.floor(start / LEAF_BYTES);
  const end = first + Math.ceil((start + length) / LEAF_BYTES);
  while (at < end) {
    let level = 0;
    while (at % 2 ** (level + 1) === 0 && at + 2 ** (level + 1) <= end) level += 1;
    spans.push({ level, index: at / 2 ** level });
    at += 2 ** level;
  }
  return spans;
}

function pieceOf(memory: Tree, { level, index }: Span): Piece {
  const { siblings } = memory.opening(index, level);
  const leaves = 2 ** level;
  const bytes = new Uint8Array(leaves * LEAF_BYTES);
  for (let i = 0; i < leaves; i++) bytes.set(leafBytes(memory.get(index * leaves + i)), i * LEAF_BYTES);
  return { bytes, siblings: siblings.map((sibling, i) => sibling ?? zeroHash(level + i)) };
}

function checkedBytes(
  piece: Piece | undefined,
  { level, index }: Span,
  { root, depth }: { readonly root: Uint8Array; readonly depth: number },
): Uint8Array {
  const { bytes, siblings } = piece ?? { bytes: new Uint8Array(), siblings: [] };
  const isComplete = siblings.length === depth - level && siblings.every(({ length }) => length === HASH_BYTES);
  if (bytes.length !== 2 ** level * LEAF_BYTES || !isComplete)
    throw new OutputError(`a node at level ${level} has ${2 ** level} leaves and ${depth - level} siblings`);
  let nodes = Array.from({ length: 2 ** level }, (_, i) => bytes.subarray(i * LEAF_BYTES, (i + 1) * LEAF_BYTES));
  while (nodes.length > 1) {
    nodes = Array.from({ length: nodes.length / 2 }, (_, i) =>
      hashPair(nodes[2 * i] ?? new Uint8Array(), nodes[2 * i + 1] ?? new Uint8Array()),
    );
  }
  const [node = new Uint8Array()] = nodes;
  if (!equalHashes(rootOf({ level, index, node, siblings }), root))
    throw new OutputError(`the leaves at ${index * 2 ** level} are not those of the state`);
  return bytes;
}
