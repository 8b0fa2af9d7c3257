/**
 * A real node with a Deal on it. Its customer submits fragments; a worker of the bench's own claims
 * and confirms most of them, sixteen at a time, as no worker could that must see each claim mined
 * before it makes the next one.
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import {
  type Address,
  bytesToHex,
  createTestClient,
  createWalletClient,
  encodeAbiParameters,
  encodeFunctionData,
  type Hex,
  http,
  keccak256,
} from "viem";
import { Chain } from "../agents/chain/chain.ts";
import { dealCall } from "../agents/chain/calls.ts";
import { lowerCase } from "../agents/chain/lower-case.ts";
import { dealAbi } from "../contracts/abi/Deal.ts";
import { deployShared } from "../agents/deployment/deploy.ts";
import { Journal } from "../agents/deployment/journal.ts";
import { sharedParameters } from "../agents/deployment/parameters.ts";
import { BUDGET, makeDeal, PRICE } from "../agents/stage/deal.ts";
import { interpreterExecutor } from "../verifier/interpreter/execute.ts";
import type { Program } from "../verifier/program/build.ts";
import { runFragment } from "../verifier/program/fragment.ts";
import { initialState, inputRoot } from "../verifier/state/program.ts";
import { recordBytes, type State } from "../verifier/state/state.ts";
import { BenchError } from "./workloads/workload.ts";

const PARAMETERS = new URL("../deploy/parameters/quick.json", import.meta.url);

/** The shell ends the node when its own input ends, which it does with this process. */
const WATCHED = '"$@" </dev/null & node=$!; cat >/dev/null; kill "$node"; wait "$node"';

/** Two blocks of an epoch: what is older than four blocks is final. Only new states are asked for. */
const OPTIONS = [
  ...["--port", "0", "--hardfork", "osaka", "--slots-in-an-epoch", "2", "--prune-history", "100"],
  ...["--gas-limit", "100000000"],
];

/** Seconds of the chain's time between two blocks … */
const BLOCK_TIME = 1;

/** … and when the services have to wait for a claim's window by themselves. */
const LONG_BLOCK_TIME = 8;

/** What a call offers, in gwei: first fragments are confirmed, others submitted, and those claimed. */
const TIPS = { confirm: 30n, submit: 20n, claim: 10n } as const;

/** A claim's window, in seconds. */
const WINDOW = 60;

/** More than each call needs. */
const GAS = 1_000_000n;

/** How far a Deal is, in fragments. */
export interface Progress {
  readonly submitted: number;
  readonly claimed: number;
  readonly resolved: number;
}

/** A Deal on a node that ends with `close`. */
export class SoakChain {
  readonly url: string;
  readonly chain: Chain;
  readonly deal: Hex;
  /** As `--account` takes it. */
  readonly validatorAccount = "local:3";
  readonly workerAccount = "local:4";
  readonly #sequencer: Hex;
  readonly #colleague: Hex;
  readonly #stop: () => void;
  readonly #node;
  readonly #wallet;
  #state: State;
  /** Records of the states before and after fragments that were run, of which the oldest comes next. */
  readonly #ran: { readonly id: Hex; readonly previous: Hex; readonly record: Hex }[] = [];
  #ranTo = 0;
  readonly #nonces = new Map<Hex, number>();

  private constructor(url: string, deal: Hex, [sequencer, colleague]: [Hex, Hex], first: State, stop: () => void) {
    [this.url, this.chain, this.deal, this.#stop] = [url, new Chain(http(url)), deal, stop];
    [this.#sequencer, this.#colleague, this.#state] = [sequencer, colleague, first];
    this.#node = createTestClient({ mode: "anvil", transport: http(url) });
    this.#wallet = createWalletClient({ transport: http(url) });
  }

  /** Starts the node, deploys, and makes a Deal that can pay for so many fragments. */
  static async start(folder: string, program: Program, fragments: number): Promise<SoakChain> {
    const { url, stop } = await startNode();
    const chain = new Chain(http(url));
    const accounts = (await createWalletClient({ transport: http(url) }).getAddresses()).map(lowerCase);
    const [from, customer, sequencer, , worker, colleague] = accounts as [Hex, Hex, Hex, Hex, Hex, Hex];
    const journal = new Journal(join(folder, "deployment.json"), await chain.reader.getChainId());
    const parameters = sharedParameters(readFileSync(PARAMETERS, "utf8"), "quick");
    const deployed = await deployShared({ chain, journal, from, parameters, onDeployed: () => undefined });
    const addressOf = (wanted: string): Hex => {
      const found = deployed.find(({ name }) => name === wanted);
      if (found === undefined) throw new BenchError(`no ${wanted} was deployed`);
      return found.address;
    };
    const shared = { arbiter: addressOf("Arbiter"), deposits: addressOf("Deposits") };
    const parties = { customer, sequencer, workers: [worker, colleague] };
    const deal = await makeDeal(chain, shared, parties, { program, fragments: [] });
    const funds = PRICE * BigInt(fragments);
    await chain.send(customer, dealCall(deal, "fund", [funds], funds));
    const place = new SoakChain(url, deal, [sequencer, colleague], initialState(program.image), stop);
    for (const account of [sequencer, colleague])
      place.#nonces.set(account, await chain.reader.getTransactionCount({ address: account }));
    await place.#node.setAutomine(false);
    return place;
  }

  /** Runs fragments that are to be submitted next. */
  run(inputs: readonly Uint8Array[]): void {
    for (const input of inputs) {
      const previous = keccak256(recordBytes(this.#state));
      this.#state = runFragment(this.#state, input, { budget: BUDGET, executor: interpreterExecutor }).final;
      const id = fragmentId(this.deal, this.#ranTo++, input);
      this.#ran.push({ id, previous, record: bytesToHex(recordBytes(this.#state)) });
    }
  }

  /** Has fragments submitted that were run, and claimed by the bench's own worker if it is told to. */
  async submit(inputs: readonly Uint8Array[], claims: boolean): Promise<void> {
    const ran = this.#ran.splice(0, inputs.length);
    await this.#node.setBlockTimestampInterval({ interval: claims ? BLOCK_TIME : LONG_BLOCK_TIME });
    await Promise.all([
      ...inputs.map((input) => this.#send(this.#sequencer, "submit", [bytesToHex(input)])),
      ...(claims ? ran : []).map(({ id, previous, record }) =>
        this.#send(this.#colleague, "claim", [id, previous, record]),
      ),
    ]);
  }

  /** Confirms fragments in the next block, whose time is after their claims' windows. */
  async confirm(from: number, to: number): Promise<void> {
    const claims = await Promise.all(Array.from({ length: to - from }, (_, i) => this.#claim(from + i)));
    const { timestamp } = await this.chain.reader.getBlock();
    await this.#node.setNextBlockTimestamp({ timestamp: timestamp + BigInt(WINDOW + 1) });
    await Promise.all(claims.map(({ id }) => this.#send(this.#colleague, "confirm", [id])));
  }

  async mine(): Promise<void> {
    await this.#node.mine({ blocks: 1 });
  }

  /** Whether any transaction waits to be mined. */
  async waits(): Promise<boolean> {
    const { pending, queued } = await this.#node.getTxpoolStatus();
    return pending + queued > 0;
  }

  /** Whether two workers have backed the claim about a fragment. */
  async isBacked(fragment: number): Promise<boolean> {
    // A bit for each seat; there are two.
    return (await this.#claim(fragment)).backers === 0b11;
  }

  /** How many fragments are submitted, claimed and resolved. */
  async progress(): Promise<Progress> {
    const call = { address: this.deal, abi: dealAbi, functionName: "progress" } as const;
    const [submitted, claimed, resolved] = await this.chain.reader.readContract(call);
    return { submitted, claimed, resolved };
  }

  close(): void {
    this.#stop();
  }

  #claim(fragment: number): Promise<{ readonly id: Hex; readonly backers: number }> {
    const call = { address: this.deal, abi: dealAbi, functionName: "claimAbout" } as const;
    return this.chain.reader.readContract({ ...call, args: [BigInt(fragment)] });
  }

  async #send(account: Hex, functionName: keyof typeof TIPS, args: readonly unknown[]): Promise<void> {
    const data = encodeFunctionData({ abi: dealAbi, functionName, args: args as never });
    const nonce = this.#nonces.get(account) ?? 0;
    this.#nonces.set(account, nonce + 1);
    // The node orders by the most that is offered.
    const maxPriorityFeePerGas = TIPS[functionName] * GWEI;
    const fees = { maxPriorityFeePerGas, maxFeePerGas: 1_000n * GWEI + maxPriorityFeePerGas };
    await this.#wallet.sendTransaction({ account, to: this.deal, data, nonce, gas: GAS, ...fees, chain: null });
  }
}

const GWEI = 10n ** 9n;

/** `Claims.fragmentIdOf`. */
function fragmentId(deal: Address, index: number, input: Uint8Array): Hex {
  const types = [{ type: "address" }, { type: "uint256" }, { type: "bytes32" }, { type: "uint256" }] as const;
  const values = [deal, BigInt(index), bytesToHex(inputRoot(input)), BigInt(input.length)] as const;
  return keccak256(encodeAbiParameters(types, values));
}

async function startNode(): Promise<{ url: string; stop: () => void }> {
  const anvil = join(dirname(createRequire(import.meta.url).resolve("@foundry-rs/anvil/package.json")), "bin.mjs");
  const command = ["-c", WATCHED, "anvil", process.execPath, anvil, ...OPTIONS];
  const child = spawn("/bin/sh", command, { stdio: ["pipe", "pipe", "ignore"] });
  let output = "";
  const url = await new Promise<string>((listening, failed) => {
    child.stdout.on("data", (text: Buffer) => {
      // What it says later is not read, lest it has to wait for that.
      if (output.length > 100_000) return;
      output += text.toString();
      const address = /Listening on (\S+)/.exec(output)?.[1];
      if (address !== undefined) listening(`http://${address}`);
    });
    child.once("exit", () => {
      failed(new BenchError(`anvil ended: ${output.slice(-200)}`));
    });
  });
  return { url, stop: () => child.stdin.end() };
}
