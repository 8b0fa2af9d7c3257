/**
 * Instantiation (section 4.5.4 of the WebAssembly specification): active segments in order, then
 * the start function, one instance after the other, each after those that it imports from. As long
 * as nothing has run the segments are written into the initial state; the rest becomes code.
 */
import type { SegmentMode } from "../wasm/types.ts";
import type { Definition } from "./linkage.ts";
import type { Resolver } from "./resolve.ts";

/** A segment that is written into the initial state. */
export interface FoldedSegment {
  readonly kind: "data" | "elements";
  readonly position: number;
  readonly segment: number;
  /** The memory or table. */
  readonly target: Definition;
  readonly destination: number;
}

/** What is left to execute. */
export type PlannedStep =
  | {
      readonly kind: "data" | "elements";
      readonly segment: number;
      readonly target: number;
      readonly destination: number;
    }
  | { readonly kind: "start"; readonly function: number };

/** How a program is initialized. */
export interface InitializationPlan {
  readonly folded: readonly FoldedSegment[];
  /** Positions of all instances, in the order in which they are initialized. */
  readonly order: readonly number[];
  /** By position of the instance. */
  readonly steps: readonly (readonly PlannedStep[])[];
}

/**
 * Decides which segments can be folded: those before the first start function and the first one
 * that is out of bounds.
 * @param isDeferred - whether the driver says when an instance is initialized: then nothing can
 *   be folded
 */
export function planInitialization(resolver: Resolver, isDeferred: boolean): InitializationPlan {
  const folded: FoldedSegment[] = [];
  let hasRun = isDeferred;
  const order = initializationOrder(resolver);
  const steps: PlannedStep[][] = resolver.modules.map(() => []);
  for (const position of order) {
    const { module } = resolver.at(position);
    const left: PlannedStep[] = [];
    const place = (kind: "data" | "elements", segment: number, mode: SegmentMode, length: number): void => {
      if (mode.kind !== "active") return;
      const destination = resolver.destination(position, mode.destination);
      const target = resolver.definition(position, kind === "data" ? "memory" : "table", mode.index);
      if (!hasRun && destination + length <= sizeOf(resolver, kind, target)) {
        folded.push({ kind, position, segment, target, destination });
      } else {
        hasRun = true;
        left.push({ kind, segment, target: mode.index, destination });
      }
    };
    module.elements.forEach(({ mode, items }, segment) => {
      place("elements", segment, mode, items.length);
    });
    module.data.forEach(({ mode, bytes }, segment) => {
      place("data", segment, mode, bytes.length);
    });
    if (module.start !== undefined) {
      hasRun = true;
      left.push({ kind: "start", function: module.start.function });
    }
    steps[position] = left;
  }
  return { folded, order, steps };
}

/**
 * The order of the program, but that a module comes after those that it imports from, unless these
 * import from it in turn.
 */
function initializationOrder(resolver: Resolver): number[] {
  const order: number[] = [];
  const seen = new Set<number>();
  const visit = (position: number): void => {
    if (seen.has(position)) return;
    seen.add(position);
    for (const imported of resolver.importedModules(position)) visit(imported);
    order.push(position);
  };
  resolver.modules.forEach((_, position) => {
    visit(position);
  });
  return order;
}

/** Bytes of a memory, or elements of a table, before anything has run. */
function sizeOf(resolver: Resolver, kind: "data" | "elements", { position, index }: Definition): number {
  const { module } = resolver.at(position);
  if (kind === "data") return (module.memories[index]?.limits.minimum ?? 0) * 65_536;
  return module.tables[index]?.limits.minimum ?? 0;
}
