import { globSync } from "node:fs";
import type { TaskOverrideActionFunction } from "hardhat/types/tasks";
import Mocha from "mocha";
import { useNode } from "../../verifier/node/use-node.ts";
import { reaches } from "./imports.ts";
import { failureLine, type TestReport, writeReport } from "./report.ts";

const { EVENT_RUN_END, EVENT_TEST_FAIL, EVENT_TEST_PASS, EVENT_TEST_PENDING } = Mocha.Runner.constants;

/** Mocha's usual output, and the figures for the report. */
class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const report: TestReport = { passed: 0, failures: [], skipped: [] };
    runner.on(EVENT_TEST_PASS, () => (report.passed += 1));
    runner.on(EVENT_TEST_FAIL, (test: Mocha.Runnable, error?: Error) => {
      report.failures.push(failureLine(test.fullTitle(), error?.message));
    });
    runner.on(EVENT_TEST_PENDING, (test) => report.skipped.push(test.fullTitle()));
    runner.once(EVENT_RUN_END, () => {
      writeReport(report);
    });
  }
}

/** Hardhat itself, which tests deploy with, and what reads its artifacts. */
const NEEDS_ARTIFACTS = /^hardhat$|\/(generate-abis|sizes)\.ts$/;

/**
 * `hardhat test mocha`, with what Node has for the verifier: without file names the original takes
 * every TypeScript file under test/, helpers and guests too. The contracts are built, where they
 * are not yet, if one of the files needs them.
 */
const action: TaskOverrideActionFunction = async (args, hre, runSuper) => {
  useNode();
  hre.config.test.mocha.reporter = CountingReporter;
  const named = args["testFiles"] as string[];
  const testFiles = named.length > 0 ? named : globSync(`${hre.config.paths.tests.mocha}/**/*.test.ts`).sort();
  const seen = new Set<string>();
  if (testFiles.some((file) => reaches(file, (specifier) => NEEDS_ARTIFACTS.test(specifier), "any", seen))) {
    await hre.tasks.getTask("built").run();
  }
  if (testFiles.length > 0) return (await runSuper({ ...args, testFiles })) as unknown;
  writeReport({ passed: 0, failures: [], skipped: [] });
  return undefined;
};

export default action;
