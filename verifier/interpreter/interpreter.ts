/**
 * The fast interpreter: a state in typed arrays, run for any number of steps and turned into a
 * state again. It agrees with the reference step function after every single step.
 */
import { MASK_32, MASK_48 } from "../machine/machine.ts";
import { Status } from "../machine/codes.ts";
import { isValidHeader, type Registers } from "../machine/record.ts";
import { packContext } from "../machine/transaction.ts";
import { packCursor, unpackCursor } from "../machine/cursor.ts";
import { Checkpoint } from "../state/checkpoint.ts";
import type { Tree } from "../merkle/tree.ts";
import type { State } from "../state/state.ts";
import { type Code, decode } from "./code.ts";
import { Core, type Cursor, Stop, packSizes, type Savepoint, unpackSizes } from "./core.ts";
import { MOVES } from "./effects.ts";
import { NotWellFormed } from "./errors.ts";
import { Fast, STRIDE } from "./fast-op.ts";
import type { SharedMachine, SharedStorage, Stepper } from "./hand-over.ts";
import { runInnerLoop } from "./inner-loop.ts";
import { executeOutside } from "./outside.ts";
import { Regions } from "./regions.ts";
import { ESCAPE } from "./result.ts";
import { Sources } from "./sources.ts";
import { readSlots, Stack, type WideSlot } from "./stack.ts";
import { MarkedWindow, reverseLeaves } from "./marked-window.ts";
import { SLOT_WORDS } from "./units.ts";

/** Steps that the inner loop takes at a time: its counter stays a small integer. */
const QUOTA = 2 ** 30;

/** Slots that the fast form holds at most. */
const MAX_SLOTS = 2 ** 26;

export class Interpreter implements Stepper {
  readonly #core: Core;
  readonly #state: State;
  #checkpoint: Checkpoint | undefined;
  #stuck = false;

  private constructor(core: Core, state: State, checkpoint: Checkpoint | undefined) {
    this.#core = core;
    this.#state = state;
    this.#checkpoint = checkpoint;
  }

  /**
   * The fast form of a state, halted or not.
   * @param storage - where stack and memories lie, if not in arrays of the interpreter's own
   * @throws NotWellFormed if it has none
   */
  static load(state: State, storage?: SharedStorage): Interpreter {
    const { header, registers } = state;
    requireHeader(state);
    const checkpoint = checkpointOf(state);
    const code = decode(state.code);
    const sources = {
      stack: new Sources(state.stack, checkpoint?.stack),
      memory: new Sources(state.memory, checkpoint?.memory),
      cells: new Sources(state.cells, checkpoint?.cells),
    };
    const open = checkpoint !== undefined;
    const place = { sources: sources.cells, first: 0, leaves: 2 ** header.cellsDepth, codec: reverseLeaves };
    const core = new Core({
      header,
      registers,
      code,
      stack: new Stack(storage?.stack ?? Math.min(header.slotLimit, 2 ** header.stackDepth, MAX_SLOTS)),
      regions: new Regions(header, sources.memory, open, storage?.windows),
      cells: new MarkedWindow(place, open),
      sources,
    });
    loadStack(core, state);
    requireSizes(core.pages);
    if (!core.memory.ensure(core.memoryEnd)) throw new NotWellFormed(`memory 0 has ${core.memoryEnd} bytes`);
    loadCells(core, checkpoint);
    if (checkpoint !== undefined) core.savepoint = savepointOf(core, checkpoint);
    return new Interpreter(core, state, checkpoint);
  }

  /**
   * The fast form itself. Whoever changes it keeps its invariants, those of `code.ts` and
   * `hand-over.ts`.
   */
  get machine(): SharedMachine {
    return this.#core;
  }

  /** See `Status`. */
  get status(): number {
    return this.#core.status;
  }

  get registers(): Registers {
    return this.#core.registers;
  }

  /** Index of the next instruction word. */
  get pc(): number {
    return this.#core.pc;
  }

  /** Whether the next instruction is one that only the reference step function can execute. */
  get stuck(): boolean {
    return this.#stuck;
  }

  /**
   * Runs at most so many steps (and at most 2^53 - 1) and returns how many it took: less than asked
   * only if the machine halted or is {@link stuck}.
   */
  run(steps: bigint | number): number {
    const core = this.#core;
    const asked = Math.min(Number(steps), Number.MAX_SAFE_INTEGER);
    let left = asked;
    while (left > 0 && core.status === Status.running && !this.#stuck) left -= this.#advance(left);
    return asked - left;
  }

  /** The state as it is. Costs what changed since it was loaded or saved last. */
  save(): State {
    const core = this.#core;
    const { header, code } = this.#state;
    const { stack, memory, cells } = core.sources;
    const checkpoint = this.#currentCheckpoint();
    stack.live = core.stack.sync(stack.live, core.height, cursorSlot(core));
    memory.live = core.regions.sync(memory.live);
    cells.live = core.cells.sync(cells.live);
    const trees = { code, stack: stack.live, memory: memory.live, cells: cells.live };
    return { header, registers: core.registers, ...trees, checkpoint };
  }

  /** Takes at least one step, or finds that it is stuck or has something to do again. */
  #advance(left: number): number {
    const core = this.#core;
    if (core.fuel === 0n) {
      core.exhaust();
      return 1;
    }
    const quota = Math.min(left, QUOTA, core.fuel < QUOTA ? Number(core.fuel) : QUOTA);
    const taken = quota - runInnerLoop(core, quota);
    core.fuel -= BigInt(taken);
    switch (core.exit) {
      case Stop.trap:
        core.fail(core.trap);
        return taken + 1;
      case Stop.outside:
        return taken + this.#outside(quota - taken);
      case Stop.escape:
        this.#stuck = true;
        return taken;
      default:
        return taken;
    }
  }

  #outside(budget: number): number {
    const core = this.#core;
    core.fuel -= 1n;
    const result = executeOutside(core, budget);
    if (result > 0) {
      core.fuel -= BigInt(result - 1);
      return result;
    }
    core.fuel += 1n;
    if (result === ESCAPE) this.#stuck = true;
    else if (result < 0) core.fail(-result);
    return result < 0 && result !== ESCAPE ? 1 : 0;
  }

  /** The open checkpoint; its trees are made here, when somebody wants to see them. */
  #currentCheckpoint(): Checkpoint | undefined {
    const { savepoint, sources, stack, regions, cells } = this.#core;
    if (savepoint === undefined) return undefined;
    const { stack: stackTree, memory: memoryTree, cells: cellsTree } = sources;
    if (this.#checkpoint !== undefined && stackTree.checkpoint !== undefined) return this.#checkpoint;
    stackTree.checkpoint = stack.treeOf(savepoint.stack, stackTree.live);
    memoryTree.checkpoint = regions.syncCheckpoint(memoryTree.live);
    cellsTree.checkpoint = cells.syncCheckpoint(cellsTree.live);
    const trees = { stack: stackTree.checkpoint, memory: memoryTree.checkpoint, cells: cellsTree.checkpoint };
    const { pc, base, outputLength, keep } = savepoint;
    const context = packContext(pc, base, outputLength, keep);
    this.#checkpoint = new Checkpoint(trees, { sizes: packSizes(savepoint.pages), context });
    return this.#checkpoint;
  }
}

function requireHeader({ header, code, stack, memory, cells }: State): void {
  if (!isValidHeader(header)) throw new NotWellFormed("the header is not one that a machine can run with");
  const { codeDepth, stackDepth, memoryDepth, cellsDepth } = header;
  const fits = [code.depth, stack.depth, memory.depth, cells.depth].join();
  if (fits !== [codeDepth, stackDepth, memoryDepth, cellsDepth].join()) {
    throw new NotWellFormed(`the trees' depths are ${fits}, the header says otherwise`);
  }
}

/** Pages as numbers must be exact. */
function requireSizes(pages: readonly number[]): void {
  const huge = pages.find((count) => count > Number.MAX_SAFE_INTEGER);
  if (huge !== undefined) throw new NotWellFormed(`a memory has ${huge} pages`);
}

function checkpointOf({ checkpoint }: State): Checkpoint | undefined {
  if (!(checkpoint instanceof Uint8Array)) return checkpoint;
  if (checkpoint.every((byte) => byte === 0)) return undefined;
  throw new NotWellFormed("nobody knows the preimage of the open checkpoint");
}

/** The frame at (pc, base) must fit, and pc must be in the code or just after it. */
function requireFrame({ code, stack }: Core, pc: number, base: number): number {
  if (pc > code.length) throw new NotWellFormed(`pc ${pc} lies beyond the last instruction, ${code.length - 1}`);
  if (!stack.ensure(base + code.extents[pc]! / SLOT_WORDS)) {
    throw new NotWellFormed(`the frame at slot ${base} reaches beyond the stack's limit`);
  }
  return base + code.heights[pc]! / SLOT_WORDS;
}

function loadStack(core: Core, state: State): void {
  const { code, pc, base, stack } = core;
  const height = requireFrame(core, pc, base);
  const wide = stack.load(state.stack, height);
  if (isMove(code, pc)) core.cursor = cursorOf(state.stack.get(height - 1));
  else if (wide !== undefined) throw new NotWellFormed(`stack slot ${height - 1} holds more than 64 bits`);
}

function isMove(code: Code, pc: number): boolean {
  return code.fields[pc * STRIDE] === Fast.outside && MOVES.has(code.word(pc).op);
}

function cursorOf(leaf: bigint): Cursor {
  const { d, s, n } = unpackCursor(leaf);
  if (leaf >> 192n !== 0n || d > Number.MAX_SAFE_INTEGER || n > Number.MAX_SAFE_INTEGER) {
    throw new NotWellFormed("the cursor of a move is not one that a check leaves");
  }
  return { d: Number(d), s, n: Number(n) };
}

function cursorSlot({ cursor, height }: Core): WideSlot | undefined {
  if (cursor === undefined) return undefined;
  const { d, s, n } = cursor;
  return { slot: height - 1, leaf: packCursor({ d: BigInt(d), s, n: BigInt(n) }) };
}

/**
 * Shows the cells that the code names. None may hold more than 64 bits, in the checkpoint neither:
 * nothing makes one that does.
 */
function loadCells({ code, cells, sources }: Core, checkpoint: Checkpoint | undefined): void {
  if (!cells.ensure(32 * code.cells)) throw new NotWellFormed(`the code uses cell ${code.cells - 1}, there are fewer`);
  for (const tree of [sources.cells.live, checkpoint?.cells]) {
    const wide = tree && firstWideLeaf(tree);
    if (wide !== undefined) throw new NotWellFormed(`cell ${wide} holds more than 64 bits`);
  }
}

/** The index of a leaf with more than 64 bits. */
function firstWideLeaf(tree: Tree): number | undefined {
  for (const [first, bytes] of tree.pages()) {
    const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    // The least significant two of a leaf's eight words are its last.
    for (let i = 0; i < words.length; i++) if (i % 8 < 6 && words[i] !== 0) return first + Math.floor(i / 8);
  }
  return undefined;
}

function savepointOf(core: Core, { stack, sizes, context }: Checkpoint): Savepoint {
  const pc = Number((context >> 208n) & MASK_32);
  const base = Number((context >> 176n) & MASK_32);
  const { words, wide } = readSlots(stack, requireFrame(core, pc, base));
  if (wide !== undefined)
    throw new NotWellFormed(`slot ${wide.slot} of the checkpoint's stack holds more than 64 bits`);
  const pages = unpackSizes(sizes);
  requireSizes(pages);
  // No transaction takes pages away, and the window shows no more than there are.
  if (pages[0]! > core.pages[0]!)
    throw new NotWellFormed(`memory 0 has ${core.pages[0]} pages, and would go back to ${pages[0]}`);
  const outputLength = Number((context >> 96n) & MASK_48);
  return { stack: words, pages, pc, base, outputLength, keep: (context & 1n) === 1n };
}
