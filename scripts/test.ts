/**
 * `npm test [-- OPTIONS] [-- FILES…]`: every check of the project, one after the other, and a last
 * line with the figures. Each static check counts as one test. Every step runs even if one before
 * it failed, unless the contracts do not build. With FILES (or folders) only the tests in them run.
 * A test that is skipped fails the run, unless its title says why in the form `(skipped: reason)`.
 */
import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { Command, Option } from "commander";
import pc from "picocolors";
import type { TestReport } from "./hardhat/report.ts";
import { CHECKS } from "./checks.ts";
import { contractSizes, LARGEST_CONTRACT } from "./sizes.ts";
import { checkSnapshot } from "./snapshot.ts";

interface Options {
  updateSnapshots?: true;
  profile: "default" | "ci";
  conformance: "none" | "sample" | "all";
  grep?: string;
}

interface Outcome {
  passed: number;
  failed: number;
  /** Titles of skipped tests that say why they are. */
  skipped: string[];
}

interface Step {
  name: string;
  run: () => Outcome;
}

const root = dirname(import.meta.dirname);
/** Compiles the programs that the tests run. */
const GUESTS = join(root, "examples", "build.ts");

/**
 * The official test suite; each file of it in which the project has something to decide counts as
 * one test.
 */
const CONFORMANCE = join(root, "test", "conformance", "main.ts");

const ok: Outcome = { passed: 1, failed: 0, skipped: [] };
const failure: Outcome = { passed: 0, failed: 1, skipped: [] };

/**
 * Runs a program of the project (bootstrap.mjs has put them in PATH) with its output shown; returns
 * whether it succeeded.
 */
function shows(program: string, args: string[], env: NodeJS.ProcessEnv = {}): boolean {
  const { error, status, signal } = spawnSync(program, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: "inherit",
  });
  if (error !== undefined) throw error;
  if (signal === "SIGINT" || signal === "SIGTERM") process.exit(signal === "SIGINT" ? 130 : 143);
  return status === 0;
}

/**
 * A program that tests and reports. A run that ends without a report, or fails without a failed
 * test, is a failure.
 */
function suite(runner: string, program: string, args: string[], env: NodeJS.ProcessEnv = {}): Outcome {
  const folder = mkdtempSync(join(tmpdir(), "arbiter-test-"));
  const file = join(folder, "report.json");
  try {
    const succeeded = shows(program, args, { ...env, TEST_REPORT: file });
    if (!existsSync(file)) {
      console.log(pc.red(`The ${runner} run ended before its tests did.`));
      return failure;
    }
    const report = JSON.parse(readFileSync(file, "utf8")) as TestReport;
    if (report.passed + report.failed + report.skipped.length === 0) {
      console.log(pc.red(`The ${runner} run found no test to run.`));
      return failure;
    }
    const unexplained = report.skipped.filter((title) => !/\(skipped: .+\)/.test(title));
    for (const title of unexplained) console.log(pc.red(`Skipped without a reason: ${title}`));
    const failed = report.failed + unexplained.length;
    return {
      passed: report.passed,
      failed: !succeeded && failed === 0 ? 1 : failed,
      skipped: report.skipped.filter((title) => !unexplained.includes(title)),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Sizes of the contracts: below the limit of the chain, and as committed. */
function sizes(): Outcome {
  try {
    const measured = contractSizes(join(root, "artifacts", "contracts"));
    const tooLarge = Object.entries(measured).filter(([, size]) => size > LARGEST_CONTRACT);
    for (const [name, size] of tooLarge) {
      console.log(pc.red(`${name} has ${size} bytes of code, ${LARGEST_CONTRACT} are allowed.`));
    }
    checkSnapshot("sizes", measured);
    return tooLarge.length === 0 ? ok : failure;
  } catch (error) {
    console.log(pc.red((error as Error).message));
    return failure;
  }
}

/**
 * Hardhat runs only what lies in its folder for Solidity tests; one elsewhere would silently never
 * run.
 */
function misplacedTests(): string[] {
  return globSync("{test,contracts}/**/*.t.sol", { cwd: root }).filter(
    (file) => !file.startsWith(join("test", "contracts")),
  );
}

/** The named files, and the tests in named folders, relative to the project's folder. */
function testFiles(names: string[], command: Command): string[] {
  return names.flatMap((name) => {
    const path = relative(root, resolve(process.env["INIT_CWD"] ?? root, name));
    if (!existsSync(join(root, path))) command.error(`There is no file or folder ${name}.`);
    if (!statSync(join(root, path)).isDirectory()) return [path];
    return globSync(`${path}/**/*{.test.ts,.t.sol}`, { cwd: root }).sort();
  });
}

function plan(files: string[], { profile, grep, updateSnapshots, conformance: onchain }: Options): Step[] {
  const env = { FUZZ_PROFILE: profile };
  // For the runners and for the check of the sizes in this process.
  if (updateSnapshots) process.env["UPDATE_SNAPSHOTS"] = "1";
  const filter = grep === undefined ? [] : ["--grep", grep];
  const solidityTests = (names: string[]): Step => ({
    name: "Solidity tests",
    run: () => suite("Solidity", "hardhat", ["test", "solidity", "--test-profile", profile, ...filter, ...names], env),
  });
  const mochaTests = (names: string[]): Step => ({
    name: "Mocha tests",
    run: () => suite("Mocha", "hardhat", ["test", "mocha", "--no-compile", ...filter, ...names], env),
  });
  const build: Step = {
    name: "Build",
    run: () =>
      shows("hardhat", ["build"]) && (!existsSync(GUESTS) || shows("node", [GUESTS, "sqlite"])) ? ok : failure,
  };

  if (files.length > 0) {
    const solidity = files.filter((file) => file.endsWith(".sol"));
    const mocha = files.filter((file) => !file.endsWith(".sol"));
    return [
      ...(solidity.length > 0 ? [solidityTests(solidity)] : []),
      ...(mocha.length > 0 ? [mochaTests(mocha)] : []),
    ];
  }
  return [
    build,
    ...CHECKS.map(({ name, program, args, everything = [] }): Step => {
      return { name, run: () => (shows(program, [...args, ...everything]) ? ok : failure) };
    }),
    solidityTests([]),
    mochaTests([]),
    ...(onchain === "none"
      ? []
      : [{ name: "Conformance", run: () => suite("conformance", "node", [CONFORMANCE, "--onchain", onchain]) }]),
    { name: "Contract sizes", run: sizes },
  ];
}

function main(files: string[], options: Options, command: Command): void {
  const total: Outcome = { passed: 0, failed: 0, skipped: [] };
  for (const file of misplacedTests()) {
    console.log(pc.red(`${file} never runs: Solidity tests belong under test/contracts/.`));
    total.failed += 1;
  }
  for (const { name, run } of plan(testFiles(files, command), options)) {
    console.log(pc.bold(`\n== ${name}`));
    const start = performance.now();
    const outcome = run();
    total.passed += outcome.passed;
    total.failed += outcome.failed;
    total.skipped.push(...outcome.skipped);
    const mark = outcome.failed === 0 ? pc.green("passed") : pc.red("FAILED");
    console.log(`${mark} in ${((performance.now() - start) / 1000).toFixed(1)} s`);
    if (name === "Build" && outcome.failed > 0) break;
  }
  for (const title of total.skipped) console.log(`Skipped: ${title}`);
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
}

new Command("npm test --")
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
  .action(main)
  .parse();
