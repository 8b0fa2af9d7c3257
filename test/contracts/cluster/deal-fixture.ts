/**
 * What the tests of ClusterDeal start from: a cluster of four over a toy verifier and a toy arbiter
 * whose verdicts the test decides. Votes are made with the keys of the members.
 */
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { secp256k1 } from "@noble/curves/secp256k1";
import { getBytes, keccak256, ZeroHash } from "ethers";
import {
  appHash,
  BlockHistory,
  type BlockLeaf,
  blockLeaf,
  type Standing,
} from "../../../verifier/consensus/block-history.ts";
import { chainIdOf } from "../../../verifier/consensus/chain-id.ts";
import { headerHash, proveField } from "../../../verifier/consensus/header.ts";
import { type Ballot, PRECOMMIT } from "../../../verifier/consensus/vote.ts";
import { digest, headerOf, type Member, members, voteOf } from "../../support/electorate.ts";
import type { ClusterTerms, ContractOf } from "../../support/typed-contract.ts";
import {
  COLLATERAL,
  COOLING_OFF,
  ethers,
  INITIAL,
  networkHelpers,
  PERIOD,
  PROGRAM,
  record,
  SHARE,
  STATUS,
} from "../deal/fixture.ts";
import { hex, shownBallot, shownVote } from "./shown.ts";

export const RATE = 7n;
export const GRACE = 600n;
/** Four pending claims are those of two periods. */
export const INTERVAL = PERIOD / 2n;
export const SILENCE = 4n * INTERVAL;
export const NOTICE = 7_200n;
export const SIZE = 4;
const BUDGET = 1_000_000n;
const { time } = networkHelpers;

/** A cluster's workers, contracts and customer. */
export interface Cluster {
  readonly deal: ContractOf<"ClusterDeal">;
  readonly proofs: ContractOf<"ClusterProofs">;
  readonly deposits: ContractOf<"Deposits">;
  readonly arbiter: ContractOf<"ToyArbiter">;
  readonly token: ContractOf<"PlainToken">;
  readonly payment: ContractOf<"PlainToken">;
  readonly terms: ClusterTerms;
  readonly address: Uint8Array;
  readonly customer: HardhatEthersSigner;
  readonly challenger: HardhatEthersSigner;
  readonly stranger: HardhatEthersSigner;
  readonly workers: readonly HardhatEthersSigner[];
  /** Their keys, by worker. */
  readonly keys: readonly Member[];
}

/** Where contracts are deployed. */
type Network = { readonly ethers: typeof ethers };

/** Deploys everything; no worker has joined and no funds are there. `change` replaces terms. */
export async function deployCluster(change: Partial<ClusterTerms> = {}, on: Network = { ethers }): Promise<Cluster> {
  const [customer, challenger, stranger, ...workers] = await on.ethers.getSigners();
  if (!customer || !challenger || !stranger) throw new Error("too few accounts");
  const verifier = await on.ethers.deployContract("ToyLoader");
  const arbiter = await on.ethers.deployContract("ToyArbiter", [verifier, PERIOD, 1n << 48n]);
  const deposits = await on.ethers.deployContract("Deposits", [COOLING_OFF]);
  const proofs = await on.ethers.deployContract("ClusterProofs");
  const token = await on.ethers.deployContract("PlainToken");
  const payment = await on.ethers.deployContract("PlainToken");
  const terms: ClusterTerms = {
    customer: customer.address,
    arbiter: await arbiter.getAddress(),
    deposits: await deposits.getAddress(),
    proofs: await proofs.getAddress(),
    program: PROGRAM,
    budget: BUDGET,
    collateralToken: await token.getAddress(),
    collateral: COLLATERAL,
    paymentToken: await payment.getAddress(),
    rate: RATE,
    reporterShare: SHARE,
    size: SIZE,
    maxPending: 4,
    maxPendingSteps: 10n * BUDGET,
    interval: INTERVAL,
    grace: GRACE,
    silence: SILENCE,
    notice: NOTICE,
    ...change,
  };
  const deal = await on.ethers.deployContract("ClusterDeal", [terms]);
  const address = getBytes(await deal.getAddress());
  const people = { customer, challenger, stranger, workers, keys: members(workers.length) };
  return { deal, proofs, deposits, arbiter, token, payment, terms, address, ...people };
}

/** A key's coordinates, and its signature that it votes for a worker. */
export async function enlistment(
  { deal, proofs }: Cluster,
  worker: HardhatEthersSigner,
  { secret }: Member,
): Promise<[publicKey: string, signature: string]> {
  const publicKey = secp256k1.getPublicKey(secret, false).subarray(1);
  const signature = secp256k1.sign(getBytes(await proofs.enlistment(deal, worker)), secret);
  const v = 27 + signature.recovery;
  return [hex(publicKey), hex(Uint8Array.from([...signature.toCompactRawBytes(), v]))];
}

/** Names a worker's key and locks its collateral. */
export async function enter(cluster: Cluster, number: number): Promise<void> {
  const { deal, deposits, token, terms, workers, keys } = cluster;
  const worker = workers[number]!;
  await deal.connect(worker).enlist(...(await enlistment(cluster, worker, keys[number]!)));
  await token.mint(worker, COLLATERAL);
  await token.connect(worker).approve(deposits, COLLATERAL);
  await deposits.connect(worker).deposit(token, COLLATERAL);
  await deposits.connect(worker).lock(deal, terms.collateralToken, COLLATERAL, await deal.termsHash());
}

/** {@link deployCluster} with all workers in their first era, and funds for a million seconds. */
export async function startedCluster(change: Partial<ClusterTerms> = {}, on?: Network): Promise<Cluster> {
  const cluster = await deployCluster(change, on);
  const { deal, payment, customer, terms } = cluster;
  const size = Number(terms.size);
  for (let number = 0; number < size; number++) await enter(cluster, number);
  const amount = 1_000_000n * RATE * BigInt(size);
  await payment.mint(customer, amount);
  await payment.connect(customer).approve(deal, amount);
  await deal.connect(customer).fund(amount);
  await deal.begin();
  return cluster;
}

/** A chain of blocks, true or not, as its workers have it. */
export class Chain {
  readonly history = new BlockHistory();
  readonly leaves: BlockLeaf[] = [];
  readonly records: string[] = [];

  /** Adds a block that leads to a record, after so many steps. */
  add(seed: number, steps = 100n, status: number = STATUS.yielded): void {
    const after = record(seed, status, BUDGET - steps);
    this.push(after, { steps: (this.leaves.at(-1)?.steps ?? 0n) + steps, stateRoot: getBytes(keccak256(after)) });
  }

  /** Adds a block of which the history says what is given. */
  push(after: string, says: Pick<BlockLeaf, "steps" | "stateRoot">, inputLength = 64n): void {
    const leaf = { inputRoot: digest(`input ${this.leaves.length}`), inputLength, ...says };
    this.records.push(after);
    this.leaves.push(leaf);
    this.history.append(blockLeaf(leaf));
  }

  /** A chain with the first blocks of this one. */
  upTo(count: number): Chain {
    const other = new Chain();
    for (let i = 0; i < count; i++) other.push(this.records[i]!, this.leaves[i]!, this.leaves[i]!.inputLength);
    return other;
  }

  /** The record after the last block. */
  get record(): string {
    return this.records.at(-1) ?? INITIAL;
  }

  get standing(): Standing {
    return {
      stateRoot: getBytes(keccak256(this.record)),
      historyRoot: this.history.root,
      count: BigInt(this.leaves.length),
      steps: this.leaves.at(-1)?.steps ?? 0n,
    };
  }
}

/** A chain of so many blocks; from `lies` on it is another one. */
export function blocks(count: number, lies = count): Chain {
  const chain = new Chain();
  for (let i = 0; i < count; i++) chain.add(i < lies ? i + 1 : 100 + i);
  return chain;
}

/** The default {@link startedCluster}, as a snapshot. */
export const started = (): Promise<Cluster> => startedCluster();

/** A standing as the contract takes it. */
export function shownStanding({ stateRoot, historyRoot, count, steps }: Standing) {
  return { stateRoot: hex(stateRoot), history: hex(historyRoot), count, steps };
}

/** A leaf as the contract takes it. */
export function shownLeaf({ inputRoot, inputLength, steps, stateRoot }: BlockLeaf) {
  return { inputRoot: hex(inputRoot), inputLength, steps, stateRoot: hex(stateRoot) };
}

/** No leaf. */
export const NO_LEAF = { inputRoot: ZeroHash, inputLength: 0n, steps: 0n, stateRoot: ZeroHash };

/** A block of a chain as the contract takes it; `first` where it is the claim's first. */
export function claimedBlock({ leaves, history }: Chain, number: number, first: boolean) {
  const proof = (of: number): string[] => history.prove(of).map(hex);
  return {
    number,
    leaf: shownLeaf(leaves[number]!),
    proof: proof(number),
    before: first ? NO_LEAF : shownLeaf(leaves[number - 1]!),
    proofBefore: first ? [] : proof(number - 1),
  };
}

/** What a certificate is made of, where it is not as usual. */
export interface Unusual {
  readonly era?: number;
  readonly deal?: Uint8Array;
  readonly height?: bigint;
  readonly ballot?: Partial<Ballot>;
  readonly appHash?: Uint8Array;
}

/** Votes of seats, with the keys that they had in the first era, for a block over a standing. */
export function certificate(
  cluster: Cluster,
  standing: Standing,
  at: bigint,
  seats: readonly number[],
  unusual: Unusual = {},
  keys = cluster.keys,
) {
  const chainId = chainIdOf(unusual.deal ?? cluster.address, unusual.era ?? 0);
  const height = unusual.height ?? standing.count + 2n;
  const instant = { seconds: at, nanoseconds: 5 };
  const header = headerOf({ chainId, height, time: instant, appHash: unusual.appHash ?? appHash(standing) });
  const block = { hash: headerHash(header), parts: { total: 1, hash: digest("parts") } };
  const ballot: Ballot = { chainId, type: PRECOMMIT, height, round: 0, block, ...unusual.ballot };
  return {
    ballot: shownBallot(ballot),
    voters: seats.reduce((mask, seat) => mask | (1 << seat), 0),
    votes: seats.map((seat) => shownVote(voteOf(keys[seat]!, ballot, seat))),
    secs: at,
    nanos: instant.nanoseconds,
    timeProof: proveField(header, "time").map(hex),
    appHashProof: proveField(header, "appHash").map(hex),
  };
}

/** Claims where a chain stands by the votes of some seats, one interval from now. */
export async function claimChain(...given: Parameters<typeof claimSoon>): Promise<string> {
  await time.increase(INTERVAL);
  return claimSoon(...given);
}

/** Claims where a chain stands by the votes of some seats, now. */
export async function claimSoon(
  cluster: Cluster,
  { standing, record: after }: Chain,
  seats: readonly number[] = [0, 1, 2, 3],
  unusual: Unusual = {},
  keys = cluster.keys,
): Promise<string> {
  const { deal, stranger } = cluster;
  const shown = certificate(cluster, standing, BigInt(await time.latest()), seats, unusual, keys);
  await deal.connect(stranger).claim(shown, after, hex(standing.historyRoot), standing.count, standing.steps);
  const { claimed } = await deal.progress();
  return deal.claimIdAt(claimed - 1n);
}
