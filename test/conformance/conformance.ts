/** Plays files of the suite, one after the other. */
import { UserError } from "../../agents/cli/failure.ts";
import { isPlayable, type Plan } from "./grouping.ts";
import { planFile, playFile, type FileResult, type OnChain } from "./play-file.ts";
import { readScript } from "./suite.ts";
import { summarize, type Summary } from "./summary.ts";
import { WastError } from "./wast.ts";

/** How far a run is. */
export interface RunProgress {
  readonly file: string;
  readonly checks: number;
  readonly steps: number;
  readonly proven: number;
  /** Between 0 and 1. */
  readonly share: number;
}

/** What a run does. */
export interface RunOptions {
  /** Names as `scripts` gives them, or paths of files. */
  readonly files: readonly string[];
  readonly onChain?: OnChain;
  readonly onProgress?: (progress: RunProgress) => void;
}

/** Plays files. @throws UserError for a file that is no script */
export async function runConformance({ files, onChain, onProgress }: RunOptions): Promise<Summary> {
  const start = performance.now();
  const scripts: Script[] = [];
  for (const file of files) {
    const name = nameOf(file);
    try {
      scripts.push({ name, plan: await planFile(name, readScript(file)) });
    } catch (error) {
      if (error instanceof WastError) throw new UserError(`${name}.wast is no script: ${error.message}`);
      throw error;
    }
  }
  const byStep = onChain?.selection === "all";
  const weights = byStep ? await countSteps(scripts) : scripts.map(({ plan }) => transactionsOf(plan));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const results: FileResult[] = [];
  let [checks, steps, proven, done] = [0, 0, 0, 0];
  for (const [i, { name, plan }] of scripts.entries()) {
    const weight = weights[i] ?? 0;
    const result = await playFile(name, plan, onChain, (now) => {
      const inFile = byStep ? now.proven : (weight * now.checks) / plan.plays.length;
      onProgress?.({
        file: name,
        checks: checks + now.checks,
        steps: steps + now.steps,
        proven: proven + now.proven,
        share: (done + inFile) / Math.max(1, total),
      });
    });
    results.push(result);
    checks += result.checks.length;
    steps += result.steps;
    proven += result.proven;
    done += weight;
  }
  return summarize(results, (performance.now() - start) / 1000);
}

interface Script {
  readonly name: string;
  readonly plan: Plan;
}

const nameOf = (file: string): string => /([^/\\]*)\.wast$/.exec(file)?.[1] ?? file;

/** Commands of a script that run something. */
function transactionsOf({ plays }: Plan): number {
  return plays.filter((play) => "unit" in play && play.unit !== undefined && isPlayable(play.unit)).length;
}

/** Steps that each script takes. */
async function countSteps(scripts: readonly Script[]): Promise<number[]> {
  const counts: number[] = [];
  for (const { name, plan } of scripts) counts.push((await playFile(name, plan)).steps);
  return counts;
}
