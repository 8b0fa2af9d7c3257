import hardhatToolboxMochaEthers from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { configVariable, defineConfig, overrideTask } from "hardhat/config";
import { globSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/**
 * `hardhat test mocha` without file names takes every TypeScript file under test/, also helpers and the guests' sources;
 * here it takes only the files that are tests by their name.
 */
const mochaTests = overrideTask(["test", "mocha"])
  .setInlineAction(async (args, hre, runSuper) => {
    const { root, tests } = hre.config.paths;
    const named = args.testFiles.length > 0 ? args.testFiles : globSync(`${tests.mocha}/**/*.test.ts`).sort();
    process.chdir(root);
    return runSuper({ ...args, testFiles: named });
  })
  .build();

export default defineConfig({
  plugins: [hardhatToolboxMochaEthers],
  tasks: [mochaTests],
  solidity: {
    version: "0.8.35",
    // The compiler from npm: nothing is downloaded.
    path: require.resolve("solc/soljson.js"),
    settings: {
      viaIR: true,
      optimizer: { enabled: true, runs: 200 },
      evmVersion: "osaka",
    },
    splitTestsCompilation: true,
  },
  // test/harness: contracts that only tests deploy (tokens, doors to libraries); artifacts and types as for contracts/.
  paths: { sources: ["contracts", "test/harness"], tests: { mocha: "test", solidity: "test/contracts" }, ignition: "deploy" },
  // Generated namespaces are not erasable syntax: they are types for the compiler, never checked and never run.
  typechain: { tsNocheck: true },
  networks: {
    default: {
      type: "edr-simulated",
      chainType: "l1",
      hardfork: "osaka",
      mining: { auto: true },
      allowUnlimitedContractSize: false,
    },
    sepolia: {
      type: "http",
      chainType: "l1",
      url: configVariable("SEPOLIA_RPC_URL"),
      accounts: [configVariable("SEPOLIA_PRIVATE_KEY")],
    },
  },
  test: {
    mocha: { timeout: 120_000, forbidOnly: true },
    solidity: {
      profiles: {
        // Quick enough for every change; the seed is fixed, so that a failure is there again in the next run.
        default: {
          fuzz: { runs: 256, seed: "0x0a4b17e4" },
          invariant: { runs: 24, depth: 64, failOnRevert: false },
        },
        ci: {
          fuzz: { runs: 5_000, seed: "0x0a4b17e4" },
          invariant: { runs: 200, depth: 200, failOnRevert: false },
        },
      },
    },
  },
});
