/** `run MODULE [ARGS…]`: executes a function off chain. */
import { bytesToHex } from "viem";
import type { Command } from "commander";
import { formatFloat } from "../../../verifier/program/float-text.ts";
import type { LimitedMemory } from "../../../verifier/program/memory-limits.ts";
import { decodeTypedOutput } from "../../../verifier/program/transactions.ts";
import { initialState } from "../../../verifier/state/program.ts";
import { stateRoot } from "../../../verifier/state/state.ts";
import { endingOf, type FragmentRun, OVERHEAD, runFragment } from "../../../verifier/program/fragment.ts";
import { decodeCommandResult } from "../../../verifier/program/wasi/command.ts";
import { stateAtTrap } from "../../../verifier/program/trap-site.ts";
import { backtraceLines, traceBack, type TrapReport } from "../backtrace/backtrace.ts";
import { type EngineFigures, engineLines, engineOf } from "../engine.ts";
import { Exit, guarded } from "../failure.ts";
import { tellRefusedGrowth } from "../memory-limit.ts";
import { type Invocation, type Prepared, prepare } from "../prepare.ts";
import { GUEST } from "../program-file.ts";
import { reportProgress } from "../progress.ts";
import { invocationOf, type InvocationOptions, withInvocation } from "./invocation.ts";

/** Adds the command. */
export function addRun(program: Command): void {
  withInvocation(program.command("run"))
    .description("execute a function, or a program with _start, off chain: result, steps, state root")
    .addHelpText(
      "after",
      "\nA program's output is printed as it is, and its exit code is that of this command; --json tells the steps and roots." +
        "\n\nExamples: arbiter run fib.wasm --export fib 20\n" +
        "          arbiter run sort.wasm --stdin names.txt --file rules.txt --env LANG=C -- --reverse",
    )
    .action((module: string, args: string[], options: InvocationOptions) => guarded(() => run(module, args, options)));
}

async function run(module: string, args: readonly string[], options: InvocationOptions): Promise<number> {
  const invocation = invocationOf(module, args, options);
  const prepared = prepare(invocation);
  const progress = reportProgress();
  const { executor, report: figures, refusedGrowth } = engineOf(options.engine, prepared.program);
  const fragment = runFragment(initialState(prepared.program.image), prepared.input, {
    ...{ budget: invocation.fuel + OVERHEAD, executor },
    onSteps: (done) => progress.update("steps", done),
  });
  const { initial, final, steps } = fragment;
  progress.clear();
  const engine = figures();
  const { trap } = endingOf(final);
  const site = trap === null ? undefined : stateAtTrap(executor, initial, steps);
  const backtrace = site && (await traceBack(prepared.program, site, filesOf(module, invocation)));
  const finished = { fragment, engine, backtrace, refused: refusedGrowth() };
  const isJson = options.json === true;
  const code =
    prepared.program.convention === "command"
      ? tellCommand(prepared, finished, isJson)
      : tellCall(prepared, finished, isJson);
  if (!isJson) tellRefusedGrowth(finished.refused);
  return code;
}

/** The files of a program's modules, by the names under which they are linked. */
function filesOf(module: string, { building }: Invocation): Map<string, string> {
  return new Map([...(building.links ?? []).map(({ name, path }) => [name, path] as const), [GUEST, module]]);
}

/** Prints what a function gave, and gives the command's exit code. */
function tellCall(prepared: Prepared, finished: Finished, isJson: boolean): number {
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
  if (isJson) console.log(JSON.stringify(report));
  else {
    console.log(`${prepared.called}: ${trap === null ? status : `trapped: ${trap}`}`);
    for (const line of linesOf(backtrace)) console.log(line);
    for (const result of results) console.log(`  result ${describeResult(result)}`);
    console.log(`  steps ${report.steps}\n  state root ${report.stateRoot}\n  program root ${report.programRoot}`);
    for (const line of engineLines(engine)) console.log(line);
  }
  return status === "returned" ? Exit.success : Exit.failure;
}

/** A run that is over. */
interface Finished {
  readonly fragment: FragmentRun;
  readonly engine: EngineFigures | undefined;
  readonly backtrace: TrapReport | undefined;
  readonly refused: readonly LimitedMemory[];
}

const linesOf = (backtrace: TrapReport | undefined): string[] =>
  backtrace === undefined ? [] : backtraceLines(backtrace);

/** Prints what a program with `_start` wrote, and gives its exit code. */
function tellCommand({ program }: Prepared, finished: Finished, isJson: boolean): number {
  const { fragment, engine, backtrace, refused } = finished;
  const { final, steps, results } = fragment;
  const [result] = results;
  const { status, trap } = endingOf(final);
  const { exitCode, stdout, stderr } =
    result === undefined
      ? { exitCode: undefined, stdout: new Uint8Array(), stderr: new Uint8Array() }
      : decodeCommandResult(result);
  if (isJson) {
    const report = {
      status,
      exitCode: exitCode ?? null,
      trap,
      ...(backtrace === undefined ? {} : { backtrace }),
      stdout: text(stdout) ?? bytesToHex(stdout),
      stderr: text(stderr) ?? bytesToHex(stderr),
      steps: steps.toString(),
      stateRoot: bytesToHex(stateRoot(final)),
      programRoot: bytesToHex(program.root),
      ...(engine === undefined ? {} : { engine }),
      ...(refused.length === 0 ? {} : { refusedGrowth: refused }),
    };
    console.log(JSON.stringify(report));
    return exitCode === undefined ? Exit.failure : Exit.success;
  }
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  if (exitCode === undefined) {
    for (const line of [trap === null ? status : `trapped: ${trap}`, ...linesOf(backtrace)])
      process.stderr.write(`${line}\n`);
  }
  // What an operating system keeps of an exit code.
  return exitCode === undefined ? Exit.failure : exitCode & 0xff;
}

/** A float as text that can be given as an argument, and its bits in hexadecimal. */
interface FloatResult {
  readonly value: string;
  readonly bits: string;
}

type RunResult = number | string | FloatResult;

/** i32 as numbers, i64 as decimal strings; the payload convention's output as text if it is text, else in hexadecimal. */
function resultsOf({ program, called }: Prepared, output: Uint8Array): RunResult[] {
  if (program.convention === "payload") return [text(output) ?? bytesToHex(output)];
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

function text(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
