/**
 * The static checks of the project: what `npm run check` and `npm test` run. None needs a build of
 * contracts or guests.
 */
import { LAYERS } from "./layers/layers.ts";

/** A program that looks at files and fails if something is wrong with one. */
export interface Check {
  readonly name: string;
  /** A program in node_modules/.bin, or node. */
  readonly program: string;
  readonly args: readonly string[];
  /**
   * Appended to {@link args} to look at every file, where files are not found by the program
   * itself.
   */
  readonly everything?: readonly string[];
  /** Appended to {@link args} when the outcome of the last run may be used. */
  readonly incremental?: readonly string[];
  /** The files that it looks at. */
  readonly looksAt: RegExp;
  /** The lines of a file that it looks at; without this, all of them. */
  readonly lines?: RegExp;
  /** The files that say how it looks at them. */
  readonly settings: RegExp;
  /** Whether files can be named to it: then only those that changed are. */
  readonly byFile: boolean;
}

const TYPESCRIPT = /\.(ts|mjs)$/;

/** Every line that can be part of an import: a name of a file stands in quotes. */
const IMPORTS = /["'`]|\b(import|export|from|type)\b/;

const COMPILER_SETTINGS = /(^|\/)tsconfig[^/]*\.json$|^package-lock\.json$/;

/** solhint with a configuration for the files of a folder. */
function solhint(name: string, folder: string, config: string): Check {
  return {
    name,
    program: "solhint",
    args: ["--disc", "--noPoster", "--max-warnings", "0", "--config", config],
    everything: [`${folder}/**/*.sol`],
    looksAt: new RegExp(`^${folder}/.*\\.sol$`),
    settings: /^\.solhint.*\.json$|^package-lock\.json$/,
    byFile: true,
  };
}

/** All of them; the longest first, so that none of them is waited for alone. */
export const CHECKS: readonly Check[] = [
  {
    name: "ESLint",
    program: "eslint",
    args: ["--max-warnings", "0", "--no-warn-ignored"],
    everything: ["."],
    // Remembers the good files of a run in which another was bad.
    incremental: ["--cache", "--cache-strategy", "content", "--cache-location", ".cache/check/eslint"],
    looksAt: TYPESCRIPT,
    settings: new RegExp(`^eslint\\.config\\.mjs$|${COMPILER_SETTINGS.source}`),
    byFile: true,
  },
  {
    name: "Types",
    program: "tsc",
    args: ["-b"],
    looksAt: TYPESCRIPT,
    settings: COMPILER_SETTINGS,
    byFile: false,
  },
  {
    name: "Layers",
    program: "depcruise",
    args: ["*.config.ts", ...new Set(LAYERS.map(({ folder }) => folder.split("/")[0] ?? ""))],
    looksAt: TYPESCRIPT,
    lines: IMPORTS,
    settings: /^\.dependency-cruiser\.mjs$|^scripts\/layers\/|^package(-lock)?\.json$/,
    byFile: false,
  },
  {
    name: "Unused code and packages",
    program: "knip",
    args: [],
    incremental: ["--cache", "--cache-location", ".cache/check/knip"],
    looksAt: TYPESCRIPT,
    settings: /^(knip|package)\.json$|^package-lock\.json$/,
    byFile: false,
  },
  {
    name: "Format",
    program: "prettier",
    args: ["--check", "--log-level", "warn", "--ignore-unknown"],
    everything: ["."],
    looksAt: /./,
    settings: /^\.prettier|^package-lock\.json$/,
    byFile: true,
  },
  solhint("solhint", "contracts", ".solhint.json"),
  solhint("solhint of tests", "test", ".solhint.test.json"),
  {
    name: "Solidity dialect",
    program: "node",
    args: ["scripts/solidity/main.ts"],
    looksAt: /^(contracts|test)\/.*\.sol$/,
    settings: /^scripts\/solidity\/|^package-lock\.json$/,
    byFile: true,
  },
];
