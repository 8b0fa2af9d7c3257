/** Puts the contracts that every Deal shares on the embedded chain, through the same Ignition modules as on a public network. */
import { readFileSync } from "node:fs";
import type { Address } from "viem";
import ArbiterModule from "../../deploy/modules/Arbiter.ts";
import DepositsModule from "../../deploy/modules/Deposits.ts";
import type { EmbeddedChain } from "./embedded.ts";
import { TournamentLog } from "../chain/tournament-log.ts";

/** The contracts that Deals share. */
export interface Deployment {
  readonly arbiter: Address;
  readonly tournament: Address;
  readonly verifier: Address;
  readonly deposits: Address;
  readonly tournaments: TournamentLog;
}

const PARAMETERS = new URL("../../deploy/parameters/local.json", import.meta.url);

/** What deploy/parameters/local.json says. Ignition takes whole numbers of any size as bigints; the file has them as "123n". */
interface Parameters {
  readonly Arbiter: { readonly heights: number[]; readonly bonds: bigint[]; readonly [name: string]: ArbiterParameter };
  readonly Deposits: Record<string, number>;
}

type ArbiterParameter = number | bigint | number[] | bigint[];

function localParameters(): Parameters {
  const reviver = (_: string, value: unknown): unknown =>
    typeof value === "string" && /^\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value;
  return JSON.parse(readFileSync(PARAMETERS, "utf8"), reviver) as Parameters;
}

/** Heights of the levels' trees on the embedded chain, unless somebody asks for others. */
export function localHeights(): readonly number[] {
  return localParameters().Arbiter.heights;
}

/** A bond for each level: those of the file, of which the last one goes on to all levels below it. */
function bondsFor(heights: readonly number[], bonds: readonly bigint[]): bigint[] {
  return heights.map((_, level) => bonds[Math.min(level, bonds.length - 1)] ?? 0n);
}

/** Deploys with the parameters in deploy/parameters/local.json, but for heights of the levels' trees if they are given. */
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
