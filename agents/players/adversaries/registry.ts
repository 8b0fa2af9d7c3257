/** The adversaries that a play can be given, by their names. */
import { Problem } from "../../../verifier/errors.ts";
import type { Twist } from "../play.ts";
import { corrupting, frontRunning, lastSecond, twisted, withholding, without } from "./twists.ts";

/** How somebody cheats: what it says, and how it plays for that. */
export interface Strategy {
  readonly name: string;
  /** One line without a full stop. */
  readonly summary: string;
  /** What it believes in: a history with a lie in it, hashes of nothing, or the truth. */
  readonly belief: "lie" | "garbage" | "truth";
  readonly twist: Twist;
  /** It waits with what it does until so many seconds before it is too late; 0 if it does not. */
  readonly lead: number;
}

/** Seconds that {@link lastSecond} leaves for a block to come. */
const MARGIN = 30;

/** Leaves the ends of matches, and of disputes, to others. */
export const selfish = without("resolve", "settle");

const STRATEGIES = [
  {
    name: "liar",
    summary: "lies about one step and plays for the lie to the end",
    ...{ belief: "lie", twist: selfish, lead: 0 },
  },
  {
    name: "idler",
    summary: "lies, joins, and lets its clock run out",
    ...{ belief: "lie", twist: twisted(selfish, without("move", "last")), lead: 0 },
  },
  {
    name: "last-second",
    summary: "lies, and does everything when it is nearly too late",
    ...{ belief: "lie", twist: twisted(selfish, lastSecond(MARGIN)), lead: MARGIN },
  },
  {
    name: "withholder",
    summary: "lies, and does not show the last step of any level",
    ...{ belief: "lie", twist: twisted(selfish, withholding), lead: 0 },
  },
  {
    name: "corrupter",
    summary: "lies, and sends moves that are none",
    ...{ belief: "lie", twist: twisted(selfish, corrupting), lead: 0 },
  },
  {
    name: "garbage",
    summary: "claims and commits to hashes of nothing, and plays for them",
    ...{ belief: "garbage", twist: selfish, lead: 0 },
  },
  {
    name: "front-runner",
    summary: "commits to the truth before others do, for the reward, and lets others move for it",
    ...{ belief: "truth", twist: frontRunning, lead: 0 },
  },
] as const satisfies readonly Strategy[];

/** Names of adversaries. */
export const ADVERSARIES: readonly string[] = STRATEGIES.map(({ name }) => name);

/** Names of those that claim something false, so that there is something to dispute about. */
export const FALSE_CLAIMANTS: readonly string[] = STRATEGIES.filter(({ belief }) => belief !== "truth").map(
  ({ name }) => name,
);

/** The one that plays unless somebody asks for another. */
export const LIAR: Strategy = STRATEGIES[0];

/**
 * The adversary of a name.
 *
 * @param among the names that can be chosen
 * @throws Problem that lists all of them
 */
export function adversary(name: string, among: readonly string[] = ADVERSARIES): Strategy {
  const choices = STRATEGIES.filter((strategy) => among.includes(strategy.name));
  const found = choices.find((strategy) => strategy.name === name);
  if (found !== undefined) return found;
  const list = choices.map((strategy) => `${strategy.name} (${strategy.summary})`).join(", ");
  throw new Problem(`there is no adversary ${JSON.stringify(name)} here`, { hint: `choose one of ${list}` });
}
