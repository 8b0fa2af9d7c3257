import { writeFileSync } from "node:fs";

/** The outcome of one run of one test runner. */
export interface TestReport {
  passed: number;
  failed: number;
  /** Full titles of the tests that were left out. */
  skipped: string[];
}

/** Writes the report to the file that the environment variable TEST_REPORT names, if it names one. */
export function writeReport(report: TestReport): void {
  const file = process.env["TEST_REPORT"];
  if (file !== undefined) writeFileSync(file, JSON.stringify(report));
}
