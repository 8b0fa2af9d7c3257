/**
 * Figures of a run of the conformance command, as it prints them and as `--json` gives them. Pure.
 */
import { machineMnemonic } from "../../verifier/program/map.ts";
import { hexlify } from "ethers";
import type { TestReport } from "../../scripts/hardhat/report.ts";
import type { FileResult } from "./play-file.ts";
import type { Check, CheckKind } from "./script-player.ts";

/** How many of something passed, failed, and are out of scope. */
export interface Count {
  passed: number;
  failed: number;
  outOfScope: number;
}

/** A row of the table. */
export interface FileSummary {
  readonly file: string;
  /** Modules that have to be instantiated or to be valid, and commands that assert nothing. */
  readonly modules: Count;
  readonly assertions: Count;
  /** As in {@link Summary}. */
  readonly byAssembler: number;
  readonly steps: number;
  readonly proven: number;
  readonly disagreements: number;
  readonly seconds: number;
}

/** A check with its file. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly kind: CheckKind;
  readonly reason?: string;
  readonly detail: string;
}

/** All that a run found. */
export interface Summary {
  readonly files: readonly FileSummary[];
  readonly modules: Count;
  readonly assertions: Count;
  readonly kinds: Readonly<Partial<Record<CheckKind, Count>>>;
  /**
   * Assertions that the assembler of the text format decided alone: malformed text. They are among
   * the passed ones.
   */
  readonly byAssembler: number;
  /** Checks that are out of scope, by reason. */
  readonly reasons: Readonly<Record<string, { readonly modules: number; readonly assertions: number }>>;
  /** Every module that is out of scope. */
  readonly outOfScope: readonly Place[];
  readonly failures: readonly Place[];
  readonly disagreements: readonly DisagreementPlace[];
  readonly steps: number;
  readonly proven: number;
  readonly seconds: number;
  /** Whether everything holds. */
  readonly passed: boolean;
}

/** Where chain and reference, or interpreter and reference, disagree. */
export interface DisagreementPlace {
  readonly file: string;
  readonly line: number;
  /** Position among the steps of the transaction. */
  readonly step?: number;
  readonly instruction?: string;
  readonly expected?: string;
  readonly answer: string;
  readonly witness?: string;
}

/** Summarizes the results of files. */
export function summarize(results: readonly FileResult[], seconds: number): Summary {
  const checks = results.flatMap((result) => result.checks.map((check) => ({ file: result.name, check })));
  const kinds: Partial<Record<CheckKind, Count>> = {};
  const reasons: Record<string, { modules: number; assertions: number }> = {};
  for (const { check } of checks) {
    add((kinds[check.kind] ??= zero()), check);
    if (check.verdict !== "outside") continue;
    const reason = (reasons[check.reason ?? "unknown"] ??= { modules: 0, assertions: 0 });
    if (isAssertion(check)) reason.assertions++;
    else reason.modules++;
  }
  const placesOf = (chosen: (check: Check) => boolean): Place[] =>
    checks
      .filter(({ check }) => chosen(check))
      .map(({ file, check: { line, kind, reason, detail = "" } }) => ({
        file,
        line,
        kind,
        ...(reason === undefined ? {} : { reason }),
        detail,
      }));
  const failures = placesOf(({ verdict }) => verdict === "failed");
  const disagreements = results.flatMap(disagreementsOf);
  return {
    files: results.map(fileSummary),
    modules: countOf(checks.map(({ check }) => check).filter((check) => !isAssertion(check))),
    assertions: countOf(checks.map(({ check }) => check).filter(isAssertion)),
    kinds,
    byAssembler: checks.filter(({ check }) => check.byAssembler === true).length,
    reasons,
    outOfScope: placesOf((check) => check.verdict === "outside" && hasModule(check.kind)),
    failures,
    disagreements,
    steps: sum(results.map(({ steps }) => steps)),
    proven: sum(results.map(({ proven }) => proven)),
    seconds,
    passed: failures.length === 0 && disagreements.length === 0 && checks.length > 0,
  };
}

/**
 * A file with something to decide counts as one test, which passes if nothing in it is otherwise
 * than it should be.
 */
export function testReport({ files }: Summary): TestReport {
  const played = files.filter(isPlayed);
  const failed = files.filter((file) => file.assertions.failed + file.modules.failed + file.disagreements > 0);
  const failures = failed.map(({ file }) => `the official suite's ${file}`);
  return { passed: played.length - failed.length, failures, skipped: [] };
}

/**
 * Whether the project had something to decide in a file: not if all is out of scope, or refused by
 * the assembler.
 */
export function isPlayed({ modules, assertions, byAssembler }: FileSummary): boolean {
  return modules.passed + modules.failed + assertions.passed + assertions.failed > byAssembler;
}

/** Whether a check is one of the suite's assertions. */
function isAssertion({ kind }: Check): boolean {
  return kind.startsWith("assert_");
}

/** Whether a command gives a module of its own, which can be out of scope by itself. */
function hasModule(kind: CheckKind): boolean {
  return !["action", "assert_return", "assert_trap", "assert_exhaustion", "assert_exception"].includes(kind);
}

function fileSummary({ name, checks, steps, proven, disagreements, seconds }: FileResult): FileSummary {
  return {
    file: name,
    modules: countOf(checks.filter((check) => !isAssertion(check))),
    assertions: countOf(checks.filter(isAssertion)),
    byAssembler: checks.filter(({ byAssembler }) => byAssembler === true).length,
    steps,
    proven,
    disagreements: disagreements.length,
    seconds,
  };
}

function disagreementsOf({ name, disagreements }: FileResult): DisagreementPlace[] {
  return disagreements.map(({ line, step, answer }) => ({
    file: name,
    line,
    answer,
    ...(step === undefined
      ? {}
      : {
          step: step.step,
          instruction: machineMnemonic(step.op),
          expected: hexlify(step.next),
          witness: hexlify(step.witness),
        }),
  }));
}

const zero = (): Count => ({ passed: 0, failed: 0, outOfScope: 0 });

function add(count: Count, { verdict }: Check): void {
  count[verdict === "outside" ? "outOfScope" : verdict]++;
}

function countOf(checks: readonly Check[]): Count {
  const count = zero();
  for (const check of checks) add(count, check);
  return count;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);
