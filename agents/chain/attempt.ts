/**
 * Sending what may have been overtaken: the chain moves on between a look at it and the
 * transaction.
 */
import type { Address, ContractErrorName } from "viem";
import type { dealAbi } from "../../contracts/abi/Deal.ts";
import type { tournamentAbi } from "../../contracts/abi/Tournament.ts";
import { CallRefused, REVERTED } from "./call-refused.ts";
import type { Call } from "./call.ts";
import type { Chain } from "./chain.ts";

/**
 * Errors of the Tournament contract that mean that somebody else was faster, or that the time for
 * it is over or not yet there.
 */
const OVERTAKEN_IN_TOURNAMENT: readonly ContractErrorName<typeof tournamentAbi>[] = [
  "AnnouncementKnown",
  "BondCollected",
  "ClockRunning",
  "ClockSpent",
  "CommitmentKnown",
  "HeightUnfit",
  "MatchNotLive",
  "MatchNotPlaying",
  "OpeningWrong",
  "TournamentClosed",
  "TournamentUnfinished",
];

/** The same for a Deal. */
const OVERTAKEN_IN_DEAL: readonly ContractErrorName<typeof dealAbi>[] = [
  "AlreadyBacked",
  "Closed",
  "HeadHidden",
  "NotHidden",
  "NotOldest",
  "NotPending",
  "NothingToClaim",
  "TooManyPending",
  "TooManyPendingSteps",
  "WindowOpen",
  "WindowOver",
  "WrongFragment",
  "WrongPrevious",
  "WrongStage",
];

/** Something must come before it that whoever answers has not seen yet. */
const EARLY: ReadonlySet<CallRefused["reason"]> = new Set<ContractErrorName<typeof tournamentAbi>>(["NotAnnounced"]);

/** Whether a call was refused because what it needs is not there yet, for whoever answers. */
export function isEarly(error: unknown): boolean {
  return error instanceof CallRefused && EARLY.has(error.reason);
}

/** What the next look at the chain explains. */
const OVERTAKEN: ReadonlySet<CallRefused["reason"]> = new Set([
  REVERTED,
  ...OVERTAKEN_IN_TOURNAMENT,
  ...OVERTAKEN_IN_DEAL,
]);

/** Whether a call was refused because somebody was faster, or its time is over or not yet there. */
export function isOvertaken(error: unknown): boolean {
  return error instanceof CallRefused && OVERTAKEN.has(error.reason);
}

/**
 * Sends a call; false if it was overtaken, or comes too early. Throws `CallRefused` for any other
 * reason.
 */
export async function attempt(chain: Chain, from: Address, call: Call): Promise<boolean> {
  try {
    await chain.send(from, call);
    return true;
  } catch (error) {
    if (isOvertaken(error) || isEarly(error)) return false;
    throw error;
  }
}
