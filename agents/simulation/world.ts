/** The embedded chain with the shared contracts, used for one play after the other. */
import { createPublicClient, custom, type Hex, numberToHex, type PublicClient, type Transport } from "viem";
import { Crash } from "../../verifier/errors.ts";
import type { Program } from "../../verifier/program/build.ts";
import type { Params } from "../game/types.ts";
import { deployWith, type Deployment } from "../stage/deploy.ts";
import { startEmbeddedChain, type EmbeddedChain } from "../stage/embedded.ts";
import { simulatedProgram } from "./guest.ts";
import type { Ask } from "./network.ts";
import { GRACE, HEIGHTS, LIAR_ACCOUNTS, PERIOD } from "./schedule.ts";

/** Who takes part, lower-case. */
export interface Cast {
  readonly customer: Hex;
  readonly sequencer: Hex;
  readonly validator: Hex;
  readonly worker: Hex;
  /** The first one has a seat in the Deal. */
  readonly liars: readonly Hex[];
}

/** Places of the honest services among the accounts of local nodes. */
export const PLACES = { validator: 3, worker: 4 } as const;

const ETHER = 10n ** 18n;

/** What the other side has, each account of it: the honest side has less than a hundredth. */
const RICHES = 1_000_000n * ETHER;

const BONDS = [ETHER / 10n, ETHER / 20n, ETHER / 20n] as const;
const BOUNTY = ETHER / 200n;

/** The year 2033: later than any clock with which the embedded chain begins. */
const BEGINNING = 2_000_000_000;

/** Tournament parameters of simulated Deals. */
export function simulatedParams(heights: readonly number[]): Params {
  const bonds = heights.map((_, level) => BONDS[level] ?? BOUNTY);
  return { period: PERIOD, grace: GRACE, heights, bonds, bounty: BOUNTY };
}

/** One for each heights, and a state of the chain to go back to. */
export class World {
  readonly program: Program = simulatedProgram();
  readonly ask: Ask;
  readonly cast: Cast;
  readonly #embedded: EmbeddedChain;
  readonly #deployments: ReadonlyMap<string, Deployment>;
  #clean: unknown;

  private constructor(embedded: EmbeddedChain, ask: Ask, deployments: ReadonlyMap<string, Deployment>) {
    const [, customer, sequencer, validator, worker, ...liars] = embedded.accounts;
    if (!customer || !sequencer || !validator || !worker || liars.length < LIAR_ACCOUNTS)
      throw new Crash("the embedded chain has too few accounts");
    this.#embedded = embedded;
    this.ask = ask;
    this.#deployments = deployments;
    this.cast = { customer, sequencer, validator, worker, liars: liars.slice(0, LIAR_ACCOUNTS) };
  }

  /** Starts the chain and deploys. */
  static async start(): Promise<World> {
    const embedded = await startEmbeddedChain();
    const { provider } = embedded.connection;
    const ask: Ask = (method, params = []) => provider.request({ method, params: [...params] });
    const deployments = new Map<string, Deployment>();
    for (const heights of HEIGHTS)
      deployments.set(heights.join(), await deployWith(embedded, { ...simulatedParams(heights), coolingOff: PERIOD }));
    const world = new World(embedded, ask, deployments);
    for (const liar of world.cast.liars) await ask("hardhat_setBalance", [liar, numberToHex(RICHES)]);
    await ask("evm_setAutomine", [false]);
    await ask("evm_setNextBlockTimestamp", [numberToHex(BEGINNING)]);
    await ask("evm_mine");
    world.#clean = await ask("evm_snapshot");
    return world;
  }

  /** Everything as it was after the start. */
  async reset(): Promise<void> {
    if ((await this.ask("evm_revert", [this.#clean])) !== true) throw new Crash("the chain has no such snapshot");
    this.#clean = await this.ask("evm_snapshot");
  }

  /** The contracts with these heights. */
  deployment(heights: readonly number[]): Deployment {
    const found = this.#deployments.get(heights.join());
    if (found === undefined) throw new Crash(`no contracts with heights ${heights.join()}`);
    return found;
  }

  /** Reads the chain without any fault. */
  get reader(): PublicClient {
    return createPublicClient({ transport: transportOf(this.ask), cacheTime: 0 });
  }

  close(): Promise<void> {
    return this.#embedded.close();
  }
}

/** A transport that asks once. */
export function transportOf(ask: Ask): Transport {
  const request = ({ method, params }: { method: string; params?: unknown }): Promise<unknown> =>
    ask(method, (params ?? []) as readonly unknown[]);
  return custom({ request }, { retryCount: 0 });
}
