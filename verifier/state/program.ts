/**
 * From a program's image to its initial state, its root, and the state in which a fragment begins.
 */
import { type Header, initialRegisters, isValidHeader, loadedRegisters, packHeader } from "../machine/record.ts";
import { HASH_BYTES, keccak256 } from "../merkle/keccak.ts";
import { LEAF_BYTES, writeLeaf } from "../merkle/leaf.ts";
import { Tree } from "../merkle/tree.ts";
import { Status } from "../machine/codes.ts";
import type { MemoryBytes, ProgramImage } from "./image.ts";
import { type State, StateError } from "./state.ts";

/** Bytes of input that a fragment takes at most: 2^11 leaves. */
export const MAX_INPUT_BYTES = 65_536;

/**
 * Initial states that have been made. States do not change, and one of a large program takes a
 * second to hash.
 */
const made = new WeakMap<ProgramImage, State>();

/** The state of a program in which nothing has run: yielded, at the driver's entry. */
export function initialState(image: ProgramImage): State {
  const known = made.get(image);
  if (known !== undefined) return known;
  const state = makeInitialState(image);
  made.set(image, state);
  return state;
}

function makeInitialState(image: ProgramImage): State {
  const { header } = image;
  return {
    header,
    registers: initialRegisters(image.sizes),
    code: Tree.ofBytes(header.codeDepth, codeBytes(image.code)),
    stack: Tree.empty(header.stackDepth),
    memory: image.memory.reduce(
      (memory, piece) => writePiece(memory, header.memoryDepth - header.regionBits, piece),
      Tree.empty(header.memoryDepth),
    ),
    cells: cellsTree(header.cellsDepth, image.cells),
    checkpoint: undefined,
  };
}

/** Cells that follow on one another are written together: tables have tens of thousands. */
function cellsTree(depth: number, cells: ProgramImage["cells"]): Tree {
  const runs: { readonly start: number; readonly values: bigint[] }[] = [];
  for (const [index, value] of [...cells].sort(([one], [other]) => one - other)) {
    const last = runs.at(-1);
    if (last !== undefined && index === last.start + last.values.length) last.values.push(value);
    else runs.push({ start: index, values: [value] });
  }
  return runs.reduce((tree, { start, values }) => tree.withBytes(start, codeBytes(values)), Tree.empty(depth));
}

function codeBytes(code: ProgramImage["code"]): Uint8Array {
  if (code instanceof Uint8Array) return code;
  const bytes = new Uint8Array(code.length * LEAF_BYTES);
  code.forEach((word, pc) => writeLeaf(word, bytes, pc * LEAF_BYTES));
  return bytes;
}

/** Pieces may begin and end inside a leaf: what the leaf holds already stays. */
function writePiece(memory: Tree, regionDepth: number, { region, offset, bytes }: MemoryBytes): Tree {
  if (bytes.length === 0) return memory;
  const end = Math.ceil((offset + bytes.length) / LEAF_BYTES);
  if (end > 2 ** regionDepth) {
    throw new StateError(
      `${bytes.length} bytes at offset ${offset} do not fit in memory region ${region} of the image`,
    );
  }
  const start = Math.floor(offset / LEAF_BYTES);
  const first = region * 2 ** regionDepth + start;
  const content = memory.readBytes(first, end - start);
  content.set(bytes, offset - start * LEAF_BYTES);
  return memory.withBytes(first, content);
}

/**
 * keccak-256 of version, code root, memory root, cells root, sizes, header and sources root;
 * `initial` is the image's state.
 */
export function programRoot(image: ProgramImage, initial: State = initialState(image)): Uint8Array {
  const words = new Uint8Array(7 * HASH_BYTES);
  writeLeaf(BigInt(image.header.version), words, 0);
  words.set(initial.code.root(), 32);
  words.set(initial.memory.root(), 64);
  words.set(initial.cells.root(), 96);
  writeLeaf(image.sizes, words, 128);
  writeLeaf(packHeader(image.header), words, 160);
  words.set(image.sourcesRoot, 192);
  return keccak256(words);
}

/** The node above the output and the input region, which `load` replaces. */
export function outputInputNode(header: Header): { level: number; index: number } {
  return { level: header.memoryDepth - header.regionBits + 1, index: 2 ** (header.regionBits - 1) - 1 };
}

/** Root over the 2^11 leaves (64 KiB) that an input fills from the left. */
export function inputRoot(input: Uint8Array): Uint8Array {
  return inputTree(input).root();
}

const INPUT_DEPTH = 11;

function inputTree(input: Uint8Array): Tree {
  if (input.length > MAX_INPUT_BYTES) {
    throw new StateError(`the input has ${input.length} bytes; a fragment takes at most ${MAX_INPUT_BYTES}`);
  }
  return Tree.empty(INPUT_DEPTH).withBytes(0, input);
}

/**
 * The state in which a fragment begins: a yielded state with new input, an empty output and
 * `budget` steps (u64).
 */
export function load(state: State, input: Uint8Array, budget: bigint): State {
  const { header, registers } = state;
  if (!isValidHeader(header)) throw new StateError("a fragment begins in a state with a valid header");
  if (registers.status !== Status.yielded) {
    throw new StateError(
      `a fragment begins in a yielded state (status ${Status.yielded}), this one has status ${registers.status}`,
    );
  }
  if (budget < 0n || budget >= 1n << 64n) throw new StateError(`the budget ${budget} is not a u64`);
  const { level, index } = outputInputNode(header);
  const regions = Tree.empty(level).graft(2 ** (level - 1 - INPUT_DEPTH), inputTree(input));
  return {
    ...state,
    registers: loadedRegisters(registers, input.length, budget),
    memory: state.memory.graft(index, regions),
    checkpoint: undefined,
  };
}
