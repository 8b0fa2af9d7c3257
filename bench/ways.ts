/** The ways to do the same work: in V8, and on the engine with pauses or without. */
import type { EngineExecutor } from "../verifier/engine/executor.ts";
import { type State, stateRoot } from "../verifier/state/state.ts";
import type { Contender } from "./clock.ts";
import { BenchError, FUEL, type Workload } from "./workloads/workload.ts";

/** Steps between two pauses, where the engine pauses. */
export const STRETCH = 10n ** 8n;

/** In the order of the columns. */
export const WAYS = ["v8", "engine", "paused", "rooted"] as const;

/**
 * `v8` is plain V8; `engine` the engine from the first state to the last; `paused` the same with a
 * pause every {@link STRETCH} steps, `rooted` with a state and its root at each of them.
 */
export type Way = (typeof WAYS)[number];

/** What was done, as far as it is known only afterwards. */
export interface Work {
  steps: bigint;
}

/**
 * The ways to do a workload. All of them must give what V8 gives, which comes first.
 * @param stretch - steps between two pauses
 */
export function waysOf(
  workload: Workload,
  engine: EngineExecutor,
  size: number,
  stretch = STRETCH,
): { readonly ways: Readonly<Record<Way, Contender>>; readonly work: Work } {
  const start = workload.start(size);
  const work: Work = { steps: 0n };
  let answer: number | undefined;
  const check = (state: State): void => {
    const result = workload.result(state);
    if (result === answer) return;
    throw new BenchError(`${workload.recipe.name} gives ${result} on the engine, ${answer ?? "nothing"} in V8`);
  };
  const ways: Record<Way, Contender> = {
    v8: () => {
      const call = workload.native(size);
      return () => (answer = call());
    },
    engine: () => () => {
      const execution = engine.load(start);
      work.steps = execution.run(FUEL);
      check(execution.save());
    },
    paused: () => () => {
      const execution = engine.load(start);
      while (execution.run(stretch) === stretch);
      check(execution.save());
    },
    rooted: () => () => {
      const execution = engine.load(start);
      while (execution.run(stretch) === stretch) stateRoot(execution.save());
      stateRoot(execution.save());
    },
  };
  return { ways, work };
}
