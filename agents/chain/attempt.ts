/** Sending what may have been overtaken: the chain moves on between a look at it and the transaction. */
import type { Address } from "viem";
import { type Call, CallRefused, type Chain, REVERTED } from "./chain.ts";

/** Errors that mean that somebody else was faster, or that the time for it is over or not yet there; the next look shows it. */
const OVERTAKEN: ReadonlySet<string> = new Set([
  REVERTED,
  // Tournament
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
  // Deal
  "AlreadyBacked",
  "Closed",
  "HeadHidden",
  "NotHidden",
  "NotOldest",
  "NotPending",
  "NothingToClaim",
  "TooManyPending",
  "WindowOpen",
  "WindowOver",
  "WrongFragment",
  "WrongPrevious",
  "WrongStage",
]);

/** Sends a call; false if it was overtaken. Throws `CallRefused` for any other reason. */
export async function attempt(chain: Chain, from: Address, call: Call): Promise<boolean> {
  try {
    await chain.send(from, call);
    return true;
  } catch (error) {
    const overtaken = error instanceof CallRefused && OVERTAKEN.has(error.reason.split("(")[0] ?? "");
    if (overtaken) return false;
    throw error;
  }
}
