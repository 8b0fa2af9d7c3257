/**
 * Makes a Deal for a play: deployed and funded by the customer, with its workers in their seats and
 * the fragments submitted.
 */
import { bytesToHex, encodeDeployData, type Hex, zeroAddress } from "viem";
import { dealAbi } from "../../contracts/abi/Deal.ts";
import { dealBytecode } from "../../contracts/abi/Deal.bytecode.ts";
import { depositsAbi } from "../../contracts/abi/Deposits.ts";
import type { Program } from "../../verifier/program/build.ts";
import type { Call } from "../chain/call.ts";
import type { Chain } from "../chain/chain.ts";
import { DealLog } from "../chain/deal-log.ts";
import { programTerms } from "../chain/program-terms.ts";
import type { Deployment } from "./deploy.ts";
import { dealCall } from "../chain/calls.ts";

const ETHER = 10n ** 18n;

/** What a worker locks, in wei. */
const COLLATERAL = ETHER;

/** What a fragment pays to all workers, in wei. */
export const PRICE = ETHER / 100n;

/** The reporter's part of a slashed deposit, in ten-thousandths. */
const REPORTER_SHARE = 2_500;

/** Steps that a fragment may take. */
export const BUDGET = 1n << 40n;

/** Who makes a Deal. */
export interface Parties {
  readonly customer: Hex;
  readonly sequencer: Hex;
  readonly workers: readonly Hex[];
}

/**
 * Makes the Deal and gives its address. The fragments go nowhere but to the chain: whoever works on
 * them reads them there.
 */
export async function makeDeal(
  chain: Chain,
  { arbiter, deposits }: Pick<Deployment, "arbiter" | "deposits">,
  { customer, sequencer, workers }: Parties,
  { program, fragments }: { readonly program: Program; readonly fragments: readonly Uint8Array[] },
): Promise<Hex> {
  const terms = {
    ...{ customer, sequencer, arbiter, deposits },
    program: programTerms(program),
    budget: BUDGET,
    collateralToken: zeroAddress,
    collateral: COLLATERAL,
    paymentToken: zeroAddress,
    price: PRICE,
    reporterShare: REPORTER_SHARE,
    maxWorkers: workers.length,
    maxPending: 16,
    // Its time stands still while a role replays: whatever is pending is replayed soon enough.
    maxPendingSteps: 16n * BUDGET,
    maxInput: 65_536,
    notice: 7_200,
  };
  const data = encodeDeployData({ abi: dealAbi, bytecode: dealBytecode, args: [terms] });
  const address = await chain.deploy(customer, "deploy Deal", data);
  const deal = new DealLog(chain, address);
  const termsHash = await chain.reader.readContract({ address, abi: dealAbi, functionName: "termsHash" });
  const call = (functionName: "deposit" | "lock", args: readonly unknown[], value = 0n): Call => ({
    ...{ label: functionName, to: deposits, abi: depositsAbi, functionName, args, value },
  });
  for (const worker of workers) {
    await chain.send(worker, call("deposit", [zeroAddress, COLLATERAL], COLLATERAL));
    await chain.send(worker, call("lock", [address, zeroAddress, COLLATERAL, termsHash]));
  }
  const funds = PRICE * BigInt(fragments.length);
  await chain.send(customer, dealCall(deal.address, "fund", [funds], funds));
  for (const input of fragments) await chain.send(sequencer, dealCall(deal.address, "submit", [bytesToHex(input)]));
  return address;
}
