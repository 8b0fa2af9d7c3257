/** Plays one file of the suite and gathers what came of it. */
import { FastRunner } from "./fast-runner.ts";
import { planScript, type Plan } from "./grouping.ts";
import { ProvingRunner, type Selection } from "./proving-runner.ts";
import { judge } from "./scope.ts";
import { ScriptPlayer, type Check } from "./script-player.ts";
import { SPECTEST } from "./spectest.ts";
import { StepChain, type Disagreement, type StepJudge } from "./step-chain.ts";
import { TRIMMED_SCRIPTS } from "./trim.ts";
import type { WastCommand } from "./wast.ts";

/** What came of a file. */
export interface FileResult {
  /** Its name without `.wast`. */
  readonly name: string;
  readonly checks: readonly Check[];
  /** Steps that its transactions took. */
  readonly steps: number;
  /** Steps that were executed on chain. */
  readonly proven: number;
  readonly disagreements: readonly Disagreement[];
  readonly seconds: number;
}

/** On-chain execution: which steps, and where. */
export interface OnChain {
  readonly selection: Selection;
  readonly judge: StepJudge;
}

/** How far a file is. */
export interface FileProgress {
  readonly checks: number;
  readonly steps: number;
  readonly proven: number;
}

/** Assembles and judges the modules of a file, and plans how it is played. */
export function planFile(name: string, commands: readonly WastCommand[]): Promise<Plan> {
  return planScript(commands, (module) => judge(module, TRIMMED_SCRIPTS.has(name)));
}

/** Plays a file. `onProgress` hears of it after each check and each call of the chain. */
export async function playFile(
  name: string,
  plan: Plan,
  onChain?: OnChain,
  onProgress?: (progress: FileProgress) => void,
): Promise<FileResult> {
  const start = performance.now();
  const fast = new FastRunner();
  const checks: Check[] = [];
  const report = (): void => {
    onProgress?.({ checks: checks.length, steps: fast.steps, proven: chain?.proven ?? 0 });
  };
  const chain = onChain && new StepChain(onChain.judge, report);
  const runner = onChain && chain ? new ProvingRunner(fast, onChain.selection, chain) : fast;
  const player = new ScriptPlayer(plan, await SPECTEST, runner);
  for await (const check of player.play()) {
    checks.push(check);
    report();
  }
  await chain?.settle();
  const { proven, disagreements } = chain ?? { proven: 0, disagreements: [] };
  return { name, checks, steps: fast.steps, proven, disagreements, seconds: (performance.now() - start) / 1000 };
}
