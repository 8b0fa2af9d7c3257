/**
 * What never changes about a Deal, from its address alone: its terms, the contracts that it trusts,
 * their parameters, and the block in which it was deployed.
 */
import { type Address, type ContractConstructorArgs, getAbiItem, type Hex, type Log, parseEventLogs } from "viem";
import { arbiterAbi } from "../../contracts/abi/Arbiter.ts";
import { dealAbi } from "../../contracts/abi/Deal.ts";
import { Problem } from "../../verifier/errors.ts";
import type { Params } from "../game/types.ts";
import type { Chain } from "./chain.ts";
import { creationBlock } from "./creation-block.ts";
import { readParams } from "./tournament-log.ts";
import { lowerCase } from "./lower-case.ts";

/** `IDeal.Terms`. */
export type Terms = ContractConstructorArgs<typeof dealAbi>[0];

/** A Deal, without what happens in it. */
export interface DealFacts {
  /** Lower-case, as all addresses here. */
  readonly address: Address;
  /** The block in which it was deployed. */
  readonly block: bigint;
  readonly terms: Terms;
  readonly termsHash: Hex;
  /** The record of the program's initial state, 288 bytes. */
  readonly initialRecord: Hex;
  readonly arbiter: Address;
  readonly tournament: Address;
  readonly deposits: Address;
  readonly verifier: Address;
  /** Of the tournament. */
  readonly params: Params;
}

const OPENED = getAbiItem({ abi: dealAbi, name: "Opened" });

type Opened = Log<bigint, number, false, undefined, true, typeof dealAbi, "Opened">;

/**
 * Reads a Deal.
 *
 * @throws Problem if there is no Deal at the address
 */
export async function readDeal(chain: Chain, given: Address): Promise<DealFacts> {
  const address = lowerCase(given);
  const { reader } = chain;
  const { arbiter, verifier } = await trusted(chain, address);
  const tournament = lowerCase(
    await reader.readContract({ address: arbiter, abi: arbiterAbi, functionName: "tournament" }),
  );
  const opened = await openedLog(chain, address);
  const block = opened.blockNumber;
  const { terms, termsHash, initialRecord } = opened.args;
  return {
    ...{ address, block, terms, termsHash, initialRecord, arbiter, tournament, verifier },
    deposits: lowerCase(terms.deposits),
    params: await readParams(chain, tournament),
  };
}

/** The log of the Deal's constructor: the terms, which `terms()` gives too, and where it stands. */
async function openedLog({ reader }: Chain, address: Address): Promise<Opened> {
  const search = async (fromBlock: bigint, toBlock: bigint | "latest"): Promise<Opened | undefined> => {
    const logs = await reader.getLogs({ address, event: OPENED, fromBlock, toBlock });
    const [log] = parseEventLogs({ abi: dealAbi, logs, eventName: "Opened" });
    return log;
  };
  const anywhere = await search(0n, "latest").catch(() => undefined);
  if (anywhere !== undefined) return anywhere;
  // A provider that allows no such range.
  const block = await creationBlock(reader, address);
  const log = block === undefined ? undefined : await search(block, block);
  if (log !== undefined) return log;
  throw new Problem(`there is no log of how the Deal at ${address} was opened`, { hint: "ask another node" });
}

async function trusted({ reader }: Chain, address: Address): Promise<{ arbiter: Address; verifier: Address }> {
  const read = (functionName: "arbiter" | "verifier"): Promise<Address> =>
    reader.readContract({ address, abi: dealAbi, functionName });
  try {
    return { arbiter: lowerCase(await read("arbiter")), verifier: lowerCase(await read("verifier")) };
  } catch (cause) {
    throw new Problem(`the contract at ${address} is no Deal`, { cause });
  }
}
