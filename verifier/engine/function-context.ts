/**
 * What writing one function's code works with: the code so far, its locals, and what is known of
 * the function.
 */
import { Assembly } from "./assembly.ts";
import type { Step } from "./body.ts";
import { Canonical } from "./canonical.ts";
import type { IndexSpace } from "./index-space.ts";
import { floorOf } from "./layout.ts";
import type { NanFlow } from "./nan-flow.ts";
import type { NativeType } from "./native-type.ts";
import { chargesOf, type FunctionPlan, type Site } from "./plan.ts";
import type { ProgramParts } from "./program-parts.ts";

export class FunctionContext {
  readonly plan: FunctionPlan;
  readonly parts: ProgramParts;
  readonly space: IndexSpace;
  /** Where the code begins; undefined at the function's entry. */
  readonly from: Site | undefined;
  /** The function's instructions. */
  readonly steps: readonly Step[];
  /** Steps charged before each of them. */
  readonly charges: readonly number[];
  readonly code: Assembly;
  readonly nans: NanFlow;
  readonly canonical: Canonical;
  /** Types of the locals after the parameters. */
  readonly locals: NativeType[] = [];
  /** Local that holds each of the guest's. */
  readonly places: readonly number[];
  readonly counter: number;
  /** i64. */
  readonly room: number;
  /** The frame's address, where it is known. */
  readonly frame: number;
  readonly #temporaries = new Map<string, number>();
  #nextLocal: number;

  constructor(plan: FunctionPlan, parts: ProgramParts, space: IndexSpace, from: Site | undefined) {
    this.plan = plan;
    this.parts = parts;
    this.space = space;
    this.from = from;
    this.steps = plan.body.steps;
    this.charges = chargesOf(plan, this.steps);
    this.code = new Assembly(space.side);
    this.nans = parts.nansOf(plan.body);
    const { locals, signature } = plan.body;
    const parameters = signature.params.length;
    if (from === undefined) {
      [this.counter, this.room] = [parameters, parameters + 1];
      this.#nextLocal = parameters + 2;
      this.frame = this.#addLocal("i32");
    } else {
      [this.frame, this.counter] = [0, 1];
      this.#nextLocal = 2;
      this.room = this.#addLocal("i64");
    }
    this.places = locals.map((type, i) => (from === undefined && i < parameters ? i : this.#addLocal(type)));
    this.canonical = new Canonical(this.code, (type) => this.temporary("nan", type));
  }

  /** Frame offset of the lowest operand. */
  get floor(): number {
    return floorOf(this.plan.body.locals.length);
  }

  /** A local for a purpose. */
  temporary(name: string, type: NativeType): number {
    const key = `${name} ${type}`;
    const known = this.#temporaries.get(key);
    if (known !== undefined) return known;
    const made = this.#addLocal(type);
    this.#temporaries.set(key, made);
    return made;
  }

  /** The temporary of the operand at a height. */
  operand(height: number, type: NativeType): number {
    return this.temporary(`operand ${height}`, type);
  }

  /** Makes the value on the stack canonical, which a local of the guest's held. */
  settleLocal(local: number): void {
    const type = this.plan.body.locals[local];
    if (type === "f32" || type === "f64") this.canonical.settle(type);
  }

  /** The memory that an instruction names. */
  memory(index: number): number {
    return this.space.memory(this.parts.regionOf(this.plan.body.fn, index));
  }

  #addLocal(type: NativeType): number {
    this.locals.push(type);
    return this.#nextLocal++;
  }
}
