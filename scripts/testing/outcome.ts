/** What a step of `npm test` comes to. */

/** The tests of one step, or of all. */
export interface Outcome {
  readonly passed: number;
  /** What failed, a line each. */
  readonly failures: readonly string[];
  /** Titles of skipped tests that say why they are. */
  readonly skipped: readonly string[];
}

/** One check that passed. */
export const PASSED: Outcome = { passed: 1, failures: [], skipped: [] };

/** One check that failed, and what a reader of the last lines is told. */
export function failed(what: string): Outcome {
  return { passed: 0, failures: [what], skipped: [] };
}

/** All outcomes as one. */
export function total(outcomes: readonly Outcome[]): Outcome {
  return {
    passed: outcomes.reduce((sum, { passed }) => sum + passed, 0),
    failures: outcomes.flatMap(({ failures }) => failures),
    skipped: outcomes.flatMap(({ skipped }) => skipped),
  };
}
