/**
 * A compiled program with its memories, its stack image, its globals and tables. The interpreter
 * works on the same memories and the same stack, so native code takes over from it, and gives back,
 * without a copy of either.
 */
import { Crash } from "../errors.ts";
import { PAGE_BYTES, unpackSizes } from "../interpreter/core.ts";
import type { SharedMachine, SharedStorage, StackImage, Stepper } from "../interpreter/hand-over.ts";
import { Interpreter } from "../interpreter/interpreter.ts";
import { unpackReturnAddress } from "../machine/word.ts";
import { LEAF_BYTES } from "../merkle/leaf.ts";
import { Checkpoint } from "../state/checkpoint.ts";
import type { State } from "../state/state.ts";
import { CONTINUE, type CompiledProgram, IMPORTS, NAMES } from "./compile.ts";
import { type NativeFrame, type ReturnTo, type SiteMap } from "./frames.ts";
import type { StackRoom } from "./stack-room.ts";
import { IMAGE, MOST_REGIONS, PAUSE_COUNTER, PAUSE_FRAME, PAUSE_SITE, REFUSED_GROWTH, SLOT } from "./layout.ts";
import { NativeCells } from "./native-cells.ts";
import type { Site } from "./plan.ts";
import { NotNative } from "./not-native.ts";
import { SharedWindow } from "./shared-window.ts";
import { LEAF_WORDS, SLOT_WORDS } from "../interpreter/units.ts";

/** How a native run ended. */
export type NativeEnd =
  /** The machine stands where native code left it. */
  | {
      readonly kind: "paused";
      readonly taken: bigint;
      /** Frames that were taken up from the stack image, each by a call from outside. */
      readonly resumed: number;
      /** Where the innermost native frame stands; undefined if none is left. */
      readonly site: Site | undefined;
    }
  /**
   * Something trapped, or V8's stack was too small: nothing that the machine holds means
   * anything.
   */
  | { readonly kind: "trapped" | "overflowed" };

/** What one frame takes of V8's stack beside its slots, in bytes, at most. */
const V8_FRAME = 256;

/** Values of a frame are spilled more than once by V8's first tier: bytes per slot. */
const V8_SLOT = 24;

export class NativeMachine implements SharedStorage {
  readonly sites: SiteMap;
  readonly stack: StackImage;
  /** By region, in the order of the program's memories. */
  readonly windows: ReadonlyMap<number, SharedWindow>;
  readonly #program: CompiledProgram;
  readonly #exports: WebAssembly.Exports;
  readonly #cells: NativeCells;
  readonly #continuations = new Map<Site, (frame: number, counter: bigint) => bigint>();
  readonly #limit: WebAssembly.Global;
  readonly #image: DataView;
  /** See `REFUSED_GROWTH`. */
  readonly #growthMarks: Uint8Array;
  /** What is known of V8's stack; outlives the machine. */
  readonly #room: StackRoom;
  /** Bytes of V8's stack that a slot of a frame takes, at most. */
  readonly #bytesPerSlot: number;
  /** Whether the room, and not the end of the machine's stack, decides how deep frames may go. */
  #isBounded = false;

  /**
   * @param room - what is known of V8's stack: it is the engine's, which may need several
   *   machines
   */
  constructor(program: CompiledProgram, sites: SiteMap, room: StackRoom) {
    this.#program = program;
    this.sites = sites;
    this.#exports = instantiate(program.module);
    const { memoryDepth, regionBits } = program.header;
    this.windows = new Map(
      program.parts.memories.map(({ region }) => {
        const memory = this.#exports[NAMES.memory(region)] as WebAssembly.Memory;
        return [region, new SharedWindow(region, memory, 2 ** (memoryDepth - regionBits))];
      }),
    );
    this.#cells = new NativeCells(program, this.#exports);
    this.#limit = this.#exports[NAMES.limit] as WebAssembly.Global;
    const { buffer } = this.#exports[NAMES.side] as WebAssembly.Memory;
    this.stack = { buffer, offset: IMAGE, slots: program.slots };
    this.#image = new DataView(buffer);
    this.#growthMarks = new Uint8Array(buffer, REFUSED_GROWTH, MOST_REGIONS);
    this.#room = room;
    this.#bytesPerSlot = bytesPerSlot(program);
  }

  /**
   * Whether the memories have grown beyond some sizes, in pages: then only a new machine can have
   * these.
   */
  isBeyond(pages: readonly number[]): boolean {
    return [...this.windows.values()].some(({ wasmPages }, i) => wasmPages > (pages[i] ?? 0));
  }

  /** Pages of the memories in the order of the program's, from a state. */
  pagesOf({ registers, cells }: State): number[] {
    const sizes = unpackSizes(registers.sizes);
    return this.#program.parts.memories.map(({ sizeIndex }) =>
      sizeIndex < sizes.length ? (sizes[sizeIndex] ?? 0) : Number(cells.get(sizeIndex)),
    );
  }

  /** The same from a machine that runs. */
  pagesIn({ pages, cells }: SharedMachine): number[] {
    return this.#program.parts.memories.map(({ sizeIndex }) => {
      if (sizeIndex < pages.length) return pages[sizeIndex]!;
      // More than 32 bits are more than any memory can have.
      const isShown = cells.ensure(LEAF_BYTES * (sizeIndex + 1)) && cells.words[LEAF_WORDS * sizeIndex + 1] === 0;
      return isShown ? cells.words[LEAF_WORDS * sizeIndex]! >>> 0 : Infinity;
    });
  }

  /**
   * Takes over a state of the program (`requireState`), whose memories are no smaller than the
   * machine's (`isBeyond`): an interpreter that works on the machine's memories and stack.
   * @throws NotNative, NotWellFormed if it cannot be held so
   */
  load(state: State): Stepper {
    const pages = this.pagesOf(state);
    if (this.isBeyond(pages)) throw new NotNative("a memory has fewer pages than it begins with");
    this.#requirePages(pages);
    const { memoryDepth, regionBits } = this.#program.header;
    const level = memoryDepth - regionBits;
    const { checkpoint } = state;
    [...this.windows].forEach(([region, window], i) => {
      const live = state.memory.subtree(level, region);
      const before = checkpoint instanceof Checkpoint ? checkpoint.memory.subtree(level, region) : undefined;
      window.load({ live, checkpoint: before }, pages[i] ?? 0);
    });
    // A run that trapped may have left marks; it is done again.
    this.#growthMarks.fill(0);
    return Interpreter.load(state, this);
  }

  refresh(): void {
    for (const window of this.windows.values()) window.refresh();
  }

  /**
   * Runs at most `budget` steps, and less by what the next poll may be away, from the site that a
   * machine loaded here stands at.
   * @throws NotNative if it cannot be taken up; then it is as it was
   */
  run(machine: SharedMachine, budget: bigint): NativeEnd {
    let frame: NativeFrame | undefined = this.#enter(machine);
    let left = budget;
    let resumed = 0;
    while (frame !== undefined) {
      const { site, base }: NativeFrame = frame;
      if (site.kind === "escape" || left < BigInt(site.threshold) || !this.#allow(base)) break;
      const goOn = this.#continuation(site);
      if (goOn === undefined) break;
      const back = this.#returnOf(machine, frame);
      if (back === undefined) break;
      let after: bigint;
      resumed += 1;
      try {
        after = goOn(IMAGE + SLOT * base, left);
      } catch (error) {
        if (error instanceof WebAssembly.RuntimeError) return { kind: "trapped" };
        if (!(error instanceof RangeError)) throw error;
        this.#room.overflowed();
        return { kind: "overflowed" };
      }
      if (after < 0n) {
        const paused = this.#paused();
        const hasMoved = paused.counter !== left || paused.frame.site !== site || paused.frame.base !== base;
        left = paused.counter;
        frame = paused.frame;
        // With steps left, only a callee without room pauses at its entry.
        if (this.#isBounded && frame.site.kind === "entry" && left >= BigInt(frame.site.threshold)) this.#room.used();
        machine.pc = frame.site.pc;
        machine.base = frame.base;
        if (!hasMoved) break;
      } else {
        left = after;
        machine.pc = back.pc;
        machine.base = back.base;
        frame = this.#callerOf(machine, frame, back);
      }
    }
    this.#leave(machine);
    machine.fuel -= budget - left;
    return { kind: "paused", taken: budget - left, resumed, site: frame?.site };
  }

  /** The frame at which a machine stands. Globals, tables and sizes are taken over. */
  #enter(machine: SharedMachine): NativeFrame {
    const site = this.sites.at(machine.pc);
    if (site === undefined) throw new NotNative(`nothing can be taken up at pc ${machine.pc}`);
    const frame = { site, base: machine.base };
    if (frame.base + site.height + 2 * this.#program.largestFrame > this.#program.slots)
      throw new NotNative("the stack is nearly full");
    this.sites.check(frame, machine.stack.words);
    if (this.#returnOf(machine, frame) === undefined) throw new NotNative("a frame returns to where no call was");
    const pages = this.pagesIn(machine);
    this.#requirePages(pages);
    [...this.windows.values()].forEach((window, i) => {
      if (!window.ensure((pages[i] ?? 0) * PAGE_BYTES)) throw new NotNative("the process has no memory left");
    });
    this.#cells.enter(machine);
    return frame;
  }

  /** Gives back what native code has changed beside memories and stack. */
  #leave(machine: SharedMachine): void {
    this.refresh();
    this.#cells.leave(machine);
    this.#noteRefusedGrowth(machine.refusedGrowth);
    [...this.windows.values()].forEach(({ wasmPages }, i) => {
      const { sizeIndex } = this.#program.parts.memories[i]!;
      if (sizeIndex < machine.pages.length) machine.pages[sizeIndex] = wasmPages;
      else if (machine.cells.words[LEAF_WORDS * sizeIndex] !== wasmPages) {
        machine.cells.touch(LEAF_BYTES * sizeIndex, LEAF_BYTES);
        machine.cells.words[LEAF_WORDS * sizeIndex] = wasmPages;
      }
    });
  }

  #noteRefusedGrowth(into: Set<number>): void {
    for (const region of this.windows.keys()) if (this.#growthMarks[region] === 1) into.add(region);
    this.#growthMarks.fill(0);
  }

  #requirePages(pages: readonly number[]): void {
    this.#program.parts.memories.forEach(({ maximum }, i) => {
      if ((pages[i] ?? 0) > maximum) throw new NotNative(`memory ${i} has more pages than it can have`);
    });
  }

  /** Sets how deep frames above a base may go; false if they may not even begin there. */
  #allow(base: number): boolean {
    const end = this.#program.slots - 2 * this.#program.largestFrame;
    if (base > end) return false;
    const deepest = base + Math.floor(this.#room.bytes / this.#bytesPerSlot);
    this.#isBounded = deepest < end;
    this.#limit.value = BigInt(IMAGE + SLOT * Math.min(end, deepest));
    return true;
  }

  /**
   * Where a frame returns to; undefined if the interpreter could not stand there. Its results may
   * overwrite that.
   */
  #returnOf({ code }: SharedMachine, { site, base }: NativeFrame): ReturnTo | undefined {
    const { params, results } = this.#signatureOf(site);
    const record = unpackReturnAddress(this.#image.getBigUint64(IMAGE + SLOT * (base + params.length), true));
    const height = code.heights[record.pc];
    if (record.pc >= code.length || height === undefined) return undefined;
    const isCall = SLOT_WORDS * record.base + height === SLOT_WORDS * (base + results.length);
    return isCall && SLOT_WORDS * record.base + code.extents[record.pc]! <= SLOT_WORDS * this.#program.slots
      ? record
      : undefined;
  }

  #signatureOf(site: Site): { readonly params: readonly unknown[]; readonly results: readonly unknown[] } {
    const plan = this.#program.plans[site.fn];
    if (plan === undefined) throw new Crash(`site ${site.id} does not run natively`);
    return plan.body.signature;
  }

  /** The frame that another one has returned to, its results lying where its arguments were. */
  #callerOf(machine: SharedMachine, { site, base }: NativeFrame, back: ReturnTo): NativeFrame | undefined {
    const caller = this.sites.caller(site, base, back);
    if (caller === undefined) return undefined;
    try {
      this.sites.check(caller, machine.stack.words);
    } catch (error) {
      if (error instanceof NotNative) return undefined;
      throw error;
    }
    return caller;
  }

  #paused(): { readonly frame: NativeFrame; readonly counter: bigint } {
    const site = this.#program.sites[this.#image.getUint32(PAUSE_SITE, true)];
    const address = this.#image.getUint32(PAUSE_FRAME, true);
    if (site === undefined) throw new Crash("a run paused nowhere");
    return { frame: { site, base: (address - IMAGE) / SLOT }, counter: this.#image.getBigInt64(PAUSE_COUNTER, true) };
  }

  /** What takes up a frame at a site; undefined if that is too much code. */
  #continuation(site: Site): ((frame: number, counter: bigint) => bigint) | undefined {
    const known = this.#continuations.get(site);
    if (known !== undefined) return known;
    const module = this.#program.continuation(site);
    if (module === undefined) return undefined;
    const instance = new WebAssembly.Instance(module, { [IMPORTS]: this.#exports });
    const made = instance.exports[CONTINUE] as (frame: number, counter: bigint) => bigint;
    this.#continuations.set(site, made);
    return made;
  }
}

function instantiate(module: WebAssembly.Module): WebAssembly.Exports {
  try {
    return new WebAssembly.Instance(module).exports;
  } catch (error) {
    if (error instanceof RangeError) throw new NotNative("the process has no memory left", { cause: error });
    throw error;
  }
}

/**
 * Bytes of V8's stack for a slot, so that a number of slots is enough for however small and
 * many frames.
 */
function bytesPerSlot({ plans }: CompiledProgram): number {
  return plans.reduce((most, plan) => {
    if (plan === undefined) return most;
    const least = plan.body.locals.length + 1;
    return Math.max(most, V8_FRAME / least + V8_SLOT);
  }, V8_SLOT);
}
