/** A real node with a Deal on it, whose customer submits fragments and lets time go by. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { bytesToHex, createTestClient, createWalletClient, type Hex, http } from "viem";
import { Chain } from "../agents/chain/chain.ts";
import { dealCall } from "../agents/chain/calls.ts";
import { deployShared } from "../agents/deployment/deploy.ts";
import { Journal } from "../agents/deployment/journal.ts";
import { sharedParameters } from "../agents/deployment/parameters.ts";
import { makeDeal, PRICE } from "../agents/stage/deal.ts";
import type { Program } from "../verifier/program/build.ts";
import { BenchError } from "./workloads/workload.ts";
import { lowerCase } from "../agents/chain/lower-case.ts";

const PARAMETERS = new URL("../deploy/parameters/local.json", import.meta.url);

/** The shell ends the node when its own input ends, which it does with this process. */
const WATCHED = '"$@" </dev/null & node=$!; cat >/dev/null; kill "$node"; wait "$node"';

/** Two blocks of an epoch: what is older than four blocks is final. */
const OPTIONS = ["--port", "0", "--hardfork", "osaka", "--slots-in-an-epoch", "2"];

/** A Deal on a node that ends with `close`. */
export class SoakChain {
  readonly url: string;
  readonly chain: Chain;
  readonly deal: Hex;
  readonly worker: Hex;
  readonly validator: Hex;
  readonly #sequencer: Hex;
  readonly #stop: () => void;

  private constructor(url: string, deal: Hex, accounts: Accounts, stop: () => void) {
    [this.url, this.chain, this.deal, this.#stop] = [url, new Chain(http(url)), deal, stop];
    [this.worker, this.validator, this.#sequencer] = [accounts.worker, accounts.validator, accounts.sequencer];
  }

  /** Starts the node, deploys, and makes a Deal that can pay for so many fragments. */
  static async start(folder: string, program: Program, fragments: number): Promise<SoakChain> {
    const { url, stop } = await startNode();
    const chain = new Chain(http(url));
    const accounts = (await createWalletClient({ transport: http(url) }).getAddresses()).map(lowerCase);
    const [from, customer, sequencer, validator, worker] = accounts as [Hex, Hex, Hex, Hex, Hex];
    const journal = new Journal(join(folder, "deployment.json"), await chain.reader.getChainId());
    const parameters = sharedParameters(readFileSync(PARAMETERS, "utf8"), "local");
    const deployed = await deployShared({ chain, journal, from, parameters, onDeployed: () => undefined });
    const addressOf = (wanted: string): Hex => {
      const found = deployed.find(({ name }) => name === wanted);
      if (found === undefined) throw new BenchError(`no ${wanted} was deployed`);
      return found.address;
    };
    const shared = { arbiter: addressOf("Arbiter"), deposits: addressOf("Deposits") };
    const parties = { customer, sequencer, workers: [worker] };
    const deal = await makeDeal(chain, shared, parties, { program, fragments: [] });
    const funds = PRICE * BigInt(fragments);
    await chain.send(customer, dealCall(deal, "fund", [funds], funds));
    return new SoakChain(url, deal, { worker, validator, sequencer }, stop);
  }

  async submit(input: Uint8Array): Promise<void> {
    await this.chain.send(this.#sequencer, dealCall(this.deal, "submit", [bytesToHex(input)]));
  }

  /** Lets a time go by, in seconds. */
  async advance(seconds: number): Promise<void> {
    const node = createTestClient({ mode: "anvil", transport: http(this.url) });
    await node.increaseTime({ seconds });
    await node.mine({ blocks: 1 });
  }

  close(): void {
    this.#stop();
  }
}

interface Accounts {
  readonly worker: Hex;
  readonly validator: Hex;
  readonly sequencer: Hex;
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
