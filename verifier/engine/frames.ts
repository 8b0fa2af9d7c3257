/** Frames of a stack image: which of them, from the innermost on, can be taken up natively. */
import { isNarrow } from "./native-type.ts";
import { floorOf, localSlot } from "./layout.ts";
import type { CompiledProgram } from "./compile.ts";
import type { FunctionPlan, Site } from "./plan.ts";
import { NotNative } from "./not-native.ts";
import { SLOT_WORDS } from "../interpreter/units.ts";

/** A frame that can be taken up. */
export interface NativeFrame {
  readonly site: Site;
  /** Slot of its first argument. */
  readonly base: number;
}

/** Where a frame returns to. */
export interface ReturnTo {
  readonly pc: number;
  readonly base: number;
}

/** Sites of a program by their pc. */
export class SiteMap {
  readonly #program: CompiledProgram;
  readonly #innermost = new Map<number, Site>();
  readonly #returns = new Map<number, Site>();
  readonly #narrow = new Map<Site, readonly number[]>();

  constructor(program: CompiledProgram) {
    this.#program = program;
    for (const site of program.sites) {
      if (program.plans[site.fn] === undefined) continue;
      if (site.call !== undefined) this.#returns.set(site.pc, site);
      if (site.kind === "escape") continue;
      // Locals are zero at an entry, but where the function begins with a loop its later turns come
      // to the same pc.
      const known = this.#innermost.get(site.pc);
      if (known === undefined || known.kind === "entry") this.#innermost.set(site.pc, site);
    }
  }

  /** Where the innermost frame can be taken up. */
  at(pc: number): Site | undefined {
    return this.#innermost.get(pc);
  }

  /**
   * The site after a call, if a function that returns to (pc, base) from a frame at `calleeBase`
   * was called there.
   */
  caller(callee: Site, calleeBase: number, { pc, base }: ReturnTo): NativeFrame | undefined {
    const site = this.#returns.get(pc);
    const plan = site === undefined ? undefined : this.#program.plans[site.fn];
    if (site?.call === undefined || plan === undefined) return undefined;
    const { below, callee: expected } = site.call;
    const isSame =
      "id" in expected
        ? expected.id === callee.fn
        : expected.typeId === this.#program.parts.functions[callee.fn]?.typeId;
    return isSame && base + floorOf(plan.body.locals.length) + below === calleeBase ? { site, base } : undefined;
  }

  /**
   * Checks that values fit their types natively.
   * @param words - the stack as pairs of 32-bit words, the lower first
   * @throws NotNative
   */
  check({ site, base }: NativeFrame, words: Int32Array): void {
    const plan = this.#program.plans[site.fn];
    if (plan === undefined) throw new NotNative("a function is interpreted");
    const upper = (slot: number): number => words[SLOT_WORDS * (base + slot) + 1] ?? 0;
    for (const slot of this.#narrowSlots(plan, site)) {
      if (upper(slot) !== 0) throw new NotNative(`slot ${base + slot} has more bits than its type`);
    }
    if (site.kind !== "entry") return;
    const { locals, signature } = plan.body;
    for (let slot = signature.params.length + 1; slot < floorOf(locals.length); slot++) {
      if (upper(slot) !== 0 || words[SLOT_WORDS * (base + slot)] !== 0)
        throw new NotNative(`local in slot ${base + slot} is not zero`);
    }
  }

  /** Frame offsets of values of 32 bits. */
  #narrowSlots({ body }: FunctionPlan, site: Site): readonly number[] {
    const known = this.#narrow.get(site);
    if (known !== undefined) return known;
    const parameters = body.signature.params.length;
    const floor = floorOf(body.locals.length);
    const slots = [
      ...body.locals.flatMap((type, i) => (isNarrow(type) ? [localSlot(parameters, i)] : [])),
      ...site.stack.flatMap((type, i) => (isNarrow(type) ? [floor + i] : [])),
    ];
    this.#narrow.set(site, slots);
    return slots;
  }
}
