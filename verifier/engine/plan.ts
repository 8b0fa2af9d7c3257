/**
 * Where functions pause, and how many steps they may take from one such place to the next.
 *
 * Steps are charged a run of instructions at a time, where the run begins. A function polls at its
 * entry, at loop headers and after calls: it goes on only if the counter holds at least
 * `threshold`, the most steps that it can take before it polls again. So the counter never gets
 * below zero, and the pause comes at most `threshold - 1` steps early. Short functions without
 * loops do not poll at all: their steps count in their callers' thresholds.
 */
import { Crash } from "../errors.ts";
import { Op } from "../instructions/table.ts";
import { type Body, FUNCTION_LABEL, type Step } from "./body.ts";
import { floorOf } from "./layout.ts";
import type { NativeType } from "./native-type.ts";
import { CONTROL } from "./treatment.ts";

/** How a place came to be one where a function pauses. */
export type SiteKind = "entry" | "loop" | "call" | "bulk" | "escape" | "after";

/** The call that a site lies after. */
export interface SiteCall {
  /** Operands of the caller below the arguments. */
  readonly below: number;
  /** Arguments, without the element index of an indirect call. */
  readonly parameters: number;
  readonly results: readonly NativeType[];
  /** Function id, or of an indirect call the type id. */
  readonly callee: { readonly id: number } | { readonly typeId: number };
}

/**
 * A place before an instruction where a frame can be written out and, but for escapes, taken up
 * again.
 */
export interface Site {
  readonly id: number;
  /** Id of the function. */
  readonly fn: number;
  readonly kind: SiteKind;
  /** Index of the step before which it lies. */
  readonly at: number;
  readonly pc: number;
  /** Slots of the frame that are live: arguments, return address, locals and operands. */
  readonly height: number;
  /** Types of all operands; after a call, of its results too. */
  readonly stack: readonly NativeType[];
  /** The most steps from here to the next poll: what the counter must hold. */
  readonly threshold: number;
  readonly call?: SiteCall;
}

/** How a function is instrumented. */
export interface FunctionPlan {
  readonly body: Body;
  /** Polls by the step that they precede. */
  readonly polls: ReadonlyMap<number, Site>;
  /** Bulk instructions and escapes, by their own step. */
  readonly stops: ReadonlyMap<number, Site>;
  /** Places after escapes, where nothing native arrives but a frame can be taken up. */
  readonly resumptions: ReadonlyMap<number, Site>;
  /** Whether it never pauses. */
  readonly isLeaf: boolean;
}

/** What planning needs of the program. */
export interface PlanContext {
  /** By function id; undefined for functions that do not run natively. */
  readonly bodies: readonly (Body | undefined)[];
  /** Id of the function that a direct call goes to. */
  calleeOf(body: Body, step: Step): number;
  /** Type id of an indirect call. */
  typeIdOf(step: Step): number;
  /** Whether V8 could not tell the type from another one. */
  isAmbiguous(typeId: number): boolean;
}

/** Steps of a function that does not poll, at most. */
const MAX_LEAF_COST = 2000;

/** What every step after which control may go elsewhere, or comes from elsewhere, ends. */
const RUN_ENDS: ReadonlySet<number> = new Set([...CONTROL, Op.call, Op.callIndirect].filter((op) => op !== Op.block));

/** Plans the functions of a program. */
export class Planner {
  /** Those of all functions that have been planned; their ids are positions. */
  readonly sites: Site[] = [];
  readonly #context: PlanContext;
  /** Costs of leaves by function id; undefined for functions that poll. */
  readonly #leaves = new Map<number, number | undefined>();
  /** Costs of the most expensive leaf by type id. */
  readonly #indirect = new Map<number, number>();

  constructor(context: PlanContext) {
    this.#context = context;
    for (const body of context.bodies) {
      if (body === undefined) continue;
      const { typeId } = body.fn;
      this.#indirect.set(typeId, Math.max(this.#indirect.get(typeId) ?? 0, this.#leafCost(body.fn.id) ?? 0));
    }
  }

  /** The most steps that a function takes if it needs no polls. */
  #leafCost(id: number): number | undefined {
    if (this.#leaves.has(id)) return this.#leaves.get(id);
    // Whoever calls itself polls.
    this.#leaves.set(id, undefined);
    const body = this.#context.bodies[id];
    if (body?.isStraight !== true) return undefined;
    const { steps } = body;
    if (!steps.every((step) => step.treatment !== "call" || this.#calledLeafCost(body, step) !== undefined))
      return undefined;
    const cost = this.#costs(body, steps, { polls: new Set(), stops: new Set() })[0] ?? 0;
    if (cost > MAX_LEAF_COST) return undefined;
    this.#leaves.set(id, cost);
    return cost;
  }

  #calledLeafCost(body: Body, step: Step): number | undefined {
    return this.#leafCost(this.#context.calleeOf(body, step));
  }

  #isEscape(step: Step): boolean {
    if (step.treatment === "indirect") return this.#context.isAmbiguous(this.#context.typeIdOf(step));
    return step.treatment === "escape";
  }

  plan(body: Body): FunctionPlan {
    const { steps } = body;
    const isLeaf = this.#leafCost(body.fn.id) !== undefined;
    const stopAt = new Set<number>();
    const pollAt = new Set<number>(isLeaf ? [] : [0]);
    steps.forEach((step, i) => {
      if (this.#isEscape(step) || step.treatment === "bulk") stopAt.add(i);
      else if (step.op === Op.loop || this.#isPolledCall(body, step)) pollAt.add(i + 1);
    });
    const costs = this.#costs(body, steps, { polls: pollAt, stops: stopAt });
    const next = (i: number): number => (pollAt.has(i) ? 0 : (costs[i] ?? 0));
    const floor = floorOf(body.locals.length);
    const add = (site: Omit<Site, "id" | "fn" | "pc" | "height">): Site => {
      const { pc } = steps[site.at]!;
      const made = { ...site, id: this.sites.length, fn: body.fn.id, pc, height: floor + site.stack.length };
      this.sites.push(made);
      return made;
    };
    const polls = new Map<number, Site>();
    const stops = new Map<number, Site>();
    const resumptions = new Map<number, Site>();
    const threshold = (at: number): number => Math.max(1, costs[at] ?? 0);
    if (!isLeaf) polls.set(0, add({ kind: "entry", at: 0, stack: [], threshold: threshold(0) }));
    steps.forEach((step, i) => {
      const at = i + 1;
      if (this.#isEscape(step)) {
        stops.set(i, add({ kind: "escape", at: i, stack: step.stack, threshold: Infinity }));
        if (stopAt.has(at)) return;
        const call = step.treatment === "indirect" ? { call: this.#callOf(body, step) } : {};
        resumptions.set(at, add({ kind: "after", at, stack: step.resultStack, threshold: threshold(at), ...call }));
      } else if (step.treatment === "bulk") {
        stops.set(i, add({ kind: "bulk", at: i, stack: step.stack, threshold: next(at) }));
      } else if (pollAt.has(at) && step.op === Op.loop) {
        polls.set(at, add({ kind: "loop", at, stack: step.stack, threshold: threshold(at) }));
      } else if (pollAt.has(at)) {
        const call = this.#callOf(body, step);
        polls.set(at, add({ kind: "call", at, stack: step.resultStack, threshold: threshold(at), call }));
      }
    });
    return { body, polls, stops, resumptions, isLeaf };
  }

  #isPolledCall(body: Body, step: Step): boolean {
    if (step.treatment === "indirect") return true;
    return step.treatment === "call" && this.#calledLeafCost(body, step) === undefined;
  }

  #callOf(body: Body, step: Step): SiteCall {
    const type = step.callType;
    if (type === undefined) throw new Crash("the step is no call");
    const isIndirect = step.treatment === "indirect";
    const callee = isIndirect ? { typeId: this.#context.typeIdOf(step) } : { id: this.#context.calleeOf(body, step) };
    const below = step.resultStack.length - type.results.length;
    return { below, parameters: type.params.length, results: type.results, callee };
  }

  /**
   * For each step the most steps from just before it, polls there not counted, to the next poll or
   * stop.
   */
  #costs(
    body: Body,
    steps: readonly Step[],
    marks: { polls: ReadonlySet<number>; stops: ReadonlySet<number> },
  ): number[] {
    const costs = new Array<number>(steps.length + 1).fill(0);
    const next = (i: number): number => (marks.polls.has(i) ? 0 : costs[i]!);
    const target = (opener: number): number => {
      // A loop's header polls; the function's own label is its end.
      if (opener === FUNCTION_LABEL || steps[opener]!.op === Op.loop) return 0;
      return next(steps[opener]!.partner + 1);
    };
    for (let i = steps.length - 1; i >= 0; i--) {
      const step = steps[i]!;
      if (marks.stops.has(i)) continue;
      costs[i] = step.cost + this.#costBehind(body, step, { next: next(i + 1), at: next, target });
    }
    return costs;
  }

  #costBehind(
    body: Body,
    step: Step,
    { next, at, target }: { next: number; at: (i: number) => number; target: (opener: number) => number },
  ): number {
    const branches = step.targets.map((opener, k) => (step.edges[k] ?? 0) + target(opener));
    switch (step.op) {
      case Op.unreachable:
      case Op.return:
        return 0;
      case Op.br:
      case Op.brTable:
        return Math.max(...branches);
      case Op.brIf:
        return Math.max(next, ...branches);
      case Op.if:
        return Math.max(next, at((step.otherwise ?? step.partner) + 1));
      case Op.else:
        return target(step.partner);
      case Op.end:
        return step.partner === FUNCTION_LABEL ? 0 : next;
    }
    if (step.treatment === "call") return (this.#calledLeafCost(body, step) ?? 0) + next;
    if (step.treatment === "indirect") {
      return (this.#indirect.get(this.#context.typeIdOf(step)) ?? 0) + next;
    }
    return next;
  }
}

/**
 * Steps charged before each step: those of the run of instructions that begins there. Bulk
 * instructions are charged by what they do, and escapes by whoever executes them.
 */
export function chargesOf({ stops }: FunctionPlan, steps: readonly Step[]): number[] {
  const charges = new Array<number>(steps.length).fill(0);
  let start = 0;
  let sum = 0;
  steps.forEach((step, i) => {
    if (stops.has(i)) {
      charges[start] = sum;
      [start, sum] = [i + 1, 0];
      return;
    }
    sum += step.cost;
    if (!RUN_ENDS.has(step.op)) return;
    charges[start] = sum;
    [start, sum] = [i + 1, 0];
  });
  return charges;
}
