/**
 * The files of the repository that are made from others: what `npm run generate` writes and a test
 * compares.
 */
import { join } from "node:path";
import { jsonSchema } from "../agents/config/json-schema.ts";
import { compileWasi, shimModule } from "./compile-wasi.ts";
import { abiModule, abisModule, bytecodeModule, contractsOf } from "./generate-abis.ts";
import { generateLevels } from "./generate-levels.ts";
import { generateOpcodes } from "./generate-opcodes.ts";
import { designDocument } from "./layers/table.ts";

/** The project's folder. */
export const ROOT = join(import.meta.dirname, "..");

/** A file that is made from others. */
export interface GeneratedFile {
  /** Relative to {@link ROOT}. */
  readonly path: string;
  /** What it should hold. */
  readonly text: () => string | Promise<string>;
}

/** Contracts that people or agents call. */
const CALLED = [
  "Arbiter",
  "ClusterDeal",
  "ClusterProofs",
  "Deal",
  "Deposits",
  "Floats",
  "Integers",
  "StepVerifier",
  "Tournament",
];

/** Contracts that are deployed without a compiler: by `arbiter deploy` and `arbiter deal create`. */
const DEPLOYED_BY_AGENTS = ["Arbiter", "Deal", "Deposits", "Floats", "Integers", "StepVerifier"];

/** A token of the tests, and others that have its ABI and more. */
const TOKEN = "PlainToken";
const TOKENS: ReadonlySet<string> = new Set(["BlockingToken", "CallingToken", "FeeToken", "SurchargeToken"]);

/** Files made from sources alone; contracts may import them. */
export function fromSources(): GeneratedFile[] {
  return [
    { path: "contracts/machine/Opcodes.sol", text: generateOpcodes },
    { path: "contracts/tournament/Levels.sol", text: generateLevels },
    { path: "docs/arbiter.schema.json", text: jsonSchema },
    { path: "docs/design.md", text: designDocument },
    { path: "verifier/program/wasi/shim.ts", text: async () => shimModule(await compileWasi()) },
  ];
}

/** Files made from the artifacts of a build of the contracts. */
export function fromArtifacts(): GeneratedFile[] {
  const abi = (folder: string, to: string) => (name: string) => ({
    path: `${to}/${name}.ts`,
    text: () => abiModule(folder, name),
  });
  const harness = contractsOf("test/harness");
  return [
    ...CALLED.map(abi("contracts", "contracts/abi")),
    ...DEPLOYED_BY_AGENTS.map((name) => ({
      path: `contracts/abi/${name}.bytecode.ts`,
      text: () => bytecodeModule("contracts", name),
    })),
    ...harness.map((name) => ({
      path: `test/harness/abi/${name}.ts`,
      text: () => abiModule("test/harness", name, TOKENS.has(name) ? TOKEN : undefined),
    })),
    {
      path: "test/support/contract-abis.ts",
      text: () =>
        abisModule([
          ...CALLED.map((name) => [name, "../../contracts/abi"] as const),
          ...harness.map((name) => [name, "../harness/abi"] as const),
        ]),
    },
  ];
}
