/**
 * The layers of the project: one idea a folder, and what each may import. From this list come the
 * rules that `npm test` checks (`.dependency-cruiser.mjs`) and the table in `docs/design.md`.
 */

/** Whatever there is. */
export const ALL = "all";

/** A folder with TypeScript in it, or the files that lie directly in one. */
export interface Layer {
  /** Its path from the project's folder, with "*.ts" for files. */
  readonly folder: string;
  /** Its idea, in one sentence without a full stop. */
  readonly purpose: string;
  /**
   * Layers that it may import beside itself and {@link SHARED}: only such as stand above it in
   * {@link LAYERS}.
   */
  readonly imports: readonly string[] | typeof ALL;
  /** Packages that it may import. A "*" stands for any part of a name. */
  readonly packages: readonly string[] | typeof ALL;
  /** Whether it may import Node's own modules. */
  readonly usesNode: boolean;
}

/** What every layer may import. */
export const SHARED = "verifier/*.ts";

/** What runs in a browser as it does in Node. */
export const VERIFIER: readonly string[] = [
  "verifier/instructions",
  "verifier/wasm",
  "verifier/machine",
  "verifier/merkle",
  "verifier/state",
  "verifier/program",
  "verifier/interpreter",
  "verifier/engine",
  "verifier/proof",
  "verifier/history",
  "verifier/consensus",
];

/** All layers, each below those that it imports. */
export const LAYERS: readonly Layer[] = [
  {
    folder: SHARED,
    purpose: "what every folder may import: the kinds of errors, and how text that is not ours is printed",
    imports: [],
    packages: [],
    usesNode: false,
  },
  {
    folder: "verifier/instructions",
    purpose: "the one table of instructions: names, opcodes, families, operands, immediates, proposals",
    imports: [],
    packages: [],
    usesNode: false,
  },
  {
    folder: "verifier/wasm",
    purpose: "decodes and validates a module, with byte offsets in every error; writes modules",
    imports: ["verifier/instructions"],
    packages: [],
    usesNode: false,
  },
  {
    folder: "verifier/machine",
    purpose: "the record, the total step function",
    imports: ["verifier/instructions"],
    packages: [],
    usesNode: false,
  },
  {
    folder: "verifier/merkle",
    purpose: "persistent Merkle trees, their openings and their hash function",
    imports: ["verifier/wasm"],
    packages: ["hash-wasm"],
    usesNode: false,
  },
  {
    folder: "verifier/state",
    purpose: "a state: record and trees; what an executor of states is",
    imports: ["verifier/instructions", "verifier/machine", "verifier/merkle"],
    packages: [],
    usesNode: false,
  },
  {
    folder: "verifier/program",
    purpose: "links modules, lowers them to instruction words, generates driver modules; transactions in, receipts out",
    imports: ["verifier/instructions", "verifier/wasm", "verifier/machine", "verifier/merkle", "verifier/state"],
    packages: [],
    usesNode: false,
  },
  {
    folder: "verifier/interpreter",
    purpose: "runs well-formed states fast",
    imports: ["verifier/instructions", "verifier/machine", "verifier/merkle", "verifier/state"],
    packages: [],
    usesNode: false,
  },
  {
    folder: "verifier/engine",
    purpose: "runs programs at about the speed of V8, with the interpreter on the same memory ([engine.md](engine.md))",
    imports: [
      "verifier/instructions",
      "verifier/wasm",
      "verifier/machine",
      "verifier/merkle",
      "verifier/state",
      "verifier/program",
      "verifier/interpreter",
    ],
    packages: [],
    usesNode: false,
  },
  {
    folder: "verifier/proof",
    purpose: "witnesses of steps and proofs of outputs: built from a state, checked against a root",
    imports: ["verifier/machine", "verifier/merkle", "verifier/state", "verifier/program"],
    packages: [],
    usesNode: false,
  },
  {
    folder: "verifier/history",
    purpose: "states and commitments of a run, and what a store of them is ([histories.md](histories.md))",
    imports: ["verifier/machine", "verifier/merkle", "verifier/state"],
    packages: [],
    usesNode: false,
  },
  {
    folder: "verifier/consensus",
    purpose: "what a cluster's votes prove: headers, commits, the history of blocks ([cluster.md](cluster.md))",
    imports: ["verifier/merkle"],
    packages: ["@noble/curves", "hash-wasm"],
    usesNode: false,
  },
  {
    folder: "verifier/node",
    purpose: "what only Node has: a store on disk, a hashing thread, threads with a large stack, garbage collection",
    imports: VERIFIER,
    packages: [],
    usesNode: true,
  },
  {
    folder: "contracts",
    purpose: "what is on chain, in Solidity; its ABIs as TypeScript",
    imports: [],
    packages: [],
    usesNode: false,
  },
  {
    folder: "deploy",
    purpose: "Ignition's modules, and parameters by network ([deploying.md](deploying.md))",
    imports: [],
    packages: ["@nomicfoundation/*", "ethers"],
    usesNode: false,
  },
  {
    folder: "examples",
    purpose: "programs that come with the project, and how they are compiled and asked",
    imports: VERIFIER,
    packages: ["@bytecodealliance/jco", "@yowasp/clang", "hash-wasm", "zod"],
    usesNode: true,
  },
  {
    folder: "agents/game",
    purpose: "the rules of the game in TypeScript: a model, and openings of commitments",
    imports: [...VERIFIER, "contracts"],
    packages: ["viem"],
    usesNode: false,
  },
  {
    folder: "agents/players",
    purpose: "decisions: pure functions from the game and one's own history to actions; adversaries",
    imports: [...VERIFIER, "agents/game"],
    packages: ["viem"],
    usesNode: false,
  },
  {
    folder: "agents/store",
    purpose: "what a service keeps on disk, so that it may be killed at any instant",
    imports: [...VERIFIER, "verifier/node"],
    packages: ["viem"],
    usesNode: true,
  },
  {
    folder: "agents/chain",
    purpose: "reading and sending, the only place with effects on a chain; accounts",
    imports: [...VERIFIER, "contracts", "agents/game", "agents/players", "agents/store"],
    packages: ["cockatiel", "ethers", "viem"],
    usesNode: true,
  },
  {
    folder: "agents/replay",
    purpose: "runs a Deal's fragments and computes their commitments, beside the service that asks",
    imports: [...VERIFIER, "verifier/node", "agents/game", "agents/players", "agents/store", "agents/chain"],
    packages: ["viem"],
    usesNode: true,
  },
  {
    folder: "agents/config",
    purpose: "settings of the commands, from a file, the environment and flags; amounts and durations as text",
    imports: [],
    packages: ["viem", "zod"],
    usesNode: true,
  },
  {
    folder: "agents/deployment",
    purpose: "puts the contracts on a chain, also after an interruption; explains and checks parameters",
    imports: ["contracts", "agents/game", "agents/chain", "agents/config"],
    packages: ["viem", "zod"],
    usesNode: true,
  },
  {
    folder: "agents/service",
    purpose: "the life of a service, block after block: its log, metrics and health; transactions in fragments",
    imports: [...VERIFIER, "agents/game", "agents/chain"],
    packages: ["pino", "prom-client", "viem"],
    usesNode: true,
  },
  {
    folder: "agents/worker",
    purpose: "replays what the chain holds, and claims its outcome",
    imports: [...VERIFIER, "agents/game", "agents/players", "agents/chain", "agents/replay"],
    packages: ["viem"],
    usesNode: false,
  },
  {
    folder: "agents/sequencer",
    purpose: "takes clients' transactions over HTTP, keeps them on disk, and makes fragments of them",
    imports: [...VERIFIER, "agents/store", "agents/chain", "agents/service"],
    packages: ["hono"],
    usesNode: true,
  },
  {
    folder: "agents/validator",
    purpose: "watches claims, disputes wrong ones, and plays the disputes",
    imports: [...VERIFIER, "agents/game", "agents/players", "agents/chain", "agents/replay", "agents/worker"],
    packages: ["viem"],
    usesNode: false,
  },
  {
    folder: "agents/report",
    purpose: "what happened in a dispute, as data: the step, both results, gas, times",
    imports: [...VERIFIER, "agents/game", "agents/players", "agents/chain"],
    packages: ["viem"],
    usesNode: false,
  },
  {
    folder: "agents/stage",
    purpose: "the embedded chain with its contracts and its clock; no service imports it",
    imports: [...VERIFIER, "contracts", "agents/game", "agents/players", "agents/chain", "agents/deployment"],
    packages: ["hardhat", "viem"],
    usesNode: true,
  },
  {
    folder: "agents/scenario",
    purpose: "whole plays with several players in one process: a Deal and a dispute on the stage, a drill on any chain",
    imports: [
      ...VERIFIER,
      "contracts",
      "agents/game",
      "agents/players",
      "agents/chain",
      "agents/replay",
      "agents/worker",
      "agents/validator",
      "agents/report",
      "agents/stage",
    ],
    packages: ["viem"],
    usesNode: false,
  },
  {
    folder: "agents/simulation",
    purpose: "random disputes with everything going wrong, on a chain whose every block it decides; what must hold",
    imports: [
      ...VERIFIER,
      "contracts",
      "agents/game",
      "agents/players",
      "agents/store",
      "agents/chain",
      "agents/replay",
      "agents/worker",
      "agents/validator",
      "agents/stage",
    ],
    packages: ["viem"],
    usesNode: true,
  },
  {
    folder: "agents/cli",
    purpose: "commands: their options, progress, and reports as text",
    imports: [
      ...VERIFIER,
      "verifier/node",
      "contracts",
      "examples",
      "agents/game",
      "agents/players",
      "agents/chain",
      "agents/replay",
      "agents/config",
      "agents/deployment",
      "agents/service",
      "agents/sequencer",
      "agents/store",
      "agents/worker",
      "agents/validator",
      "agents/report",
      "agents/stage",
      "agents/scenario",
      "agents/simulation",
    ],
    packages: ["@hono/node-server", "@yowasp/clang", "cli-table3", "commander", "picocolors", "viem", "zod"],
    usesNode: true,
  },
  {
    folder: "cluster/abci",
    purpose: "what CometBFT asks its application and is answered, over sockets ([cluster.md](cluster.md))",
    imports: ["verifier/consensus"],
    packages: [],
    usesNode: true,
  },
  {
    folder: "cluster/engine",
    purpose: "CometBFT's binary: found, or built once ([cluster.md](cluster.md))",
    imports: [],
    packages: [],
    usesNode: true,
  },
  {
    folder: "cluster/order",
    purpose: "CometBFT as a node of an era runs it: its folder, its settings, its RPC ([cluster.md](cluster.md))",
    imports: ["verifier/consensus"],
    packages: ["@noble/curves"],
    usesNode: true,
  },
  {
    folder: "bench",
    purpose: "how fast all of this is ([performance.md](performance.md))",
    imports: [
      ...VERIFIER,
      "verifier/node",
      "examples",
      "contracts",
      "agents/game",
      "agents/players",
      "agents/chain",
      "agents/replay",
      "agents/worker",
      "agents/validator",
      "agents/report",
      "agents/deployment",
      "agents/stage",
      "agents/scenario",
      "agents/simulation",
    ],
    packages: ["@bytecodealliance/jco", "@foundry-rs/anvil", "cli-table3", "commander", "hash-wasm", "viem"],
    usesNode: true,
  },
  {
    folder: "scripts",
    purpose: "set-up, checks, test runners, generated files",
    imports: [...VERIFIER, "verifier/node", "contracts", "agents/config"],
    packages: ALL,
    usesNode: true,
  },
  {
    folder: "test",
    purpose: "tests, beside each other as the sources are; nothing imports them",
    imports: ALL,
    packages: ALL,
    usesNode: true,
  },
];
