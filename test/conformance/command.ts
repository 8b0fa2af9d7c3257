/** The conformance command: its options, and what it prints. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { Command, Option } from "commander";
import { ExitCode, guarded, UserError } from "../../agents/cli/failure.ts";
import { runConformance } from "./conformance.ts";
import { describeSummary } from "./print.ts";
import { ProgressLine } from "./progress.ts";
import type { Selection } from "./proving-runner.ts";
import type { StepJudge } from "./step-chain.ts";
import { MISSING, scripts, SUITE } from "./location.ts";
import { testReport } from "./summary.ts";
import { writeReport } from "../../scripts/hardhat/report.ts";

/** Options of the command. */
export interface ConformanceOptions {
  readonly onchain: "none" | Selection;
  readonly json?: true;
  readonly verbose?: true;
}

/** @param connect - deploys a verifier on an embedded chain */
export function conformanceCommand(connect: () => Promise<StepJudge>): Command {
  return new Command("conformance")
    .description(
      "Plays the scripts of the official WebAssembly test suite, and executes their steps on an embedded chain.",
    )
    .argument("[files...]", "scripts of the suite (br, br.wast), or paths of .wast files; by default the whole suite")
    .addOption(
      new Option(
        "--onchain <steps>",
        "which steps the chain executes too: for each assertion one of each opcode and outcome, or all",
      )
        .choices(["none", "sample", "all"])
        .default("none"),
    )
    .option("--json", "print one JSON object")
    .option("--verbose", "list every module that is out of scope, every failure and every disagreement")
    .exitOverride()
    .showHelpAfterError("(--help tells more)")
    .addHelpText(
      "after",
      "\nThe suite is looked for in ../shared/wasm-testsuite; WASM_TESTSUITE names another folder.\n" +
        "Exit code 1: an assertion failed, or the chain or the interpreter disagrees with the reference.",
    )
    .action((files: string[], options: ConformanceOptions) =>
      guarded(async () => {
        const { output, exitCode } = await conformance(files, options, connect);
        console.log(output);
        return exitCode;
      }),
    );
}

/**
 * Plays scripts.
 * @param files - as the command takes them
 * @throws UserError for a file that is not there
 */
export async function conformance(
  files: readonly string[],
  options: ConformanceOptions,
  connect: () => Promise<StepJudge>,
): Promise<{ readonly output: string; readonly exitCode: number }> {
  const named = files.map(locate);
  if (named.length === 0 && MISSING !== undefined) {
    const skipped = [`the official test suite ${MISSING}`];
    if (writeReport({ passed: 0, failures: [], skipped })) return { output: missing(), exitCode: ExitCode.success };
    throw new UserError(missing());
  }
  const progress = options.json ? undefined : new ProgressLine(process.stderr);
  const { onchain } = options;
  const summary = await runConformance({
    files: named.length === 0 ? scripts() : named,
    ...(onchain === "none" ? {} : { onChain: { selection: onchain, judge: await connect() } }),
    onProgress: (now) => progress?.update(now),
  });
  progress?.clear();
  writeReport(testReport(summary));
  return {
    output: options.json
      ? JSON.stringify({ onchain, ...summary })
      : describeSummary(summary, { verbose: options.verbose === true }),
    exitCode: summary.passed ? ExitCode.success : ExitCode.failure,
  };
}

/** The script that an argument means. */
function locate(argument: string): string {
  const name = argument.replace(/\.wast$/, "");
  if (scripts().includes(name)) return name;
  const path = resolve(process.env["INIT_CWD"] ?? ".", argument);
  if (argument.endsWith(".wast") && existsSync(path)) return path;
  if (MISSING !== undefined) throw new UserError(missing());
  throw new UserError(`there is no script ${argument}: neither in ${SUITE} nor as a .wast file`);
}

const missing = (): string =>
  `the official test suite is not in ${SUITE}: name the folder of its .wast files with WASM_TESTSUITE`;
