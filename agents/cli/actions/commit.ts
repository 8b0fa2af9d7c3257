/** What `commit` does: commits to the history of a run, as a player of the game does. */
import { bytesToHex } from "viem";
import { Trace } from "../../../verifier/history/trace.ts";
import { engineLines } from "../engine.ts";
import { ExitCode, UserError } from "../failure.ts";
import { stdout } from "../channels.ts";
import { text } from "../printable.ts";
import { heightsOf, requireRoom, storeOf } from "../levels.ts";
import { tellRefusedGrowth } from "../memory-limit.ts";
import { grouped } from "../narrator.ts";
import { parseNumber } from "../program-file.ts";
import { reportProgress, short } from "../progress.ts";
import { loadedState, unitOf, type UnitOptions } from "../fragment.ts";
import type { LevelOptions } from "../options/levels.ts";
import { lesser } from "../../../verifier/lesser.ts";

/** Options of `arbiter commit` as commander gives them. */
export interface CommitOptions extends UnitOptions, LevelOptions {
  readonly level: string;
  readonly at: string;
}

/** Does what the command says, and gives the exit code. */
export async function commit(module: string, args: readonly string[], options: CommitOptions): Promise<number> {
  const unit = await unitOf(module, args, options);
  const heights = heightsOf(options, unit.deal?.facts.params.heights);
  const level = Number(parseNumber(options.level, "--level", 0n));
  if (level >= heights.length) throw new UserError(`--level goes from 0 to ${heights.length - 1}, not ${level}`);
  requireRoom(unit.budget, heights);
  const initial = loadedState(unit);
  const { executor, report: figures, refusedGrowth } = unit.engine;
  const progress = reportProgress();
  const store = storeOf(options)?.(initial);
  const trace = new Trace(initial, heights, {
    executor,
    ...(store === undefined ? {} : { store }),
    onProgress: ({ done, total }) => progress.update(`commitment, level ${level}, steps`, done, total),
  });
  const start = parseNumber(options.at, "--at", 0n);
  const span = level === 0 ? trace.length : trace.stride(level - 1);
  if (start % span !== 0n || start >= trace.length)
    throw new UserError(`--at takes a multiple of ${span} below ${trace.length} at level ${level}, not ${start}`);

  trace.stateAt(start);
  const begun = performance.now();
  const commitment = await trace.commitment(level, start);
  const seconds = (performance.now() - begun) / 1000;
  progress.clear();
  const stride = trace.stride(level);
  // A history that halts inside has fewer steps than its last stride.
  const covered = BigInt(commitment.distinct) * stride;
  const end = trace.stateAt(start + covered).registers;
  const { fuel, reserve } = trace.stateAt(start).registers;
  const steps = lesser(covered, fuel + reserve - end.fuel - end.reserve);
  const engine = figures();
  const refused = refusedGrowth();
  const report = {
    commitment: bytesToHex(commitment.root),
    level,
    at: start.toString(),
    heights,
    stride: stride.toString(),
    roots: commitment.distinct,
    steps: steps.toString(),
    final: bytesToHex(commitment.final),
    seconds,
    stepsPerSecond: Number(steps) / seconds,
    rootsPerSecond: commitment.distinct / seconds,
    ...(engine === undefined ? {} : { engine }),
    ...(refused.length === 0 ? {} : { refusedGrowth: refused }),
  };
  if (options.json) stdout.json(report);
  else {
    stdout.line(text`commitment ${report.commitment}`);
    stdout.line(text`  level ${level} of heights ${heights.join(", ")}, from step ${grouped(start)}`);
    stdout.line(
      text`  ${grouped(steps)} steps, a root every ${grouped(stride)}: ${grouped(commitment.distinct)} different roots`,
    );
    stdout.line(text`  final state root ${report.final}`);
    stdout.line(
      text`  ${seconds.toFixed(2)} s: ${short(report.stepsPerSecond)} steps/s, ${short(report.rootsPerSecond)} roots/s`,
    );
    for (const line of engineLines(engine)) stdout.line(line);
    tellRefusedGrowth(refused);
  }
  return ExitCode.success;
}
