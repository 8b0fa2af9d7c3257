import hardhatToolboxMochaEthers from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { configVariable, defineConfig } from "hardhat/config";
import { arbiterPlugin } from "./scripts/hardhat/plugin.ts";

/** One compiler for tests and deployments alike: what is deployed is what was tested. */
const compiler = {
  version: "0.8.35",
  // A file of a package, which scripts/hardhat/compiler.ts finds: nothing is downloaded.
  path: "solc/soljson.js",
  settings: {
    // First, as where Hardhat adds it for `production`: it tells builds apart by this text.
    optimizer: { enabled: true, runs: 200 },
    viaIR: true,
    evmVersion: "osaka",
  },
};

/**
 * The contracts that are deployed, in groups that are compiled apart from everything else: the
 * optimizer's choices depend on all that is compiled together, and so the code of these depends on
 * nothing but their imports, however much or little of the rest is built. A group is a contract and
 * what it imports. `scripts/sizes.ts` sees to it that none is missing.
 */
const deployed = [
  ["Arbiter", "tournament/Tournament"],
  ["ClusterDeal"],
  ["Deal"],
  ["Deposits"],
  ["cluster/ClusterProofs"],
  ["machine/Floats"],
  ["machine/Integers"],
  ["machine/StepVerifier"],
];

/** Hardhat compiles together what has the same object for its configuration. */
function apart(group: string[]): [string, typeof compiler][] {
  const own = { ...compiler };
  return group.map((name) => [`contracts/${name}.sol`, own]);
}

/**
 * For every build. `ignition deploy` builds with the profile `production`: if Hardhat's values of
 * the last two differed there, each would throw away the other's artifacts.
 */
const profile = {
  compilers: [compiler],
  overrides: Object.fromEntries(deployed.flatMap(apart)),
  isolated: false,
  toolVersionsInBuildInfo: false,
};

export default defineConfig({
  plugins: [hardhatToolboxMochaEthers, arbiterPlugin],
  solidity: {
    profiles: { default: profile, production: profile },
    splitTestsCompilation: true,
  },
  // test/harness: contracts that only tests deploy (tokens, doors to libraries); artifacts and
  // types as for contracts/.
  paths: {
    sources: ["contracts", "test/harness"],
    tests: { mocha: "test", solidity: "test/contracts" },
    ignition: "deploy",
  },
  // Types come from the ABIs in contracts/abi and test/harness/abi.
  typechain: { dontOverrideCompile: true },
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
      // Nothing is sent to a node of another chain, whatever the URL says.
      chainId: 11_155_111,
      url: configVariable("SEPOLIA_RPC_URL"),
      accounts: [configVariable("SEPOLIA_PRIVATE_KEY")],
    },
  },
  test: {
    // Only to end what hangs: a busy machine is ten times slower than an idle one.
    mocha: { timeout: 900_000, forbidOnly: true },
    solidity: {
      profiles: {
        // Quick enough for every change; the seed is fixed, so that a failure is there again in the
        // next run.
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
