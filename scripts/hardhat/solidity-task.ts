import type { TaskOverrideActionFunction } from "hardhat/types/tasks";
import { failureLine, writeReport } from "./report.ts";

/**
 * The part of the result of Hardhat's task that the report needs; Hardhat exports no type for it.
 */
interface SolidityRun {
  suiteResults: {
    id: { name: string };
    testResults: { name: string; status: "Success" | "Failure" | "Skipped"; reason?: string }[];
  }[];
}

/**
 * `hardhat test solidity`, with a report. A skipped test's title carries the reason given to
 * `vm.skip`.
 */
const action: TaskOverrideActionFunction = async (args, _hre, runSuper) => {
  const result = (await runSuper(args)) as
    { success: true; value: SolidityRun } | { success: false; error: SolidityRun };
  const { suiteResults } = result.success ? result.value : result.error;
  const tests = suiteResults.flatMap(({ id, testResults }) => testResults.map((test) => ({ suite: id.name, test })));
  writeReport({
    passed: tests.filter(({ test }) => test.status === "Success").length,
    failures: tests
      .filter(({ test }) => test.status === "Failure")
      .map(({ suite, test }) => failureLine(`${suite} ${test.name}`, test.reason)),
    skipped: tests
      .filter(({ test }) => test.status === "Skipped")
      .map(({ suite, test }) => `${suite} ${test.name}${test.reason ? ` (skipped: ${test.reason})` : ""}`),
  });
  return result;
};

export default action;
