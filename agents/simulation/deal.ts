/** Makes the Deal of a play. */
import { bytesToHex, encodeDeployData, type Hex, zeroAddress } from "viem";
import { dealAbi } from "../../contracts/abi/Deal.ts";
import { dealBytecode } from "../../contracts/abi/Deal.bytecode.ts";
import { Crash } from "../../verifier/errors.ts";
import { dealCall, depositsCall } from "../chain/calls.ts";
import { lowerCase } from "../chain/lower-case.ts";
import { programTerms } from "../chain/program-terms.ts";
import type { Deployment } from "../stage/deploy.ts";
import { BUDGET } from "./guest.ts";
import type { Network, Unsigned } from "./network.ts";
import { PERIOD } from "./schedule.ts";
import type { World } from "./world.ts";

const ETHER = 10n ** 18n;

/** What a worker locks, and what a fragment pays, in wei. */
export const COLLATERAL = ETHER;
export const PRICE = ETHER / 100n;

/** The reporter's part of a slashed deposit, in ten-thousandths. */
export const REPORTER_SHARE = 2_500n;

/** For the deployment: as much gas as a transaction may have, at a price that is always enough. */
const GAS = "0xf42400";
const FEE = "0xe8d4a51000";

/** Seats, of which the honest worker has one and a liar another. */
const SEATS = 2;

/** A Deal on the chain. */
export interface SimulatedDeal {
  /** Lower-case. */
  readonly address: Hex;
  /** The block in which it was deployed. */
  readonly block: bigint;
}

/** Deploys and funds it, and lets its workers in; the fragments are submitted later. */
export async function simulatedDeal(
  { ask, cast, program, reader }: World,
  network: Network,
  { arbiter, deposits }: Deployment,
  fragments: number,
): Promise<SimulatedDeal> {
  const [liar] = cast.liars;
  if (liar === undefined) throw new Crash("nobody lies");
  const terms = {
    ...{ customer: cast.customer, sequencer: cast.sequencer, arbiter, deposits, program: programTerms(program) },
    ...{ budget: BUDGET, collateralToken: zeroAddress, collateral: COLLATERAL },
    ...{ paymentToken: zeroAddress, price: PRICE, reporterShare: Number(REPORTER_SHARE) },
    ...{ maxWorkers: SEATS, maxPending: 16, maxPendingSteps: 16n * BUDGET, maxInput: 65_536, notice: 4 * PERIOD },
  };
  const data = encodeDeployData({ abi: dealAbi, bytecode: dealBytecode, args: [terms] });
  const fees = { maxFeePerGas: FEE, maxPriorityFeePerGas: "0x1" };
  const hash = await ask("eth_sendTransaction", [{ from: cast.customer, data, gas: GAS, ...fees }]);
  const mine = async (...unsigned: Unsigned[]): Promise<void> => {
    await network.mine({ seconds: 12, unsigned, first: true });
  };
  await mine();
  const receipt = await reader.getTransactionReceipt({ hash: hash as Hex });
  if (!receipt.contractAddress) throw new Crash("the Deal was not made");
  const address = lowerCase(receipt.contractAddress);
  const termsHash = await reader.readContract({ address, abi: dealAbi, functionName: "termsHash" });
  const funds = PRICE * BigInt(fragments);
  await mine(
    { from: cast.customer, call: dealCall(address, "fund", [funds], funds) },
    ...[cast.worker, liar].flatMap((from) => [
      { from, call: depositsCall(deposits, "deposit", [zeroAddress, COLLATERAL], COLLATERAL) },
      { from, call: depositsCall(deposits, "lock", [address, zeroAddress, COLLATERAL, termsHash]) },
    ]),
  );
  return { address, block: receipt.blockNumber };
}

/** The sequencer's next submission. */
export function submission({ cast }: World, deal: Hex, input: Uint8Array): Unsigned {
  return { from: cast.sequencer, call: dealCall(deal, "submit", [bytesToHex(input)]) };
}
