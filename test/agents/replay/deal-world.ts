/** A Deal about a program on a real node, whose accounts are unlocked. */
import { type Address, bytesToHex, type Hex, http } from "viem";
import { Chain } from "../../../agents/chain/chain.ts";
import { DealLog } from "../../../agents/chain/deal-log.ts";
import { deployShared } from "../../../agents/deployment/deploy.ts";
import { Journal } from "../../../agents/deployment/journal.ts";
import { sharedParameters } from "../../../agents/deployment/parameters.ts";
import { makeDeal } from "../../../agents/stage/deal.ts";
import { readFileSync } from "node:fs";
import type { Program } from "../../../verifier/program/build.ts";
import type { TestNode } from "../../support/nodes.ts";
import type { temporaryFolder } from "../cli/temporary-folder.ts";
import { dealCall } from "../../../agents/chain/calls.ts";

const PARAMETERS = sharedParameters(
  readFileSync(new URL("../../../deploy/parameters/local.json", import.meta.url), "utf8"),
  "local",
);

/** For fragments that are submitted later, in wei. */
const FUNDS = 10n ** 21n;

/** Who takes part, lower-case. */
export interface Roles {
  readonly customer: Hex;
  readonly sequencer: Hex;
  readonly validator: Hex;
  readonly workers: readonly Hex[];
}

/** A Deal and its contracts. */
export class DealWorld {
  readonly node: TestNode;
  readonly chain: Chain;
  readonly deal: DealLog;
  readonly tournament: Address;
  readonly roles: Roles;

  private constructor(node: TestNode, chain: Chain, deal: DealLog, tournament: Address, roles: Roles) {
    [this.node, this.chain, this.deal, this.tournament, this.roles] = [node, chain, deal, tournament, roles];
  }

  /** Deploys everything, and submits some fragments. */
  static async on(
    node: TestNode,
    folder: ReturnType<typeof temporaryFolder>,
    program: Program,
    inputs: readonly Uint8Array[],
  ): Promise<DealWorld> {
    const chain = new Chain(http(node.url));
    const accounts = ((await node.request("eth_accounts")) as Hex[]).map((account) => account.toLowerCase() as Hex);
    const [from, customer, sequencer, validator, ...workers] = accounts as [Hex, Hex, Hex, Hex, ...Hex[]];
    const roles = { customer, sequencer, validator, workers: workers.slice(0, 4) };
    const journal = new Journal(folder.path("deployment.json"), await chain.reader.getChainId());
    const deployed = await deployShared({ chain, journal, from, parameters: PARAMETERS, onDeployed: () => undefined });
    const addressOf = (name: string): Address => deployed.find((one) => one.name === name)!.address;
    const shared = { arbiter: addressOf("Arbiter"), deposits: addressOf("Deposits") };
    const deal = await makeDeal(chain, shared, roles, { program, fragments: inputs });
    const log = new DealLog(chain, deal);
    await chain.send(customer, dealCall(log.address, "fund", [FUNDS], FUNDS));
    return new DealWorld(node, chain, log, addressOf("Tournament"), roles);
  }

  /** Submits a fragment. */
  async submit(input: Uint8Array): Promise<void> {
    await this.chain.send(this.roles.sequencer, dealCall(this.deal.address, "submit", [bytesToHex(input)]));
  }
}
