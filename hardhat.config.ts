import hardhatToolboxMochaEthers from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { configVariable, defineConfig } from "hardhat/config";
import { createRequire } from "node:module";
import { arbiterPlugin } from "./scripts/hardhat/plugin.ts";

const require = createRequire(import.meta.url);

/** One compiler for tests and deployments alike: what is deployed is what was tested. */
const compiler = {
  version: "0.8.35",
  // From npm: nothing is downloaded.
  path: require.resolve("solc/soljson.js"),
  settings: {
    viaIR: true,
    optimizer: { enabled: true, runs: 200 },
    evmVersion: "osaka",
  },
};

export default defineConfig({
  plugins: [hardhatToolboxMochaEthers, arbiterPlugin],
  solidity: {
    profiles: { default: compiler, production: compiler },
    splitTestsCompilation: true,
  },
  // test/harness: contracts that only tests deploy (tokens, doors to libraries); artifacts and types as for contracts/.
  paths: {
    sources: ["contracts", "test/harness"],
    tests: { mocha: "test", solidity: "test/contracts" },
    ignition: "deploy",
  },
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
