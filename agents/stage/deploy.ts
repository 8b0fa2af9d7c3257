/** Puts the contracts that every Deal shares on the embedded chain. */
import { type Address, zeroAddress } from "viem";
import { arbiterAbi } from "../../contracts/abi/Arbiter.ts";
import { creationCode, SHARED_CONTRACTS, type SharedContract } from "../deployment/contracts.ts";
import { sharedParameters } from "../deployment/parameters.ts";
import type { Params } from "../game/types.ts";
import type { EmbeddedChain } from "./embedded.ts";
import { localParameters } from "./local-parameters.ts";
import { TournamentLog } from "../chain/tournament-log.ts";
import { lowerCase } from "../chain/lower-case.ts";

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
export function deploy(embedded: EmbeddedChain, given?: readonly number[]): Promise<Deployment> {
  const { arbiter: local, coolingOff } = sharedParameters(localParameters(), "local.json");
  const heights = given ?? local.heights;
  return deployWith(embedded, { ...local, heights, bonds: bondsFor(heights, local.bonds), coolingOff });
}

/** Deploys with these parameters. The creation code is the committed one: nothing is compiled. */
export async function deployWith(
  { chain, backstage, accounts }: EmbeddedChain,
  { coolingOff, ...arbiter }: Params & { readonly coolingOff: number },
): Promise<Deployment> {
  const { heights, bonds } = arbiter;
  const parameters = { arbiter: { ...arbiter, heights: [...heights], bonds: [...bonds] }, coolingOff };
  const [from = zeroAddress] = accounts;
  const addresses: Record<string, Address> = {};
  for (const name of SHARED_CONTRACTS) {
    addresses[name] = await backstage.deploy(from, `deploy ${name}`, creationCode(name, addresses, parameters));
  }
  const at = (name: SharedContract): Address => addresses[name] ?? zeroAddress;
  const call = { address: at("Arbiter"), abi: arbiterAbi, functionName: "tournament" } as const;
  const tournament = lowerCase(await chain.reader.readContract(call));
  return {
    ...{ tournament, arbiter: at("Arbiter"), verifier: at("StepVerifier"), deposits: at("Deposits") },
    tournaments: await TournamentLog.follow(chain, tournament),
  };
}
