/** `run MODULE [ARGS…]`: executes a function off chain. */
import { bytesToHex } from "viem";
import type { Command } from "commander";
import { formatFloat } from "../../../verifier/program/float-text.ts";
import { decodeTypedOutput } from "../../../verifier/program/transactions.ts";
import { stateRoot } from "../../../verifier/state/state.ts";
import { interpreterExecutor as executor } from "../../../verifier/interpreter/execute.ts";
import { begin, endingOf, OVERHEAD, runToEnd } from "../../scenario/execution.ts";
import { Exit, guarded } from "../failure.ts";
import { type Prepared, prepare } from "../program-file.ts";
import { progressOn } from "../progress.ts";
import { invocationOf, type InvocationOptions, withInvocation } from "./invocation.ts";

/** Adds the command. */
export function addRun(program: Command): void {
  withInvocation(program.command("run"))
    .description("execute a function off chain: result, steps, state root")
    .addHelpText("after", "\nExample: arbiter run fib.wasm --export fib 20")
    .action((module: string, args: string[], options: InvocationOptions) => guarded(() => run(module, args, options)));
}

function run(module: string, args: readonly string[], options: InvocationOptions): number {
  const invocation = invocationOf(module, args, options);
  const prepared = prepare(invocation);
  const progress = progressOn(process.stderr);
  const initial = begin(prepared.program, prepared.input, invocation.fuel + OVERHEAD);
  const { final, steps } = runToEnd(executor, initial, (done) => progress.update("steps", done));
  progress.clear();
  const { status, trap, output } = endingOf(final);
  const results = status === "returned" ? resultsOf(prepared, output) : [];
  const report = {
    status,
    trap,
    results,
    steps: steps.toString(),
    stateRoot: bytesToHex(stateRoot(final)),
    programRoot: bytesToHex(prepared.program.root),
  };
  if (options.json) console.log(JSON.stringify(report));
  else {
    console.log(`${prepared.called}: ${trap === null ? status : `trapped: ${trap}`}`);
    for (const result of results) console.log(`  result ${describeResult(result)}`);
    console.log(`  steps ${report.steps}\n  state root ${report.stateRoot}\n  program root ${report.programRoot}`);
  }
  return status === "returned" ? Exit.success : Exit.failure;
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
