/**
 * A state as bytes, for files and for other threads: what differs from a base state that both sides
 * have, or the whole of it.
 *
 * Numbers are big-endian. First come 208 bytes:
 *
 * | bytes | what |
 * | --- | --- |
 * | 8 | `arbstate` |
 * | 4 | version of this format |
 * | 4 | depths of the trees: code, stack, memory, cells |
 * | 32 | header |
 * | 32 | root of the base state; zero without one |
 * | 32 | root of the state |
 * | 96 | registers, sizes, lengths, as in the record |
 *
 * Then the four trees relative to the base's, or to empty ones (`tree-bytes.ts`), and the
 * checkpoint: a byte 0 if there is none; 1 and its hash if only that is known; 2, sizes, context
 * and the stack, memory and cells trees relative to the state's.
 */
import { Problem } from "../errors.ts";
import {
  type Header,
  MAX_DEPTH,
  packHeader,
  packRegisters,
  type Registers,
  unpackHeader,
  unpackRegisters,
} from "../machine/record.ts";
import { equalHashes, HASH_BYTES } from "../merkle/keccak.ts";
import { LEAF_BYTES, leafBytes, readLeaf } from "../merkle/leaf.ts";
import { Tree } from "../merkle/tree.ts";
import { PieceReader, PiecesEndError, PieceWriter } from "./byte-pieces.ts";
import { Checkpoint } from "./checkpoint.ts";
import { type State, StateError, stateRoot } from "./state.ts";
import { readTree, TreeBytesError, writeTree } from "./tree-bytes.ts";

/** The version of the format: bytes of another one are not read. */
export const STATE_FORMAT = 1;

/**
 * Thrown when bytes are not those of a state: cut off, damaged, of another format, or relative to
 * another base.
 */
export class StateBytesError extends Problem {
  override readonly name = "StateBytesError";
}

const MAGIC = new TextEncoder().encode("arbstate");
const TREES = ["code", "stack", "memory", "cells"] as const;
const SAVED_TREES = ["stack", "memory", "cells"] as const;
const CHECKPOINT = { none: 0, hash: 1, known: 2 } as const;
const NO_BASE = new Uint8Array(HASH_BYTES);

type Trees = Readonly<Record<(typeof TREES)[number], Tree>>;

/**
 * The bytes of a state, in pieces of about 1 MiB. A piece is valid until the next one is asked for,
 * which takes its place in memory.
 * @param base - a state of the same program, from which little differs; without it everything is
 *   written
 * @throws StateError if header or depths are not the base's
 */
export function* encodeState(state: State, base?: State): Generator<Uint8Array> {
  const depths = depthsOf(state);
  if (base !== undefined && (packHeader(base.header) !== packHeader(state.header) || !equal(depths, depthsOf(base)))) {
    throw new StateError("a state is encoded relative to one of the same program, with the same header");
  }
  const { checkpoint } = state;
  if (checkpoint instanceof Checkpoint && SAVED_TREES.some((name) => checkpoint[name].depth !== state[name].depth)) {
    throw new StateError("the trees of a checkpoint have the depths of the state's");
  }
  const words = packRegisters(state.registers);
  const writer = new PieceWriter();
  writer.put(MAGIC);
  writer.put(Uint8Array.of(0, 0, 0, STATE_FORMAT));
  writer.put(depths);
  writer.put(leafBytes(packHeader(state.header)));
  writer.put(base === undefined ? NO_BASE : stateRoot(base));
  writer.put(stateRoot(state));
  for (const word of [words.registers, words.sizes, words.lengths]) writer.put(leafBytes(word));
  const from = base ?? emptyTrees(depths);
  for (const name of TREES) yield* writeTree(state[name], from[name], writer);
  if (checkpoint === undefined) {
    writer.put(Uint8Array.of(CHECKPOINT.none));
  } else if (checkpoint instanceof Checkpoint) {
    writer.put(Uint8Array.of(CHECKPOINT.known));
    writer.put(leafBytes(checkpoint.sizes));
    writer.put(leafBytes(checkpoint.context));
    for (const name of SAVED_TREES) yield* writeTree(checkpoint[name], state[name], writer);
  } else {
    writer.put(Uint8Array.of(CHECKPOINT.hash));
    writer.put(checkpoint);
  }
  yield* writer.rest();
}

/**
 * The same bytes in arrays with a buffer of its own each, which may be kept, or transferred to
 * another thread.
 */
export function statePieces(state: State, base?: State): Uint8Array<ArrayBuffer>[] {
  return Array.from(encodeState(state, base), (piece) => piece.slice());
}

/**
 * The state that bytes describe: the one whose root was written with them. Shares with the base all
 * that is equal. Whatever `pieces` throws is passed on.
 * @param base - the base that the bytes were written relative to
 * @throws StateBytesError if they are anything but that
 */
export function decodeState(pieces: Iterable<Uint8Array>, base?: State): State {
  try {
    return decode(new PieceReader(pieces), base);
  } catch (error) {
    if (!(error instanceof PiecesEndError || error instanceof TreeBytesError)) throw error;
    throw new StateBytesError(`the bytes of a state are damaged: ${error.message}`, { cause: error });
  }
}

function decode(reader: PieceReader, base: State | undefined): State {
  const { header, registers, root, from } = decodeStart(reader, base);
  const code = readTree(from.code, reader);
  const stack = readTree(from.stack, reader);
  const memory = readTree(from.memory, reader);
  const cells = readTree(from.cells, reader);
  const checkpoint = decodeCheckpoint({ stack, memory, cells }, reader);
  if (!reader.ended()) throw new StateBytesError("the bytes of a state are damaged: there are more than it has");
  const state = { header, registers, code, stack, memory, cells, checkpoint };
  if (!equalHashes(stateRoot(state), root)) {
    throw new StateBytesError("the bytes of a state are damaged: they give another root than the one they name");
  }
  return state;
}

interface Start {
  readonly header: Header;
  readonly registers: Registers;
  /** The root that the state has to have. */
  readonly root: Uint8Array;
  /** The trees that those of the state are relative to. */
  readonly from: Trees;
}

function decodeStart(reader: PieceReader, base: State | undefined): Start {
  if (!equal(reader.take(MAGIC.length), MAGIC)) throw new StateBytesError("these are not the bytes of a state");
  const version = new DataView(reader.take(4).slice().buffer).getUint32(0);
  if (version !== STATE_FORMAT) {
    throw new StateBytesError(`the bytes of a state have format ${version}; only format ${STATE_FORMAT} is read`);
  }
  const depths = reader.take(TREES.length).slice();
  const header = reader.take(LEAF_BYTES).slice();
  const baseRoot = reader.take(HASH_BYTES).slice();
  const root = reader.take(HASH_BYTES).slice();
  const word = (): bigint => readLeaf(reader.take(LEAF_BYTES), 0);
  const registers = unpackRegisters(word(), word(), word());
  if (!equal(baseRoot, base === undefined ? NO_BASE : stateRoot(base))) {
    throw new StateBytesError(
      `the bytes of a state are relative to ${described(baseRoot)}, not to ${described(base && stateRoot(base))}`,
    );
  }
  if (base === undefined) {
    if (depths.some((depth) => depth > MAX_DEPTH)) throw new StateBytesError(`no tree is deeper than ${MAX_DEPTH}`);
  } else if (!equal(header, leafBytes(packHeader(base.header))) || !equal(depths, depthsOf(base))) {
    throw new StateBytesError("the bytes of a state have another header than their base");
  }
  return {
    header: base?.header ?? unpackHeader(readLeaf(header, 0)),
    registers,
    root,
    from: base ?? emptyTrees(depths),
  };
}

function decodeCheckpoint(state: Pick<State, (typeof SAVED_TREES)[number]>, reader: PieceReader): State["checkpoint"] {
  const kind = reader.take(1)[0];
  if (kind === CHECKPOINT.none) return undefined;
  if (kind === CHECKPOINT.hash) return reader.take(HASH_BYTES).slice();
  if (kind !== CHECKPOINT.known) throw new StateBytesError(`there is no kind ${kind} of checkpoint`);
  const sizes = readLeaf(reader.take(LEAF_BYTES), 0);
  const context = readLeaf(reader.take(LEAF_BYTES), 0);
  const stack = readTree(state.stack, reader);
  const memory = readTree(state.memory, reader);
  const cells = readTree(state.cells, reader);
  return new Checkpoint({ stack, memory, cells }, { sizes, context });
}

function depthsOf(trees: Trees): Uint8Array {
  return Uint8Array.from(TREES, (name) => trees[name].depth);
}

function emptyTrees([code = 0, stack = 0, memory = 0, cells = 0]: Uint8Array): Trees {
  return { code: Tree.empty(code), stack: Tree.empty(stack), memory: Tree.empty(memory), cells: Tree.empty(cells) };
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}

function described(root: Uint8Array | undefined): string {
  if (root === undefined || equal(root, NO_BASE)) return "no base";
  return `the state 0x${Array.from(root.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join("")}…`;
}
