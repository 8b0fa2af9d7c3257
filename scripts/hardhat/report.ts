import { writeFileSync } from "node:fs";

/** The outcome of one run of a program that tests. */
export interface TestReport {
  passed: number;
  /** What failed: a test's full title and the first line of why. */
  failures: string[];
  /** Full titles of the tests that were left out. */
  skipped: string[];
}

/**
 * Writes the report to the file that the environment variable TEST_REPORT names; false if it names
 * none.
 */
export function writeReport(report: TestReport): boolean {
  const file = process.env["TEST_REPORT"];
  if (file !== undefined) writeFileSync(file, JSON.stringify(report));
  return file !== undefined;
}

/** A failed test in one line. */
export function failureLine(title: string, problem: string | undefined): string {
  const first = problem?.split("\n").find((line) => line.trim() !== "");
  return first === undefined ? title : `${title}: ${first.trim()}`;
}
