/** A program's state in native form: loaded from any state whose innermost frame can be taken up, run, and saved. */
import type { Registers } from "../machine/record.ts";
import { Status } from "../machine/opcodes.ts";
import { unpackCallRecord } from "../machine/word.ts";
import type { Tree } from "../merkle/tree.ts";
import { NotWellFormed } from "../interpreter/errors.ts";
import { packSizes, unpackSizes } from "../interpreter/core.ts";
import { Stack } from "../interpreter/stack.ts";
import type { State } from "../state/state.ts";
import { CONTINUE, type CompiledProgram, NAMES } from "./compile.ts";
import { type NativeFrame, type ReturnTo, type SiteMap } from "./frames.ts";
import { IMPORTS } from "./generated-module.ts";
import { IMAGE, PAUSE_COUNTER, PAUSE_FRAME, PAUSE_SITE, SLOT } from "./layout.ts";
import { NativeCells } from "./native-cells.ts";
import { NativeMemories } from "./native-memory.ts";
import type { Site } from "./plan.ts";
import { Refusal } from "./refusal.ts";

/** How a native run ended. */
export type NativeEnd =
  /** At a site; the counter is below its threshold, the frames are deep, or it is one that does not run natively. */
  | "paused"
  /** The outermost native frame returned to one that is interpreted. */
  | "returned"
  /** Something trapped; the state that was loaded is the last one known. */
  | "trapped"
  /** The host's stack was too small; as with a trap. */
  | "overflowed";

/** Bytes of the host's stack that native frames may take. */
const HOST_STACK = 400_000;

/** What one frame takes of the host's stack beside its slots, in bytes, at most. */
const HOST_FRAME = 256;

/** Values of a frame are spilled more than once by V8's first tier: bytes a slot. */
const HOST_SLOT = 24;

export class NativeMachine {
  readonly sites: SiteMap;
  readonly #program: CompiledProgram;
  readonly #exports: WebAssembly.Exports;
  readonly #memories: NativeMemories;
  readonly #cells: NativeCells;
  readonly #continuations = new Map<Site, (frame: number, counter: bigint) => bigint>();
  readonly #limit: WebAssembly.Global;
  readonly #image: DataView;
  readonly #words: Int32Array;
  /** Slots that the frames of one native run may take of the host's stack. */
  #depth: number;
  #state: State | undefined;
  #stack: Stack | undefined;
  /** The frame to be taken up next. */
  #frame: NativeFrame | undefined;
  /** Where the machine is when no native frame is left. */
  #return: (ReturnTo & { readonly height: number }) | undefined;
  #taken = 0n;

  constructor(program: CompiledProgram, sites: SiteMap) {
    this.#program = program;
    this.sites = sites;
    this.#exports = instantiate(program.module);
    this.#memories = new NativeMemories(
      program.parts.memories.map(({ region, maximum }) => ({
        region,
        maximum,
        memory: this.#exports[NAMES.memory(region)] as WebAssembly.Memory,
      })),
      program.header,
    );
    this.#cells = new NativeCells(program, this.#exports);
    this.#limit = this.#exports[NAMES.limit] as WebAssembly.Global;
    const side = (this.#exports[NAMES.side] as WebAssembly.Memory).buffer;
    this.#image = new DataView(side);
    this.#words = new Int32Array(side, IMAGE, 2 * program.slots);
    this.#depth = depthFor(program);
  }

  /** Whether the memories have grown beyond what a state has: then only a new machine can load it. */
  isBeyond(state: State): boolean {
    const wanted = this.#pagesOf(state);
    return this.#memories.pages.some((pages, i) => pages > (wanted[i] ?? 0));
  }

  /**
   * Takes over a running state of the program (`requireState`) whose pc is that of a site.
   * @throws Refusal if it cannot be held natively
   */
  load(state: State): void {
    const { registers } = state;
    if (registers.status !== Status.running) throw new Refusal("the machine has halted");
    const site = this.sites.at(registers.pc);
    if (site === undefined) throw new Refusal(`nothing can be taken up at pc ${registers.pc}`);
    const frame = { site, base: registers.base };
    const height = frame.base + site.height;
    if (height + 2 * this.#program.largestFrame > this.#program.slots) throw new Refusal("the stack is nearly full");
    const stack = loadStack(state, height, this.#program.slots);
    this.sites.check(frame, stack.words);
    const pages = this.#pagesOf(state);
    this.#program.parts.memories.forEach(({ maximum }, i) => {
      if ((pages[i] ?? 0) > maximum) throw new Refusal(`memory ${i} has more pages than it can have`);
    });
    if (this.isBeyond(state)) throw new Refusal("a memory has become smaller");
    if (this.#memories.hasHidden(state.memory, pages)) throw new Refusal("a memory holds something beyond its end");
    this.#memories.load(state.memory, pages);
    this.#cells.load(state.cells);
    this.#words.set(stack.words.subarray(0, 2 * height));
    this.#state = state;
    this.#stack = stack;
    this.#frame = frame;
    this.#return = undefined;
    this.#taken = 0n;
  }

  /** Steps taken since the state was loaded. */
  get taken(): bigint {
    return this.#taken;
  }

  /** The site at which the innermost native frame stands; undefined if none is left. */
  get site(): Site | undefined {
    return this.#frame?.site;
  }

  /** Runs at most `budget` steps, and less by what the next poll may be away. */
  run(budget: bigint): NativeEnd {
    this.#memories.touch();
    let left = budget;
    while (this.#frame !== undefined) {
      const { site, base } = this.#frame;
      if (site.kind === "escape" || left < BigInt(site.threshold) || !this.#allow(base)) break;
      const goOn = this.#continuation(site);
      if (goOn === undefined) break;
      const record = this.#recordOf(this.#frame);
      let after: bigint;
      try {
        after = goOn(IMAGE + SLOT * base, left);
      } catch (error) {
        if (error instanceof WebAssembly.RuntimeError) return "trapped";
        if (!(error instanceof RangeError)) throw error;
        this.#depth = Math.floor(this.#depth / 2);
        return "overflowed";
      }
      if (after < 0n) {
        const paused = this.#paused();
        const hasMoved = paused.counter !== left || paused.frame.site !== site || paused.frame.base !== base;
        left = paused.counter;
        this.#frame = paused.frame;
        if (!hasMoved) break;
      } else {
        left = after;
        this.#leaveFrame(this.#frame, record);
      }
    }
    this.#taken += budget - left;
    return this.#frame === undefined ? "returned" : "paused";
  }

  /** The state after the steps taken; only after a run that did not trap. */
  save(): State {
    const state = this.#state;
    if (state === undefined || this.#stack === undefined) throw new RangeError("nothing was loaded");
    const { pc, base, height } = this.#place();
    if (!this.#stack.ensure(height)) throw new RangeError(`a frame ends at slot ${height}`);
    this.#stack.words.set(this.#words.subarray(0, 2 * height));
    const { sizes, cells } = this.#saveSizes(state.registers.sizes, this.#cells.save(state.cells));
    const registers: Registers = { ...state.registers, pc, base, fuel: state.registers.fuel - this.#taken, sizes };
    const saved: State = {
      ...state,
      registers,
      stack: this.#stack.sync(state.stack, height),
      memory: this.#memories.save(),
      cells,
    };
    this.#state = undefined;
    return saved;
  }

  /** The sizes of memories: those of the first four are in a register, others in cells. */
  #saveSizes(before: bigint, cells: Tree): { readonly sizes: bigint; readonly cells: Tree } {
    const lanes = unpackSizes(before);
    let tree = cells;
    this.#memories.pages.forEach((pages, i) => {
      const { sizeIndex } = this.#program.parts.memories[i]!;
      if (sizeIndex < lanes.length) lanes[sizeIndex] = pages;
      else tree = tree.set(sizeIndex, BigInt(pages));
    });
    return { sizes: packSizes(lanes), cells: tree };
  }

  #place(): ReturnTo & { readonly height: number } {
    if (this.#frame !== undefined) {
      const { site, base } = this.#frame;
      return { pc: site.pc, base, height: base + site.height };
    }
    if (this.#return === undefined) throw new RangeError("nothing was loaded");
    return this.#return;
  }

  /** Sets how deep frames above a base may go; false if they may not even begin there. */
  #allow(base: number): boolean {
    const end = this.#program.slots - 2 * this.#program.largestFrame;
    if (base > end) return false;
    this.#limit.value = BigInt(IMAGE + SLOT * Math.min(end, base + this.#depth));
    return true;
  }

  /** Where a frame returns to. Its results may overwrite that. */
  #recordOf({ site, base }: NativeFrame): ReturnTo {
    const { params } = this.#signatureOf(site);
    return unpackCallRecord(this.#image.getBigUint64(IMAGE + SLOT * (base + params.length), true));
  }

  #signatureOf(site: Site): { readonly params: readonly unknown[]; readonly results: readonly unknown[] } {
    const plan = this.#program.plans[site.fn];
    if (plan === undefined) throw new RangeError(`site ${site.id} does not run natively`);
    return plan.body.signature;
  }

  /** A frame has returned, its results lie where its arguments were. */
  #leaveFrame({ site, base }: NativeFrame, record: ReturnTo): void {
    const height = base + this.#signatureOf(site).results.length;
    this.#frame = undefined;
    this.#return = { ...record, height };
    const caller = this.sites.caller(site, base, record);
    if (caller === undefined) return;
    try {
      this.sites.check(caller, this.#words);
    } catch (error) {
      if (error instanceof Refusal) return;
      throw error;
    }
    this.#frame = caller;
  }

  #paused(): { readonly frame: NativeFrame; readonly counter: bigint } {
    const site = this.#program.sites[this.#image.getUint32(PAUSE_SITE, true)];
    const address = this.#image.getUint32(PAUSE_FRAME, true);
    if (site === undefined) throw new RangeError("a run paused nowhere");
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

  #pagesOf({ registers, cells }: State): number[] {
    const sizes = unpackSizes(registers.sizes);
    return this.#program.parts.memories.map(({ sizeIndex }) =>
      sizeIndex < sizes.length ? (sizes[sizeIndex] ?? 0) : Number(cells.get(sizeIndex)),
    );
  }
}

function instantiate(module: WebAssembly.Module): WebAssembly.Exports {
  try {
    return new WebAssembly.Instance(module).exports;
  } catch (error) {
    if (error instanceof RangeError) throw new Refusal("the host has no memory left", { cause: error });
    throw error;
  }
}

/** Reads the stack below a height; what lies above must be zero. */
function loadStack({ stack }: { readonly stack: Tree }, height: number, slots: number): Stack {
  const loaded = new Stack(slots);
  try {
    if (!loaded.ensure(height)) throw new Refusal("the stack is full");
    if (loaded.load(stack, height) !== undefined) throw new Refusal("a slot has more than 64 bits");
  } catch (error) {
    if (error instanceof NotWellFormed) throw new Refusal(error.message, { cause: error });
    throw error;
  }
  return loaded;
}

/** Slots that native frames may take, so that the host's stack is enough however small and many they are. */
function depthFor({ plans }: CompiledProgram): number {
  const bytesPerSlot = plans.reduce((most, plan) => {
    if (plan === undefined) return most;
    const least = plan.body.locals.length + 1;
    return Math.max(most, HOST_FRAME / least + HOST_SLOT);
  }, HOST_SLOT);
  return Math.floor(HOST_STACK / bytesPerSlot);
}
