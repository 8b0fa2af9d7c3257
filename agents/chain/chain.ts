/** A chain as the agents see it: reading, the clock, and sending with a receipt. The only place with effects on a chain. */
import {
  type Abi,
  type Address,
  BaseError,
  ContractFunctionRevertedError,
  createPublicClient,
  createWalletClient,
  encodeFunctionData,
  type Hex,
  type Log,
  type PublicClient,
  size,
  type Transport,
  type WalletClient,
} from "viem";
import { type ContractError, errorAbi, isContractError } from "./contract-errors.ts";

/** A call to be sent. */
export interface Call {
  /** What the call is for, in a word or two: `move`, `join level 1`. */
  readonly label: string;
  readonly to: Address;
  readonly abi: Abi;
  readonly functionName: string;
  readonly args: readonly unknown[];
  /** In wei. */
  readonly value?: bigint;
}

/** A call that was mined. */
export interface Sent {
  readonly label: string;
  readonly from: Address;
  readonly hash: Hex;
  readonly gas: bigint;
  readonly calldataBytes: number;
  readonly block: bigint;
  readonly logs: readonly Log[];
}

/** The reason of a call that reverted only when it was mined. */
export const REVERTED = "Reverted";

/** Why a call is refused: the name of the contract's error, if there is one, and what a reader is told. */
interface Refusal {
  readonly name?: ContractError | typeof REVERTED;
  readonly text: string;
}

/** The chain refused a call: it would revert. The message names the call and the contract's error. */
export class CallRefused extends Error {
  override readonly name = "CallRefused";
  /** Name of the contract's error; {@link REVERTED}; or undefined if the chain gave neither. */
  readonly reason: ContractError | typeof REVERTED | undefined;

  constructor(call: Call, from: Address, { name, text }: Refusal, cause: unknown) {
    super(`${call.functionName} on ${call.to} from ${from} was refused: ${text}`, { cause });
    this.reason = name;
  }
}

/** Reads a chain and sends to it. */
export class Chain {
  readonly reader: PublicClient;
  readonly #wallet: WalletClient;
  readonly #observers: ((sent: Sent) => void)[] = [];

  /**
   * @param transport How to reach a node whose accounts are unlocked.
   */
  constructor(transport: Transport) {
    this.reader = createPublicClient({ transport, pollingInterval: 50, cacheTime: 0 });
    this.#wallet = createWalletClient({ transport });
  }

  /** Tells of every transaction that this object sends. */
  observe(observer: (sent: Sent) => void): void {
    this.#observers.push(observer);
  }

  /** Timestamp of the latest block, in seconds. */
  async now(): Promise<number> {
    return Number((await this.reader.getBlock()).timestamp);
  }

  /** Sends a call and waits for its receipt. Throws `CallRefused` when it reverts. */
  async send(from: Address, call: Call): Promise<Sent> {
    const { to, abi, functionName, args, value = 0n } = call;
    const data = encodeFunctionData({ abi, functionName, args });
    try {
      const known = [...abi.filter(({ type }) => type !== "error"), ...errorAbi];
      // Against the pending block: what an earlier block is needed for is there in the latest one.
      const at = { account: from, blockTag: "pending" } as const;
      await this.reader.simulateContract({ ...at, address: to, abi: known, functionName, args, value });
    } catch (error) {
      throw new CallRefused(call, from, refusalOf(error), error);
    }
    const hash = await this.#wallet.sendTransaction({ account: from, to, data, value, chain: null });
    const sent = await this.#mined(call.label, from, hash, data);
    // It would have succeeded a moment ago: somebody else's transaction came before it.
    if (sent === undefined) throw new CallRefused(call, from, { name: REVERTED, text: REVERTED }, hash);
    return sent;
  }

  /** Deploys a contract and gives its address. */
  async deploy(from: Address, label: string, data: Hex): Promise<Address> {
    const hash = await this.#wallet.sendTransaction({ account: from, data, chain: null });
    if ((await this.#mined(label, from, hash, data)) === undefined) throw new Error(`${label}: ${hash} reverted`);
    const { contractAddress } = await this.reader.getTransactionReceipt({ hash });
    if (!contractAddress) throw new Error(`${label}: the transaction ${hash} created no contract`);
    return contractAddress;
  }

  /** Waits for the receipt; undefined if the transaction reverted. */
  async #mined(label: string, from: Address, hash: Hex, data: Hex): Promise<Sent | undefined> {
    const receipt = await this.reader.waitForTransactionReceipt({ hash });
    if (receipt.status !== "success") return undefined;
    const { gasUsed: gas, blockNumber: block, logs } = receipt;
    const sent: Sent = { label, from, hash, gas, calldataBytes: size(data), block, logs };
    for (const observer of this.#observers) observer(sent);
    return sent;
  }
}

function refusalOf(error: unknown): Refusal {
  if (!(error instanceof BaseError)) return { text: String(error) };
  const revert = error.walk((cause) => cause instanceof ContractFunctionRevertedError);
  if (!(revert instanceof ContractFunctionRevertedError)) return { text: error.shortMessage };
  const { data, reason, signature } = revert;
  if (data === undefined) return { text: reason ?? signature ?? revert.shortMessage };
  const args = (data.args ?? []).map((arg: unknown) => (typeof arg === "bigint" ? String(arg) : JSON.stringify(arg)));
  const text = `${data.errorName}(${args.join(", ").replaceAll('"', "")})`;
  return isContractError(data.errorName) ? { name: data.errorName, text } : { text };
}
