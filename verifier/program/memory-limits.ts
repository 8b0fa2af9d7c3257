/** Memories that could not grow because of a limit of the program, and not of their module's. */
import type { Executor } from "../state/executor.ts";
import type { Linkage } from "./linkage.ts";

/** A memory that a limit has kept from growing. */
export interface LimitedMemory {
  /** Name of the module that defines it. */
  readonly module: string;
  /** Pages that it can grow to. */
  readonly pages: number;
}

/** An executor that remembers whose growth has failed. */
export interface GrowthWatch {
  readonly executor: Executor;
  /**
   * The memories whose `memory.grow` has failed in any run so far although their modules would have
   * let them grow.
   */
  readonly refused: () => LimitedMemory[];
}

/** Watches the growth of a program's memories. It costs nothing while none fails. */
export function watchGrowth(executor: Executor, { instances }: Pick<Linkage, "instances">): GrowthWatch {
  const regions = new Set<number>();
  return {
    executor: {
      load(state) {
        const execution = executor.load(state);
        return {
          run(steps) {
            const taken = execution.run(steps);
            for (const region of execution.refusedGrowth) regions.add(region);
            return taken;
          },
          save: () => execution.save(),
          refusedGrowth: execution.refusedGrowth,
        };
      },
    },
    refused: () =>
      instances.flatMap(({ name, module, memories }) =>
        memories
          .filter((_, index) => module.memories[index]?.imported === undefined)
          .filter(({ region, isLimited }) => isLimited && regions.has(region))
          .map(({ maximum }): LimitedMemory => ({ module: name, pages: maximum })),
      ),
  };
}
