/** From a decision to an intent: whose it is, what it is called, and the call. */
import { type Address, type Hex, keccak256 } from "viem";
import { matchId, top } from "../game/openings.ts";
import type { Pairing } from "../game/types.ts";
import type { DealAction, Deed, Play } from "../players/play.ts";
import { dealActionCall } from "./deal-calls.ts";
import type { Intent } from "./intent.ts";
import { tournamentCall } from "./tournament-calls.ts";

/** An intent that remembers what it does, so that the rules can be asked about it. */
export interface Duty extends Intent {
  readonly deed: Deed;
}

/** The contracts that deeds are done in. */
export interface Contracts {
  readonly deal: Address;
  readonly tournament: Address;
}

/** What `from` wants, as an intent. */
export function dutyOf({ deed, deadline, stake }: Play, from: Hex, { deal, tournament }: Contracts): Duty {
  const call = isDealAction(deed) ? dealActionCall(deal, deed) : tournamentCall(tournament, deed);
  return { key: keyOf(deed), from, call, deadline, stake, concealed: SHOWING.has(deed.kind), deed };
}

/** Deeds that show what somebody else could copy and be rewarded for. */
const SHOWING: ReadonlySet<Deed["kind"]> = new Set<Deed["kind"]>(["claim", "challenge", "join"]);

/** The Deal's kinds of actions, so that the compiler finds one that is missing. */
const OF_DEAL: Readonly<Record<DealAction["kind"], true>> = {
  ...{ claim: true, back: true, challenge: true, confirm: true, settle: true, reveal: true },
};

function isDealAction(deed: Deed): deed is DealAction {
  return Object.hasOwn(OF_DEAL, deed.kind);
}

/** The same for the same wish at every look and after every restart. */
function keyOf(deed: Deed): string {
  switch (deed.kind) {
    case "announce":
      return `announce ${deed.announcement}`;
    case "open":
      return `open ${deed.tournament}`;
    case "join":
      return `join ${deed.tournament} ${top(deed.commitment.children)}`;
    case "move":
      return `move ${deed.id} ${top(deed.next)}`;
    case "last":
    case "resolve":
      return `${deed.kind} ${nameOf(deed.pairing)}`;
    case "collect":
      return `collect ${deed.tournament}`;
    case "withdraw":
      return `withdraw ${deed.to}`;
    case "claim":
      return `claim ${deed.fragment} ${deed.previous}`;
    case "reveal":
      return `reveal ${keccak256(deed.record)}`;
    case "challenge":
    case "back":
    case "confirm":
    case "settle":
      return `${deed.kind} ${deed.claim}`;
  }
}

function nameOf({ tournament, one, two }: Pairing): Hex {
  return matchId(tournament, one, two);
}
