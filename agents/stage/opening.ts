/** Opens a root tournament without a Deal. */
import type { Hex } from "viem";
import { Crash } from "../../verifier/errors.ts";
import { arbiterAbi } from "../../contracts/abi/Arbiter.ts";
import type { Call } from "../chain/call.ts";
import type { Chain } from "../chain/chain.ts";
import { tournamentCall } from "../chain/tournament-calls.ts";
import { announcement, joining, type Seat } from "../players/decide.ts";
import type { Deployment } from "./deploy.ts";

/** What a tournament is about. */
export interface Subject {
  /** The account that stands for a Deal. */
  readonly opener: Hex;
  /** Names the tournament together with the opener. */
  readonly claim: Hex;
  /** Root of the state in which the history begins. */
  readonly initial: Hex;
}

/**
 * A seat, whose book knows its first commitment, announces it, and the Arbiter opens the tournament
 * with it for an account that stands for a Deal.
 */
export async function openWithoutDeal(
  chain: Chain,
  { arbiter, tournaments }: Deployment,
  { opener, claim, initial }: Subject,
  seat: Seat,
): Promise<void> {
  const { params } = tournaments;
  const hash = announcement(seat);
  const commitment = joining(params, seat, []);
  if (hash === undefined || commitment === undefined) throw new Crash("nobody has computed the first commitment");
  await chain.send(
    seat.owner,
    tournamentCall(tournaments.address, { kind: "announce", announcement: hash, value: params.bonds[0] ?? 0n }),
  );
  const call: Call = {
    label: "open",
    to: arbiter,
    abi: arbiterAbi,
    functionName: "open",
    args: [claim, initial, seat.owner, commitment],
    value: 0n,
  };
  await chain.send(opener, call);
}
