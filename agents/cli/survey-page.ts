/** What `monitor` shows, as a page of text. */
import { type Address, zeroAddress } from "viem";
import { durationText, etherText } from "../config/amounts.ts";
import type { ClaimSurvey, Deadline, DisputeSurvey, Lead, Opinion } from "../validator/survey.ts";
import { Printable, text } from "./printable.ts";

/** A Deal at one block. */
export interface Sight {
  readonly deal: Address;
  readonly block: number;
  /** Timestamp of the block, in seconds. */
  readonly now: number;
  readonly submitted: number;
  readonly resolved: number;
  /** Of the collateral. */
  readonly token: Address;
  /** Whose bonds are told beside all. */
  readonly owner: Address | undefined;
  readonly claims: readonly ClaimSurvey[];
  readonly nearest: Deadline | null;
}

const OPINIONS: Readonly<Record<Opinion, string>> = {
  agree: "agreed with",
  disagree: "DISAGREED WITH",
  baseless: "begins in a state that this machine has not computed",
  "not replayed": "not replayed yet",
};

const LEADS: Readonly<Record<Lead, string>> = {
  ahead: "what this machine has computed is ahead",
  behind: "what this machine has computed is BEHIND",
  unknown: "",
};

/** The page. */
export function surveyPage(sight: Sight): Printable {
  const { deal, block, submitted, resolved, claims, now } = sight;
  const head = text`Deal ${deal} at block ${block}: ${submitted} fragments submitted, ${resolved} resolved, ${claims.length} claims pending`;
  const last = sight.nearest === null ? [] : [text`nearest deadline: ${deadlineText(sight.nearest, now)}`];
  return Printable.lines([head, ...claims.flatMap((claim) => claimLines(claim, sight)), ...last]);
}

function claimLines(claim: ClaimSurvey, sight: Sight): Printable[] {
  const { fragment, phase, opinion, lead, worker, backers, collateral, dispute, deadline, due } = claim;
  const standing = lead === "unknown" ? "" : `; ${LEADS[lead]}`;
  const locked = sight.token === zeroAddress ? etherText(collateral) : `${collateral} units of ${sight.token}`;
  return [
    text`fragment ${fragment}  ${phase}, ${OPINIONS[opinion]}${standing}`,
    text`  claim ${claim.claim} by ${worker}, ${backers} backers with ${locked}`,
    ...(dispute === undefined ? [] : disputeLines(dispute, sight)),
    ...(deadline === undefined ? [] : [text`  ${deadlineText(deadline, sight.now)}`]),
    ...(due === undefined ? [] : [text`  due: anybody can ${due}`]),
  ];
}

function disputeLines(dispute: DisputeSurvey, { owner, now }: Sight): Printable[] {
  const { tournament, state, alive, joined, matches, bonds, ownBonds, ends } = dispute;
  const own = owner === undefined ? "" : `, ${etherText(ownBonds)} of it of ${owner}`;
  const end = state === "decided" ? "" : `, over in ${durationText(Math.max(0, ends - now))} if nobody moves`;
  return [
    text`  dispute ${tournament.slice(0, 10)}… ${state}: ${alive} of ${joined} commitments left, ${matches} matches${end}`,
    text`  bonds at risk ${etherText(bonds)}${own}`,
  ];
}

const DEEDS: Readonly<Record<Deadline["what"], string>> = {
  challenge: "it can be challenged",
  join: "others can join",
  move: "the clock runs",
};

function deadlineText({ what, owner, fragment, at }: Deadline, now: number): string {
  const whose = owner === undefined ? "" : ` of ${owner}`;
  return `fragment ${fragment}, ${DEEDS[what]}${whose} for ${Math.max(0, at - now)} s`;
}
