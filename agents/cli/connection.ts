/** The chain that a command works on, and the account that it sends from. */
import { type Address, custom, type Hex, http, numberToHex, type PublicClient, type Transport } from "viem";
import { openAccount } from "../chain/accounts/open-account.ts";
import type { Signer } from "../chain/accounts/signer.ts";
import { Chain } from "../chain/chain.ts";
import { requireChain } from "../chain/endpoints/chain-id.ts";
import { Endpoint, isLocal } from "../chain/endpoints/endpoint.ts";
import { Endpoints } from "../chain/endpoints/endpoints.ts";
import { Remarks } from "../chain/endpoints/remarks.ts";
import { isSocket } from "../chain/endpoints/socket.ts";
import { endpointTransport } from "../chain/endpoints/transport.ts";
import type { Config } from "../config/config.ts";
import { shownEndpoint } from "../config/shown.ts";
import { stderr } from "./channels.ts";
import { askPassword, passwordIn } from "./password.ts";
import { text } from "./printable.ts";
import { lowerCase } from "../chain/lower-case.ts";

/** A chain, known to be the one that was meant. */
export interface Connection {
  readonly chain: Chain;
  readonly chainId: number;
}

/** The same with an account that signs. */
export interface Signing extends Connection {
  /** Lower-case. */
  readonly self: Address;
  readonly signer: Signer;
  /** Each endpoint by itself: signed transactions go to all of them. */
  readonly open: readonly Transport[];
}

/**
 * Connects for reading.
 *
 * @throws Problem if the endpoints do not answer, or are of another chain
 */
export async function connect(config: Config): Promise<Connection> {
  const { transport, chainId, pollingInterval } = await reached(config);
  return { chain: new Chain(transport, { pollingInterval }), chainId };
}

/** Connects for sending from the account of the settings. */
export async function connectSigning(config: Config): Promise<Signing> {
  const account = config.need("account");
  const { transport, chainId, pollingInterval } = await reached(config);
  const { passwordFile } = config.values;
  const signer = await openAccount(account, {
    ...{ chainId, environment: process.env },
    password: (path) => (passwordFile === undefined ? askPassword(`password of ${path}`) : passwordIn(passwordFile)),
  });
  return {
    ...{ chainId, signer, self: lowerCase(signer.address) },
    chain: new Chain(signingTransport(transport, signer, chainId), {
      ...{ pollingInterval, laterBlock: chainId === ON_DEMAND ? 0 : LATER_BLOCK_MS },
    }),
    open: config.need("endpoints").map(openTo),
  };
}

/** A way to one endpoint that tries nothing twice. */
function openTo(url: string): Transport {
  if (!isSocket(url)) return http(url, { retryCount: 0 });
  const endpoint = new Endpoint({ url, name: shownEndpoint(url), retries: 0 });
  const request = ({ method, params = [] }: { method: string; params?: unknown }): Promise<unknown> =>
    endpoint.request(method, params as readonly unknown[]);
  return custom({ request }, { retryCount: 0 });
}

interface Reached {
  readonly transport: Transport;
  readonly chainId: number;
  /** How often a receipt is asked for, in milliseconds. */
  readonly pollingInterval: number;
}

const QUICK_MS = 50;
const SPARING_MS = 2_000;

/** Two blocks of Ethereum, and some. */
const LATER_BLOCK_MS = 30_000;

/** The chain of Hardhat and anvil, which mine when something is sent. */
const ON_DEMAND = 31_337;

async function reached(config: Config): Promise<Reached> {
  const chainId = config.need("chainId");
  const urls = config.need("endpoints");
  const remarks = new Remarks((line) => stderr.line(text`  ${line}`));
  const endpoints = Endpoints.at(
    urls.map((url) => ({ url, name: shownEndpoint(url) })),
    { observer: (remark) => remarks.add(remark) },
  );
  await requireChain(endpoints, chainId);
  const pollingInterval = urls.every(isLocal) ? QUICK_MS : SPARING_MS;
  return { transport: endpointTransport(endpoints), chainId, pollingInterval };
}

/** A call as `eth_sendTransaction` has it. */
interface Request {
  readonly from: Address;
  readonly to?: Address;
  readonly data?: Hex;
  readonly value?: Hex;
}

/** Of the gas that was estimated: what comes first in the block may make a call more expensive. */
const GAS_PERCENT = 140n;

/** A transport that answers `eth_sendTransaction` for an account of ours. */
function signingTransport(transport: Transport, signer: Signer, chainId: number): Transport {
  const { reader } = new Chain(transport);
  const ask = transport({ retryCount: 0 }).request;
  const request = async ({ method, params }: { method: string; params?: unknown }): Promise<unknown> => {
    if (method !== "eth_sendTransaction") return ask({ method, params });
    const [call] = params as readonly [Request];
    return ask({ method: "eth_sendRawTransaction", params: [await signed(reader, signer, call, chainId)] });
  };
  return custom({ request }, { retryCount: 0 });
}

async function signed(
  reader: PublicClient,
  signer: Signer,
  { to, data, value: amount }: Request,
  chainId: number,
): Promise<Hex> {
  const value = BigInt(amount ?? numberToHex(0));
  const call = { ...(to === undefined ? {} : { to }), ...(data === undefined ? {} : { data }), value };
  const [fees, nonce, estimate] = await Promise.all([
    reader.estimateFeesPerGas({ type: "eip1559", chain: undefined }),
    reader.getTransactionCount({ address: signer.address, blockTag: "pending" }),
    reader.estimateGas({ account: signer.address, ...call }),
  ]);
  const gas = (estimate * GAS_PERCENT) / 100n;
  const { maxFeePerGas, maxPriorityFeePerGas } = fees;
  return signer.signTransaction({ ...call, nonce, gas, maxFeePerGas, maxPriorityFeePerGas, chainId, type: "eip1559" });
}
