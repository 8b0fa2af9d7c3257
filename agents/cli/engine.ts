/** Who executes a program, by the name that `--engine` gives. */
import type { EngineName } from "./options/engine.ts";
import { type Printable, text } from "./printable.ts";
import { engineExecutor, type EngineExecutor } from "../../verifier/engine/executor.ts";
import type { Executor } from "../../verifier/state/executor.ts";
import { interpreterExecutor } from "../../verifier/interpreter/execute.ts";
import { nativeStack } from "../../verifier/node/large-stack.ts";
import type { Program } from "../../verifier/program/build.ts";
import { type LimitedMemory, watchGrowth } from "../../verifier/program/memory-limits.ts";

/** The executor of a name, and what it can tell after a run. */
export interface ChosenEngine {
  readonly executor: Executor;
  /** How many steps ran natively, and what did not; undefined of the interpreter. */
  readonly report: () => EngineFigures | undefined;
  /** Memories that a limit of the program has kept from growing, in all runs so far. */
  readonly refusedGrowth: () => LimitedMemory[];
}

/** What the native engine did. Steps are decimal strings. */
export interface EngineFigures {
  readonly nativeSteps: string;
  readonly interpretedSteps: string;
  /** Functions that never run natively, and why. */
  readonly interpreted: EngineExecutor["interpreted"];
}

/** The executor that an option names. */
export function executorOf(name: EngineName, program: Program): Executor {
  return name === "interpreter" ? interpreterExecutor : engineExecutor(program, { nativeStack });
}

/** The same, watched. */
export function engineOf(name: EngineName, program: Program): ChosenEngine {
  if (name === "interpreter") {
    const { executor, refused } = watchGrowth(interpreterExecutor, program);
    return { executor, report: () => undefined, refusedGrowth: refused };
  }
  const engine = engineExecutor(program, { nativeStack });
  const { executor, refused } = watchGrowth(engine, program);
  return {
    executor,
    refusedGrowth: refused,
    report: () => ({
      nativeSteps: engine.report.nativeSteps.toString(),
      interpretedSteps: engine.report.interpretedSteps.toString(),
      interpreted: engine.interpreted,
    }),
  };
}

/** The figures as lines of a report. */
export function engineLines(figures: EngineFigures | undefined): Printable[] {
  if (figures === undefined) return [];
  const { nativeSteps, interpretedSteps, interpreted } = figures;
  return [
    text`  engine ${nativeSteps} steps natively, ${interpretedSteps} interpreted`,
    ...interpreted.map(({ function: name, reason }) => text`    ${name} is interpreted: ${reason}`),
  ];
}
