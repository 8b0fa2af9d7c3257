/**
 * `npm test [-- OPTIONS] [-- FILES…]`: every check of the project, as many side by side as the
 * machine has cores up to four, and at the end what was skipped, what failed, and a last line with
 * the figures. Each static check counts as one test. Every step runs even if one before it failed,
 * unless the build does. With FILES (or folders) only the tests in them run. A test that is skipped
 * fails the run, unless its title says why in the form `(skipped: reason)`.
 */
import { existsSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { Command, Option } from "commander";
import pc from "picocolors";
import { runSteps, type Step } from "./testing/lanes.ts";
import { failed, type Outcome, total } from "./testing/outcome.ts";
import { allSteps, BUILDS, misplacedTests, stepsOf, testsIn, type Thoroughness } from "./testing/steps.ts";

const ROOT = dirname(import.meta.dirname);

/** Above this, steps wait for the longest of them. */
const MOST_LANES = 4;

interface Options extends Thoroughness {
  readonly lanes: number;
}

/** The named files, and the tests in named folders, relative to the project's folder. */
function testFiles(names: readonly string[], command: Command): string[] {
  return names.flatMap((name) => {
    const path = relative(ROOT, resolve(process.env["INIT_CWD"] ?? ROOT, name));
    if (!existsSync(join(ROOT, path))) command.error(`There is no file or folder ${name}.`);
    return statSync(join(ROOT, path)).isDirectory() ? testsIn(path) : [path];
  });
}

async function main(names: string[], { lanes, ...how }: Options, command: Command): Promise<void> {
  const write = (text: string): void => void process.stdout.write(text);
  // For the check of the sizes, which runs in this process.
  if (how.updateSnapshots) process.env["UPDATE_SNAPSHOTS"] = "1";
  const files = testFiles(names, command);
  const run = (steps: readonly Step[], most = lanes): Promise<Outcome[]> => runSteps(steps, most, write);
  const misplaced = misplacedTests().map((file) =>
    failed(`${file} never runs: Solidity tests belong under test/contracts/.`),
  );
  const built = names.length > 0 ? [] : await run(BUILDS);
  const broken = built.some(({ failures }) => failures.length > 0);
  // Tests by name build what they need, and two builds at a time break each other.
  const tests = (): Promise<Outcome[]> => (names.length > 0 ? run(stepsOf(files, how), 1) : run(allSteps(how)));
  const rest = broken ? [] : await tests();
  const { passed, failures, skipped } = total([...misplaced, ...built, ...rest]);
  for (const title of skipped) console.log(`Skipped: ${title}`);
  for (const failure of failures) console.log(pc.red(`Failed: ${failure}`));
  console.log(`\n${passed} passed, ${failures.length} failed`);
  process.exitCode = failures.length === 0 && passed > 0 ? 0 : 1;
}

// So that the programs that were started are stopped too.
process.once("SIGINT", () => process.exit(130));
process.once("SIGTERM", () => process.exit(143));

await new Command("npm test --")
  .description("Runs every check and test of the project, or the tests in the files or folders that are named.")
  .argument("[files...]", "test files or folders; only they run")
  .option("--update-snapshots", "write the measured gas and sizes to snapshots/ instead of comparing them")
  .addOption(new Option("--profile <name>", "how long fuzz tests run").choices(["default", "ci"]).default("default"))
  .addOption(
    new Option("--conformance <steps>", "play the official WebAssembly test suite with so many of its steps on chain")
      .choices(["none", "sample", "all"])
      .default("none"),
  )
  .option("--grep <pattern>", "only tests with a matching title")
  .addOption(
    new Option("--lanes <count>", "how many steps run side by side")
      .argParser(Number)
      .default(Math.min(availableParallelism(), MOST_LANES)),
  )
  .action(main)
  .parseAsync();
