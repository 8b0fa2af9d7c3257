/** What `run` does: executes a function off chain. */
import { bytesToHex } from "viem";
import { formatFloat } from "../../../verifier/program/float-text.ts";
import type { LimitedMemory } from "../../../verifier/program/memory-limits.ts";
import { decodeTypedOutput } from "../../../verifier/program/transactions.ts";
import { stateRoot } from "../../../verifier/state/state.ts";
import { endingOf, type FragmentRun, runFragment } from "../../../verifier/program/fragment.ts";
import { decodeCommandResult } from "../../../verifier/program/wasi/command.ts";
import { stateAtTrap } from "../../../verifier/program/trap-site.ts";
import { backtraceLines, traceBack, type TrapReport } from "../backtrace/backtrace.ts";
import { buildingOf } from "../building.ts";
import { type EngineFigures, engineLines } from "../engine.ts";
import { unitOf, type UnitOptions } from "../fragment.ts";
import { tellFragment } from "../fragment-report.ts";
import { stderr, stdout } from "../channels.ts";
import { ExitCode } from "../failure.ts";
import { Printable, text } from "../printable.ts";
import { tellRefusedGrowth } from "../memory-limit.ts";
import type { Prepared } from "../prepare.ts";
import { GUEST } from "../program-file.ts";
import { reportProgress } from "../progress.ts";
import { saveState } from "../state-file.ts";

/** Options of `arbiter run` as commander gives them. */
export interface RunOptions extends UnitOptions {
  readonly save?: string;
}

/** Does what the command says, and gives the exit code. */
export async function run(module: string, args: readonly string[], options: RunOptions): Promise<number> {
  const unit = await unitOf(module, args, options);
  const { program, called } = unit;
  const progress = reportProgress();
  const { executor, report: figures, refusedGrowth } = unit.engine;
  const fragment = runFragment(unit.before, unit.input, {
    ...{ budget: unit.budget, executor },
    onSteps: (done) => progress.update("steps", done),
  });
  const { initial, final, steps } = fragment;
  progress.clear();
  if (options.save !== undefined) saveState(options.save, final);
  const engine = figures();
  if (called === undefined) {
    const code = tellFragment(unit, fragment, options.json === true, engine);
    if (options.json !== true) tellRefusedGrowth(refusedGrowth());
    return code;
  }
  const prepared = { program, called };
  const { trap } = endingOf(final);
  const site = trap === null ? undefined : stateAtTrap(executor, initial, steps);
  const backtrace = site && (await traceBack(program, site, filesOf(module, options)));
  const finished = { fragment, engine, backtrace, refused: refusedGrowth() };
  const isJson = options.json === true;
  const code =
    program.convention === "command" ? tellCommand(prepared, finished, isJson) : tellCall(prepared, finished, isJson);
  if (!isJson) tellRefusedGrowth(finished.refused);
  return code;
}

/** The files of a program's modules, by the names under which they are linked. */
function filesOf(module: string, options: RunOptions): Map<string, string> {
  const { links = [] } = buildingOf(options);
  return new Map([...links.map(({ name, path }) => [name, path] as const), [GUEST, module]]);
}

/** What was called in which program. */
type Called = Pick<Prepared, "program" | "called">;

/** Prints what a function gave, and gives the command's exit code. */
function tellCall(prepared: Called, finished: Finished, isJson: boolean): number {
  const { fragment, engine, backtrace, refused } = finished;
  const { final, steps } = fragment;
  const { status, trap, output } = endingOf(final);
  const results = status === "returned" ? resultsOf(prepared, output) : [];
  const report = {
    status,
    trap,
    ...(backtrace === undefined ? {} : { backtrace }),
    results,
    steps: steps.toString(),
    stateRoot: bytesToHex(stateRoot(final)),
    programRoot: bytesToHex(prepared.program.root),
    ...(engine === undefined ? {} : { engine }),
    ...(refused.length === 0 ? {} : { refusedGrowth: refused }),
  };
  if (isJson) stdout.json(report);
  else {
    stdout.line(text`${prepared.called}: ${trap === null ? status : `trapped: ${trap}`}`);
    for (const line of linesOf(backtrace)) stdout.line(line);
    for (const result of results) stdout.line(text`  result ${Printable.whole(describeResult(result))}`);
    stdout.line(text`  steps ${report.steps}\n  state root ${report.stateRoot}\n  program root ${report.programRoot}`);
    for (const line of engineLines(engine)) stdout.line(line);
  }
  return status === "returned" ? ExitCode.success : ExitCode.failure;
}

/** A run that is over. */
interface Finished {
  readonly fragment: FragmentRun;
  readonly engine: EngineFigures | undefined;
  readonly backtrace: TrapReport | undefined;
  readonly refused: readonly LimitedMemory[];
}

const linesOf = (backtrace: TrapReport | undefined): Printable[] =>
  backtrace === undefined ? [] : backtraceLines(backtrace);

/** Prints what a program with `_start` wrote, and gives its exit code. */
function tellCommand({ program }: Called, finished: Finished, isJson: boolean): number {
  const { fragment, engine, backtrace, refused } = finished;
  const { final, steps, results } = fragment;
  const [result] = results;
  const { status, trap } = endingOf(final);
  const written = result === undefined ? undefined : decodeCommandResult(result);
  const [output, errors] = [written?.stdout ?? new Uint8Array(), written?.stderr ?? new Uint8Array()];
  const exitCode = written?.exitCode;
  if (isJson) {
    const report = {
      status,
      exitCode: exitCode ?? null,
      trap,
      ...(backtrace === undefined ? {} : { backtrace }),
      stdout: textOf(output) ?? bytesToHex(output),
      stderr: textOf(errors) ?? bytesToHex(errors),
      steps: steps.toString(),
      stateRoot: bytesToHex(stateRoot(final)),
      programRoot: bytesToHex(program.root),
      ...(engine === undefined ? {} : { engine }),
      ...(refused.length === 0 ? {} : { refusedGrowth: refused }),
    };
    stdout.json(report);
    return exitCode === undefined ? ExitCode.failure : ExitCode.success;
  }
  stdout.program(output);
  stderr.program(errors);
  if (exitCode === undefined) {
    stderr.line(trap === null ? text`${status}` : text`trapped: ${trap}`);
    for (const line of linesOf(backtrace)) stderr.line(line);
    return ExitCode.failure;
  }
  if (exitCode <= GREATEST_EXIT_CODE) return exitCode;
  stderr.line(text`exit code ${exitCode}, told to the shell as ${GREATEST_EXIT_CODE}`);
  return GREATEST_EXIT_CODE;
}

/** What an operating system keeps of an exit code: 256 would end as 0. */
const GREATEST_EXIT_CODE = 255;

/** A float as text that can be given as an argument, and its bits in hexadecimal. */
interface FloatResult {
  readonly value: string;
  readonly bits: string;
}

type RunResult = number | string | FloatResult;

/**
 * i32 as numbers, i64 as decimal strings; the payload convention's output as text if it is text,
 * else in hexadecimal.
 */
function resultsOf({ program, called }: Called, output: Uint8Array): RunResult[] {
  if (program.convention === "payload") return [textOf(output) ?? bytesToHex(output)];
  const types = program.exports.find(({ name }) => name === called)?.type.results ?? [];
  return decodeTypedOutput(output, types).map((value, i) => {
    const type = types[i];
    if (type === "i64") return value.toString();
    return type === "f32" || type === "f64" ? floatResult(value, type === "f32" ? 32 : 64) : Number(value);
  });
}

function floatResult(bits: bigint, width: 32 | 64): FloatResult {
  return { value: formatFloat(bits, width), bits: `0x${bits.toString(16).padStart(width / 4, "0")}` };
}

const describeResult = (result: RunResult): string =>
  typeof result === "object" ? `${result.value} (${result.bits})` : String(result);

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
