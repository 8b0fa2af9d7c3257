/**
 * Puts the contracts that every Deal shares on the embedded chain, through the same Ignition
 * modules as on a public network.
 */
import type { Address } from "viem";
import ArbiterModule from "../../deploy/modules/Arbiter.ts";
import DepositsModule from "../../deploy/modules/Deposits.ts";
import type { EmbeddedChain } from "./embedded.ts";
import { localParameters } from "./local-parameters.ts";
import { TournamentLog } from "../chain/tournament-log.ts";

/** The contracts that Deals share. */
export interface Deployment {
  readonly arbiter: Address;
  readonly tournament: Address;
  readonly verifier: Address;
  readonly deposits: Address;
  readonly tournaments: TournamentLog;
}

/**
 * A bond for each level: those of the file, of which the last one goes on to all levels below it.
 */
function bondsFor(heights: readonly number[], bonds: readonly bigint[]): bigint[] {
  return heights.map((_, level) => bonds[Math.min(level, bonds.length - 1)] ?? 0n);
}

/**
 * Deploys with the parameters in deploy/parameters/local.json, but for heights of the levels' trees
 * if they are given.
 */
export async function deploy({ chain, connection }: EmbeddedChain, given?: readonly number[]): Promise<Deployment> {
  const { Arbiter, Deposits } = localParameters();
  const heights = [...(given ?? Arbiter.heights)];
  const parameters = { Arbiter: { ...Arbiter, heights, bonds: bondsFor(heights, Arbiter.bonds) }, Deposits };
  const options = { parameters };
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
