/**
 * A signer elsewhere that keeps the key: `eth_signTransaction` over JSON-RPC, as web3signer, clef
 * and key services behind them speak it. What it answers is checked: it signs what it was asked to,
 * with the key of the address.
 */
import {
  type Address,
  BaseError,
  type EIP1193RequestFn,
  getAddress,
  type Hex,
  http,
  isHex,
  numberToHex,
  parseTransaction,
  recoverTransactionAddress,
  RpcRequestError,
  type TransactionSerializable,
  type TransactionSerializableEIP1559,
  type TransactionSerialized,
} from "viem";
import { Problem } from "../../../verifier/errors.ts";
import { escaped, shortened } from "../../../verifier/printable.ts";
import type { Signer } from "./signer.ts";

/** The signer at a URL, for one of its addresses. */
export function remoteSigner(url: string, address: Address): Signer {
  const place = `signer at ${hostOf(url)}`;
  const request = http(url, { retryCount: 1, timeout: 10_000 })({}).request as EIP1193RequestFn;
  const signTransaction = async (transaction: TransactionSerializable): Promise<Hex> => {
    const asked = fieldsOf(transaction, place);
    const raw = await answered(request, { from: address, ...rpcFields(asked) }, place);
    await check(raw, asked, address, place);
    return raw;
  };
  // viem's type has a serializer and the type of transaction as well, which no sender of ours uses.
  return { address: getAddress(address), signTransaction: signTransaction };
}

/** A URL may have a password in it, or a key in its path. */
function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    throw new Problem("the signer's URL is none");
  }
}

/** What is signed. */
interface Fields {
  readonly chainId: number;
  readonly nonce: number;
  /** None: it makes a contract. */
  readonly to: Address | undefined;
  readonly data: Hex;
  readonly value: bigint;
  readonly gas: bigint;
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
}

function fieldsOf(transaction: TransactionSerializable, place: string): Fields {
  const { chainId, nonce = 0, to, data = "0x", value = 0n, gas } = transaction;
  const { maxFeePerGas, maxPriorityFeePerGas } = transaction as TransactionSerializableEIP1559;
  if (chainId === undefined || gas === undefined || maxFeePerGas === undefined) {
    throw new Problem("only transactions with the fees of EIP-1559 are signed", { place });
  }
  const fees = { maxFeePerGas, maxPriorityFeePerGas: maxPriorityFeePerGas ?? 0n };
  return { chainId, nonce, to: typeof to === "string" ? getAddress(to) : undefined, data, value, gas, ...fees };
}

function rpcFields({ chainId, nonce, to, data, value, gas, maxFeePerGas, maxPriorityFeePerGas }: Fields): object {
  const numbers = { chainId, nonce, value, gas, maxFeePerGas, maxPriorityFeePerGas };
  const hexes = Object.entries(numbers).map(([name, number]) => [name, numberToHex(number)]);
  return { type: "0x2", ...(to === undefined ? {} : { to }), data, ...(Object.fromEntries(hexes) as object) };
}

async function answered(request: EIP1193RequestFn, transaction: object, place: string): Promise<TransactionSerialized> {
  let answer: unknown;
  try {
    answer = await request({ method: "eth_signTransaction", params: [transaction] } as never);
  } catch (error) {
    // Not its message, nor itself as a cause: both have the URL.
    throw new Problem(`it does not sign: ${reasonOf(error)}`, { place });
  }
  // geth's clef gives the transaction beside its bytes.
  const raw = typeof answer === "object" && answer !== null && "raw" in answer ? answer.raw : answer;
  if (!isHex(raw)) throw new Problem("its answer is no transaction", { place });
  return raw as TransactionSerialized;
}

/** What the signer says, or how it could not be asked. */
function reasonOf(error: unknown): string {
  if (!(error instanceof BaseError)) return "no answer";
  const said = error.walk((cause) => cause instanceof RpcRequestError);
  return said instanceof RpcRequestError ? escaped(shortened(said.details, 200)) : error.shortMessage;
}

async function check(raw: TransactionSerialized, asked: Fields, address: Address, place: string): Promise<void> {
  let signed: Fields;
  let by: Address;
  try {
    signed = fieldsOf(parseTransaction(raw), place);
    by = await recoverTransactionAddress({ serializedTransaction: raw });
  } catch {
    throw new Problem("its answer is no transaction with a signature", { place });
  }
  if (by !== getAddress(address)) throw new Problem(`it signs as ${by}, not as ${address}`, { place });
  for (const name of Object.keys(asked) as (keyof Fields)[]) {
    const [is, was] = [signed[name], asked[name]];
    if (String(is).toLowerCase() !== String(was).toLowerCase()) {
      throw new Problem(`it has signed another ${name} than it was asked to`, { place });
    }
  }
}
