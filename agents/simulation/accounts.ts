/**
 * Exact accounts of the honest side: what it must have in the end, by the rules of docs/game.md and
 * docs/money.md, from what happened on the chain and from nothing that its own program says.
 */
import { zeroAddress } from "viem";
import { dealAbi } from "../../contracts/abi/Deal.ts";
import { depositsAbi } from "../../contracts/abi/Deposits.ts";
import { tournamentId } from "../game/openings.ts";
import { verdict } from "../game/rules.ts";
import { COLLATERAL, PRICE, REPORTER_SHARE } from "./deal.ts";
import type { Ledger } from "./ledger.ts";
import type { Ending } from "./play.ts";
import { Tally } from "./tally.ts";

/** One thing that somebody must have, and has. In wei. */
export interface Entry {
  readonly what: string;
  readonly due: bigint;
  readonly actual: bigint;
}

/** Compares all ledgers with what is due. */
export async function accountsOf(ending: Ending, { mined }: Ledger, tally: Tally): Promise<Entry[]> {
  const { world, schedule, deal, view, game, before } = ending;
  const { cast, reader } = world;
  const { deposits, tournaments } = world.deployment(schedule.heights);
  const spent = (who: "validator" | "worker"): bigint => mined[who].reduce((sum, { paid }) => sum + paid, 0n);
  const free = await reader.readContract({
    ...{ address: deposits, abi: depositsAbi, functionName: "freeOf" },
    args: [zeroAddress, cast.validator],
  });
  const lock = await reader.readContract({
    ...{ address: deposits, abi: depositsAbi, functionName: "lockOf" },
    args: [zeroAddress, cast.worker, deal.address],
  });
  const earnings = await reader.readContract({
    ...{ address: deal.address, abi: dealAbi, functionName: "earningsOf", args: [cast.worker] },
  });

  const claims = [...view.claims.values()];
  const reported = claims.filter(({ id, phase }) => {
    const { winner } = verdict(game, tournamentId(deal.address, id), Number.MAX_SAFE_INTEGER);
    return phase === "struck" && winner?.owner === cast.validator;
  });
  const rewards = reported.reduce((sum, { backers }) => sum + BigInt(backers.size) * reward(), 0n);
  const paid = claims.filter(({ phase, backers }) => phase === "confirmed" && backers.has(cast.worker));
  const bounties = Tally.resolves(mined.validator) * tournaments.params.bounty;
  const validator = await reader.getBalance({ address: cast.validator });
  const worker = await reader.getBalance({ address: cast.worker });
  return [
    {
      what: "the validator's bonds, prizes and bounties",
      due: before.validator - spent("validator") + tally.prizes + bounties,
      actual: validator,
    },
    { what: "the validator's rewards", due: rewards, actual: free },
    { what: "the worker's account", due: before.worker - spent("worker"), actual: worker },
    { what: "the worker's collateral", due: COLLATERAL, actual: lock },
    {
      what: "the worker's earnings",
      due: paid.reduce((sum, { backers }) => sum + PRICE / BigInt(backers.size), 0n),
      actual: earnings,
    },
  ];
}

/** Of one slashed deposit. */
function reward(): bigint {
  return (COLLATERAL * REPORTER_SHARE) / 10_000n;
}
