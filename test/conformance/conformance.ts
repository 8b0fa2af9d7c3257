/** Plays files of the suite, one after the other. */
import type { OnChain } from "./play-file.ts";
import { playFile, type FileResult } from "./play-file.ts";
import { readScript } from "./suite.ts";
import { summarize, type Summary } from "./summary.ts";
import type { WastCommand } from "./wast.ts";

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

/** Plays files. @throws WastError for a file that is no script */
export async function runConformance({ files, onChain, onProgress }: RunOptions): Promise<Summary> {
  const start = performance.now();
  const scripts = files.map((name) => ({ name: nameOf(name), commands: readScript(name) }));
  const weights = onChain?.selection === "all" ? await countSteps(scripts) : scripts.map((s) => s.commands.length);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const results: FileResult[] = [];
  let [checks, steps, proven, done] = [0, 0, 0, 0];
  for (const [i, { name, commands }] of scripts.entries()) {
    const weight = weights[i] ?? 0;
    const result = await playFile(name, commands, onChain, (now) => {
      const inFile = onChain?.selection === "all" ? now.steps : (weight * now.checks) / commands.length;
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

const nameOf = (file: string): string => /([^/\\]*)\.wast$/.exec(file)?.[1] ?? file;

interface Script {
  readonly name: string;
  readonly commands: readonly WastCommand[];
}

/** Steps that each script takes, for the time that remains. */
async function countSteps(scripts: readonly Script[]): Promise<number[]> {
  const counts: number[] = [];
  for (const { name, commands } of scripts) counts.push((await playFile(name, commands)).steps);
  return counts;
}
