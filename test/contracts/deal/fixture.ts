/**
 * What the tests of Deposits and Deal start from: a Deal over a toy verifier and a toy arbiter
 * whose verdicts the test decides, with four workers.
 */
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { AbiCoder, concat, keccak256, toBeHex, ZeroAddress, ZeroHash, type BytesLike } from "ethers";
import { network } from "hardhat";
import { decodeEventLog, type Hex } from "viem";
import { dealAbi } from "../../../contracts/abi/Deal.ts";
import type { ContractOf, DealTerms } from "../../support/typed-contract.ts";

/** The network that the tests of Deal and Deposits share. */
const shared = await network.create();
export const { ethers, networkHelpers } = shared;

/**
 * As in the network's helpers: runs a fixture once, and goes back to its end every further time.
 */
export const loadFixture = <T>(fixture: () => Promise<T>): Promise<T> => networkHelpers.loadFixture(fixture);

export const PERIOD = 3_600n;
export const COOLING_OFF = 86_400n;
export const COLLATERAL = 10n ** 18n;
export const PRICE = 1_000n;
export const NOTICE = 7_200n;
export const SHARE = 2_500n;

/** The status byte of a packed record. */
export const STATUS = { running: 0, yielded: 1, finished: 2, trapped: 3 } as const;

const word = (value: number | bigint): string => toBeHex(value, 32);

/** The program of every Deal here. */
export const PROGRAM: DealTerms["program"] = {
  codeRoot: word(0xc0de),
  memoryRoot: word(0x3e),
  cellsRoot: word(0xce115),
  sizes: word(1),
  header: word(0x4ead),
  sourcesRoot: word(0x50c),
};

/**
 * A packed record of the program; `seed` makes it different from others, `fuel` and `reserve` are
 * what is left of the budget.
 */
export function record(seed: number, status: number = STATUS.yielded, fuel = 0n, reserve = 0n): string {
  const { codeRoot, header } = PROGRAM;
  const registers = word((BigInt(status) << 248n) | (fuel << 64n) | reserve);
  return concat([
    codeRoot,
    header,
    word(seed),
    ...Array.from({ length: 3 }, () => ZeroHash),
    registers,
    word(0),
    word(0),
  ]);
}

/** The packed record that {@link ToyLoader} gives for {@link PROGRAM}. */
export const INITIAL = concat([
  PROGRAM.codeRoot,
  PROGRAM.header,
  ZeroHash,
  PROGRAM.memoryRoot,
  PROGRAM.cellsRoot,
  ZeroHash,
  word(1n << 248n),
  PROGRAM.sizes,
  ZeroHash,
]);

/** The state root that {@link ToyLoader} loads. */
export function loaded(previous: BytesLike, inputRoot: BytesLike, length: number, budget: bigint): string {
  const values = [keccak256(previous), inputRoot, length, budget];
  return keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32", "bytes32", "uint64", "uint64"], values));
}

/** The opening that {@link ToyLoader} takes. */
export const openingOf = (previous: BytesLike): string => keccak256(previous);

/** A commitment; the toy arbiter does not look into it. */
export const JOIN = {
  children: Array.from({ length: 8 }, () => ZeroHash) as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ],
  finalState: ZeroHash,
  proof: [],
  salt: ZeroHash,
};

export interface World {
  deal: ContractOf<"Deal">;
  deposits: ContractOf<"Deposits">;
  arbiter: ContractOf<"ToyArbiter">;
  verifier: ContractOf<"ToyLoader">;
  token: ContractOf<"PlainToken">;
  payment: ContractOf<"BlockingToken">;
  terms: DealTerms;
  customer: HardhatEthersSigner;
  sequencer: HardhatEthersSigner;
  challenger: HardhatEthersSigner;
  stranger: HardhatEthersSigner;
  workers: HardhatEthersSigner[];
  w1: HardhatEthersSigner;
  w2: HardhatEthersSigner;
  w3: HardhatEthersSigner;
}

/** Deploys everything; no worker has joined and no funds are there. `change` replaces terms. */
export async function deploy(
  change: Partial<DealTerms> = {},
  on: Pick<typeof shared, "ethers"> = shared,
): Promise<World> {
  const [customer, sequencer, challenger, stranger, ...workers] = await on.ethers.getSigners();
  const [w1, w2, w3] = workers;
  if (!customer || !sequencer || !challenger || !stranger || !w1 || !w2 || !w3) throw new Error("too few accounts");
  const verifier = await on.ethers.deployContract("ToyLoader");
  const arbiter = await on.ethers.deployContract("ToyArbiter", [verifier, PERIOD, 1n << 48n]);
  const deposits = await on.ethers.deployContract("Deposits", [COOLING_OFF]);
  const token = await on.ethers.deployContract("PlainToken");
  const payment = await on.ethers.deployContract("BlockingToken");
  const terms: DealTerms = {
    customer: customer.address,
    sequencer: sequencer.address,
    arbiter: await arbiter.getAddress(),
    deposits: await deposits.getAddress(),
    program: PROGRAM,
    budget: 1_000_000n,
    collateralToken: await token.getAddress(),
    collateral: COLLATERAL,
    paymentToken: await payment.getAddress(),
    price: PRICE,
    reporterShare: SHARE,
    maxWorkers: 16,
    maxPending: 4,
    maxPendingSteps: 2n ** 63n,
    maxInput: 65_536,
    notice: NOTICE,
    ...change,
  };
  const deal = await on.ethers.deployContract("Deal", [terms]);
  const people = { customer, sequencer, challenger, stranger, workers, w1, w2, w3 };
  return { deal, deposits, arbiter, verifier, token, payment, terms, ...people };
}

/** What a Deal logged when it was deployed. */
export async function openedBy(deal: ContractOf<"Deal">) {
  const [opened] = await deal.queryFilter("Opened");
  const { data, topics } = opened as unknown as { data: Hex; topics: [Hex, ...Hex[]] };
  return decodeEventLog({ abi: dealAbi, eventName: "Opened", data, topics }).args;
}

/** Locks a worker's collateral for the Deal. */
export async function join({ deal, deposits, token, terms }: World, worker: HardhatEthersSigner): Promise<void> {
  const eth = terms.collateralToken === ZeroAddress;
  if (!eth) {
    await token.mint(worker, terms.collateral);
    await token.connect(worker).approve(deposits, terms.collateral);
  }
  const value = eth ? terms.collateral : 0n;
  await deposits.connect(worker).deposit(terms.collateralToken, terms.collateral, { value });
  await deposits.connect(worker).lock(deal, terms.collateralToken, terms.collateral, await deal.termsHash());
}

/** Brings funds for `fragments` fragments. */
export async function fund({ deal, payment, terms, customer }: World, fragments: bigint): Promise<void> {
  const amount = BigInt(terms.price) * fragments;
  if (terms.paymentToken === ZeroAddress) {
    await deal.connect(customer).fund(amount, { value: amount });
    return;
  }
  await payment.mint(customer, amount);
  await payment.connect(customer).approve(deal, amount);
  await deal.connect(customer).fund(amount);
}

/** {@link deploy} with three workers and funds for eight fragments. */
export async function started(change: Partial<DealTerms> = {}): Promise<World> {
  const world = await deploy(change);
  for (const worker of [world.w1, world.w2, world.w3]) await join(world, worker);
  await fund(world, 8n);
  return world;
}

/** The default {@link started}, as a snapshot. */
export const startedWorld = async (): Promise<World> => started();

/** Submits the next fragment. */
export async function submit({ deal, sequencer }: World, data: BytesLike = "0x01"): Promise<string> {
  const id = await deal.connect(sequencer).submit.staticCall(data);
  await deal.connect(sequencer).submit(data);
  return id;
}

/** Claims the next unclaimed fragment. */
export async function claim(
  { deal }: World,
  worker: HardhatEthersSigner,
  previous: BytesLike,
  final: BytesLike,
): Promise<string> {
  const { claimed } = await deal.progress();
  const fragment = await deal.fragmentId(claimed);
  const id = await deal.connect(worker).claim.staticCall(fragment, keccak256(previous), final);
  await deal.connect(worker).claim(fragment, keccak256(previous), final);
  return id;
}

/** Opens the dispute of a claim about the fragment with these bytes. */
export async function challenge(world: World, id: string, previous: BytesLike, data = "0x01"): Promise<void> {
  const { deal, challenger } = world;
  const input = { root: inputRoot(data), length: (data.length - 2) / 2 };
  await deal.connect(challenger).challenge(id, input, previous, openingOf(previous), JOIN);
}

/** Lets the claims' windows pass. */
export const afterWindow = async (): Promise<void> => {
  await networkHelpers.time.increase(PERIOD);
};

/**
 * Merkle root of an input, written as plainly as possible: all 2^11 leaves, level by level. Twin of
 * contracts/deal/Input.sol.
 */
export function inputRoot(data: string): string {
  const hex = data.slice(2).padEnd(65_536 * 2, "0");
  let nodes = Array.from({ length: 2_048 }, (_, i) => `0x${hex.slice(i * 64, i * 64 + 64)}`);
  while (nodes.length > 1) {
    nodes = Array.from({ length: nodes.length / 2 }, (_, i) => keccak256(concat([nodes[2 * i]!, nodes[2 * i + 1]!])));
  }
  return nodes[0]!;
}
