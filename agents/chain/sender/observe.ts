/** Reads what a sender has to know of the chain at a look: requests, and nothing else. */
import {
  type Address,
  BlockNotFoundError,
  type Hash,
  type PublicClient,
  TransactionNotFoundError,
  TransactionReceiptNotFoundError,
} from "viem";
import type { Flight, Mined } from "../../store/intents.ts";
import type { Market } from "./fees.ts";

/** What was read. */
export interface Observation {
  /** Number and hash of the latest block. */
  readonly head: bigint;
  readonly headHash: Hash;
  readonly market: Market;
  /** How many of the account's transactions are mined. */
  readonly nonce: number;
  /** The same with those of the node's pool; a hint only. */
  readonly taken: number;
  /** In wei. */
  readonly balance: bigint;
  readonly receipts: ReadonlyMap<Hash, Mined>;
  /** Newest attempts of flights that are not mined, and that the node doesn't have. */
  readonly absent: ReadonlySet<Hash>;
}

/** Blocks whose tips are looked at. */
const TIP_BLOCKS = 5;

/** Reads the chain for an account and its flights. */
export async function observe(reader: PublicClient, self: Address, flights: readonly Flight[]): Promise<Observation> {
  const head = await reader.getBlock();
  const [tip, nonce, taken, balance] = await Promise.all([
    usualTip(reader),
    reader.getTransactionCount({ address: self, blockTag: "latest" }),
    reader.getTransactionCount({ address: self, blockTag: "pending" }),
    reader.getBalance({ address: self, blockTag: "latest" }),
  ]);
  const [receipts, absent] = await Promise.all([
    minedOf(
      reader,
      flights.filter((flight) => flight.nonce < nonce),
    ),
    absentOf(
      reader,
      flights.filter((flight) => flight.nonce >= nonce),
    ),
  ]);
  // The most that the next block's can be: EIP-1559 has it rise by an eighth.
  const baseFee = ((head.baseFeePerGas ?? 0n) * 9n + 7n) / 8n;
  return { head: head.number, headHash: head.hash, market: { baseFee, tip }, nonce, taken, balance, receipts, absent };
}

/**
 * The middle one of the tips that were paid; of blocks without any the tip is 0, as it is if nobody
 * tells. One endpoint is believed: the policy bounds what its lie can cost.
 */
async function usualTip(reader: PublicClient): Promise<bigint> {
  try {
    const { reward = [] } = await reader.getFeeHistory({ blockCount: TIP_BLOCKS, rewardPercentiles: [50] });
    const tips = reward.map(([tip = 0n]) => tip).sort((a, b) => (a < b ? -1 : 1));
    return tips[tips.length >> 1] ?? 0n;
  } catch {
    return 0n;
  }
}

/** What was mined in a block that is still there is as it was: one question for all of a block. */
async function minedOf(reader: PublicClient, flights: readonly Flight[]): Promise<Map<Hash, Mined>> {
  const blocks = await hashesOf(reader, new Set(flights.flatMap(({ mined }) => (mined ? [mined.block] : []))));
  const stands = ({ mined }: Flight): boolean => mined !== undefined && blocks.get(mined.block) === mined.blockHash;
  const known = flights.filter(stands).flatMap(({ mined }) => (mined ? [mined] : []));
  const asked = flights.filter((flight) => !stands(flight));
  return new Map([...known.map((one) => [one.hash, one] as const), ...(await receiptsOf(reader, asked))]);
}

/** The hashes of the blocks with these numbers, as far as there are such. */
async function hashesOf(reader: PublicClient, numbers: ReadonlySet<bigint>): Promise<Map<bigint, Hash>> {
  const blocks = await Promise.all([...numbers].map((blockNumber) => orNothing(reader.getBlock({ blockNumber }))));
  return new Map(blocks.flatMap((block) => (block === undefined ? [] : [[block.number, block.hash] as const])));
}

async function receiptsOf(reader: PublicClient, flights: readonly Flight[]): Promise<Map<Hash, Mined>> {
  const hashes = flights.flatMap(({ attempts }) => attempts.map(({ hash }) => hash));
  const receipts = await Promise.all(hashes.map((hash) => orNothing(reader.getTransactionReceipt({ hash }))));
  const mined = receipts.filter((receipt) => receipt !== undefined);
  return new Map(
    mined.map(({ transactionHash: hash, blockNumber, blockHash, status, gasUsed, effectiveGasPrice }) => [
      hash,
      { hash, block: blockNumber, blockHash, success: status === "success", paid: gasUsed * effectiveGasPrice },
    ]),
  );
}

async function absentOf(reader: PublicClient, flights: readonly Flight[]): Promise<Set<Hash>> {
  const newest = flights.flatMap(({ attempts }) => attempts.slice(-1).map(({ hash }) => hash));
  const known = await Promise.all(newest.map((hash) => orNothing(reader.getTransaction({ hash }))));
  return new Set(newest.filter((_, i) => known[i] === undefined));
}

const NOTHING = [TransactionReceiptNotFoundError, TransactionNotFoundError, BlockNotFoundError];

/** What there is; a node says "nothing" with an error of viem's. */
async function orNothing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (NOTHING.some((kind) => error instanceof kind)) return undefined;
    throw error;
  }
}
