/** The chain that a command works on, and the account that it sends from. */
import { type Address, createWalletClient, custom, type Hex, http, toHex, type Transport, webSocket } from "viem";
import { toAccount } from "viem/accounts";
import { Crash, Problem } from "../../verifier/errors.ts";
import { openAccount } from "../chain/accounts/open-account.ts";
import { readPrivateFile } from "../chain/accounts/private-file.ts";
import { Chain } from "../chain/chain.ts";
import { ConfigProblem, type Config } from "../config/config.ts";
import { shownEndpoint } from "../config/shown.ts";

/** A chain, known to be the one that was meant. */
export interface Connection {
  readonly chain: Chain;
  readonly chainId: number;
}

/** The same with an account that signs. */
export interface Signing extends Connection {
  /** Lower-case. */
  readonly self: Address;
}

/**
 * Connects for reading.
 *
 * @throws Problem if the node does not answer, or is of another chain
 */
export async function connect(config: Config): Promise<Connection> {
  const { transport, chainId } = await reached(config);
  return { chain: new Chain(transport), chainId };
}

/** Connects for sending from the account of the settings. */
export async function connectSigning(config: Config): Promise<Signing> {
  const { transport, chainId } = await reached(config);
  const { self, signing } = await signer(config, transport, chainId);
  return { chain: new Chain(signing), chainId, self };
}

async function reached(config: Config): Promise<{ transport: Transport; chainId: number }> {
  const chainId = config.need("chainId");
  const [endpoint = ""] = config.need("endpoints");
  const transport = endpoint.startsWith("ws") ? webSocket(endpoint) : http(endpoint, { retryCount: 2 });
  const actual = await new Chain(transport).reader.getChainId().catch((cause: unknown) => {
    throw new Problem(`${shownEndpoint(endpoint)} does not answer`, {
      hint: "is the node running, and reachable from here?",
      cause,
    });
  });
  if (actual !== chainId) {
    throw new Problem(`${shownEndpoint(endpoint)} is a node of chain ${actual}, not of ${chainId}`, {
      hint: "chainId and endpoints must be of the same chain",
    });
  }
  return { transport, chainId };
}

/** A call as `eth_sendTransaction` has it. */
interface Request {
  readonly from: Address;
  readonly to?: Address;
  readonly data?: Hex;
  readonly value?: Hex;
}

/** Asks a node something; nothing is known of the answer. */
function askerOf(transport: Transport): (method: string, params?: unknown) => Promise<unknown> {
  const { request } = transport({ retryCount: 0 });
  return (method, params) => request({ method, params });
}

/** What is signed and sent for a request: the node does it itself for its own accounts. */
type Send = (call: Request, gas: bigint) => Promise<Hex>;

/**
 * A transport that answers `eth_sendTransaction` for the account of the settings, with more gas
 * than was estimated: what comes first in the block may make the call more expensive.
 */
async function signer(
  config: Config,
  transport: Transport,
  chainId: number,
): Promise<{ self: Address; signing: Transport }> {
  const ask = askerOf(transport);
  const { self, send } = await senderOf(config, transport, chainId);
  const request = async ({ method, params }: { method: string; params?: unknown }): Promise<unknown> => {
    if (method !== "eth_sendTransaction") return ask(method, params);
    const [call] = params as readonly [Request];
    const estimate = BigInt((await ask("eth_estimateGas", [call])) as Hex);
    return send(call, (estimate * GAS_PERCENT) / 100n);
  };
  return { self, signing: custom({ request }, { retryCount: 0 }) };
}

/** Of the estimate. */
const GAS_PERCENT = 140n;

async function senderOf(config: Config, transport: Transport, chainId: number): Promise<{ self: Address; send: Send }> {
  const source = config.need("account");
  const [, scheme, rest = ""] = /^(\w+):(.+)$/.exec(source) ?? [];
  if (scheme === "node") {
    const ask = askerOf(transport);
    const send: Send = async (call, gas) => (await ask("eth_sendTransaction", [{ ...call, gas: toHex(gas) }])) as Hex;
    return { self: await heldByNode(transport, rest), send };
  }
  const password = (): string => passwordOf(config);
  const signer = await openAccount(source, { chainId, environment: process.env, password });
  const account = toAccount({ ...signer, signMessage: signsNothingElse, signTypedData: signsNothingElse });
  const wallet = createWalletClient({ account, transport });
  const send: Send = ({ to, data, value }, gas) =>
    wallet.sendTransaction({
      ...(to === undefined ? {} : { to }),
      ...(data === undefined ? {} : { data }),
      ...{ value: BigInt(value ?? 0), gas, chain: null },
    });
  return { self: account.address.toLowerCase() as Address, send };
}

/** An account of a development node, by its address or its place in the node's list. */
async function heldByNode(transport: Transport, which: string): Promise<Address> {
  const accounts = (await askerOf(transport)("eth_accounts")) as readonly Address[];
  const known = accounts.map((account) => account.toLowerCase() as Address);
  const found = /^\d+$/.test(which) ? known[Number(which)] : known.find((account) => account === which.toLowerCase());
  if (found !== undefined) return found;
  throw new ConfigProblem(`the node holds no account ${which}; it holds ${known.length}`, {
    hint: "only development nodes hold keys; elsewhere use keystore:FILE",
  });
}

/** The first line of the password file. */
function passwordOf({ values: { passwordFile } }: Config): string {
  if (passwordFile === undefined) {
    throw new ConfigProblem("the keystore wants a password", { hint: "name a file with it: --password-file" });
  }
  const [password = ""] = readPrivateFile(passwordFile, "password file").split(/\r?\n/);
  return password;
}

function signsNothingElse(): never {
  throw new Crash("a command signs transactions only");
}
