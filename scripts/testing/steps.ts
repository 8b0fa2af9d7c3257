/** The steps of `npm test`. */
import { existsSync, globSync } from "node:fs";
import { dirname, join } from "node:path";
import pc from "picocolors";
import { CHECKS } from "../checks.ts";
import { contractSizes, LARGEST_CONTRACT } from "../sizes.ts";
import { checkSnapshot } from "../snapshot.ts";
import type { Step, Write } from "./lanes.ts";
import { failed, type Outcome, PASSED } from "./outcome.ts";
import { succeeds, suite } from "./programs.ts";

/** What is to be run, and how thoroughly. */
export interface Thoroughness {
  readonly updateSnapshots?: true;
  /** How long fuzz tests run. */
  readonly profile: "default" | "ci";
  /** How many steps of the official suite are executed on chain. */
  readonly conformance: "none" | "sample" | "all";
  /** Only tests with a matching title. */
  readonly grep?: string;
}

const ROOT = dirname(dirname(import.meta.dirname));

/** Compiles the programs that the tests run. */
const GUESTS = join(ROOT, "examples", "build.ts");

/**
 * The official test suite; each file of it in which the project has something to decide counts as
 * one test.
 */
const CONFORMANCE = join(ROOT, "test", "conformance", "main.ts");

/** What the other steps need. */
export const BUILDS: readonly Step[] = [
  { name: "Build of the contracts", run: (write) => builds("hardhat", ["build"], write) },
  { name: "Build of the guests", run: (write) => builds("node", [GUESTS, "sqlite", "workload"], write) },
];

/**
 * The folders with Mocha tests, those that take longest first: a step each, so that two of them run
 * side by side. A folder that is not named here comes last.
 */
const LONGEST_FIRST = ["agents", "verifier", "contracts", "bench"];

/** Every step but the build, the longest first. */
export function allSteps(how: Thoroughness): Step[] {
  const mocha = mochaFolders().map((folder) => mochaStep([`test/${folder}`], how, `Mocha tests of ${folder}`));
  return [
    ...mocha.slice(0, LONGEST_FIRST.length),
    ...(how.conformance === "none" ? [] : [conformanceStep(how.conformance)]),
    solidityStep([], how),
    ...mocha.slice(LONGEST_FIRST.length),
    ...CHECKS.map(({ name, program, args, everything = [] }): Step => {
      const run = async (write: Write): Promise<Outcome> =>
        (await succeeds(program, [...args, ...everything], write)) ? PASSED : failed(`${name}: see above`);
      return { name, run };
    }),
    { name: "Contract sizes", run: (write) => Promise.resolve(sizes(write)) },
  ];
}

/** The tests in files only, relative to the project's folder. */
export function stepsOf(files: readonly string[], how: Thoroughness): Step[] {
  const solidity = files.filter((file) => file.endsWith(".sol"));
  const mocha = files.filter((file) => !file.endsWith(".sol"));
  return [
    ...(solidity.length > 0 ? [solidityStep(solidity, how)] : []),
    ...(mocha.length > 0 ? [mochaStep(mocha, how)] : []),
  ];
}

/** Test files in a file or folder, relative to the project's folder. */
export function testsIn(path: string): string[] {
  return globSync(`${path}/**/*{.test.ts,.t.sol}`, { cwd: ROOT }).sort();
}

/**
 * Hardhat runs only what lies in its folder for Solidity tests; one elsewhere would silently never
 * run.
 */
export function misplacedTests(): string[] {
  return globSync("{test,contracts}/**/*.t.sol", { cwd: ROOT }).filter(
    (file) => !file.startsWith(join("test", "contracts")),
  );
}

function mochaFolders(): string[] {
  const folders = new Set(globSync("test/*/**/*.test.ts", { cwd: ROOT }).map((file) => file.split("/")[1] ?? ""));
  const rank = (folder: string): number => (LONGEST_FIRST.indexOf(folder) + 1 || LONGEST_FIRST.length + 1) - 1;
  return [...folders].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

function environment({ profile, updateSnapshots }: Thoroughness): NodeJS.ProcessEnv {
  return { FUZZ_PROFILE: profile, ...(updateSnapshots ? { UPDATE_SNAPSHOTS: "1" } : {}) };
}

function filter({ grep }: Thoroughness): string[] {
  return grep === undefined ? [] : ["--grep", grep];
}

function solidityStep(names: readonly string[], how: Thoroughness): Step {
  const args = ["test", "solidity", "--test-profile", how.profile, ...filter(how), ...names];
  return {
    name: "Solidity tests",
    run: (write) => suite("Solidity", "hardhat", args, write, environment(how)),
  };
}

function mochaStep(names: readonly string[], how: Thoroughness, name = "Mocha tests"): Step {
  const run = (write: Write): Promise<Outcome> => {
    const files = names.flatMap((path) => (path.endsWith(".ts") ? [path] : testsIn(path)));
    const mocha = files.filter((file) => file.endsWith(".ts"));
    return suite(
      "Mocha",
      "hardhat",
      ["test", "mocha", "--no-compile", ...filter(how), ...mocha],
      write,
      environment(how),
    );
  };
  return { name, run };
}

function conformanceStep(steps: string): Step {
  return {
    name: "Conformance",
    run: (write) => suite("conformance", "node", [CONFORMANCE, "--onchain", steps], write),
  };
}

async function builds(program: string, args: readonly string[], write: Write): Promise<Outcome> {
  return (await succeeds(program, args, write)) ? PASSED : failed("Build: what the tests need is not there; see above");
}

/** Sizes of the contracts: below the limit of the chain, and as committed. */
function sizes(write: Write): Outcome {
  const folder = join(ROOT, "artifacts", "contracts");
  if (!existsSync(folder)) return failed("Contract sizes: nothing is built");
  const measured = contractSizes(folder);
  const tooLarge = Object.entries(measured).filter(([, size]) => size > LARGEST_CONTRACT);
  for (const [name, size] of tooLarge) {
    write(pc.red(`${name} has ${size} bytes of code, ${LARGEST_CONTRACT} are allowed.\n`));
  }
  checkSnapshot("sizes", measured);
  return tooLarge.length === 0 ? PASSED : failed(`Contract sizes: ${tooLarge.map(([name]) => name).join(", ")}`);
}
