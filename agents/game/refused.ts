/** Why the Tournament contract refuses a call: the names of its errors (ITournament.sol says when each is thrown). */
export type Reason =
  | "NotArbiter"
  | "TournamentExists"
  | "TournamentUnknown"
  | "TournamentClosed"
  | "TournamentUnfinished"
  | "TournamentWithoutWinner"
  | "BondCollected"
  | "BondWrong"
  | "NotAnnounced"
  | "CommitmentKnown"
  | "FinalOutsideMatch"
  | "ProofLengthWrong"
  | "IndexOutOfRange"
  | "FinalNotInTree"
  | "AgreedWrong"
  | "MatchNotPlaying"
  | "MatchNotLive"
  | "HeightUnfit"
  | "ClockSpent"
  | "ClockRunning"
  | "DigitOutOfRange"
  | "NoDifference"
  | "SiblingsWrong"
  | "OpeningWrong"
  | "NothingToWithdraw"
  | "WitnessWrong";

/** An action that the rules do not allow. `WitnessWrong` stands for whatever the step verifier throws. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly reason: Reason;

  constructor(reason: Reason, detail: string) {
    super(`${reason}: ${detail}`);
    this.reason = reason;
  }
}
