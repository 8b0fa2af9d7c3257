/** Puts the contracts that every Deal shares on the embedded chain, through the same Ignition modules as on a public network. */
import { fileURLToPath } from "node:url";
import type { Address } from "viem";
import ArbiterModule from "../../deploy/modules/Arbiter.ts";
import DepositsModule from "../../deploy/modules/Deposits.ts";
import type { EmbeddedChain } from "../chain/embedded.ts";
import { TournamentLog } from "../chain/tournament-log.ts";

/** The contracts that Deals share. */
export interface Deployment {
  readonly arbiter: Address;
  readonly tournament: Address;
  readonly verifier: Address;
  readonly deposits: Address;
  readonly tournaments: TournamentLog;
}

const PARAMETERS = fileURLToPath(new URL("../../deploy/parameters/local.json", import.meta.url));

/** Deploys with the parameters in deploy/parameters/local.json. */
export async function deploy({ chain, connection }: EmbeddedChain): Promise<Deployment> {
  const options = { parameters: PARAMETERS };
  const { arbiter, tournament, verifier } = await connection.ignition.deploy(ArbiterModule, options);
  const { deposits } = await connection.ignition.deploy(DepositsModule, options);
  const address = async (contract: { getAddress(): Promise<string> }): Promise<Address> =>
    (await contract.getAddress()).toLowerCase() as Address;
  const tournamentAddress = await address(tournament);
  return {
    arbiter: await address(arbiter),
    tournament: tournamentAddress,
    verifier: await address(verifier),
    deposits: await address(deposits),
    tournaments: await TournamentLog.follow(chain, tournamentAddress),
  };
}
