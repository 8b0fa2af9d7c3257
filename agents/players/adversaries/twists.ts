/** What makes an honest player an adversary: each takes something away from its plays, or spoils it. */
import type { Hex } from "viem";
import { type Deed, NEVER, type Play, type Twist } from "../play.ts";

/** Never does deeds of these kinds. */
export function without(...kinds: readonly Deed["kind"][]): Twist {
  const left: ReadonlySet<Deed["kind"]> = new Set(kinds);
  return (plays) => plays.filter(({ deed }) => !left.has(deed.kind));
}

/** Waits with everything until it is nearly too late. What is never too late is done at once. */
export function lastSecond(margin: number): Twist {
  return (plays, now) => plays.filter(({ deadline }) => deadline === NEVER || now >= deadline - margin);
}

/** Plays to the bottom, and keeps to itself what the chain would execute. */
export const withholding: Twist = without("last");

/** Spoils every move: nobody can be made to move otherwise, but its clock runs. */
export const corrupting: Twist = (plays) => plays.map((play) => ({ ...play, deed: spoiled(play.deed) }));

/**
 * Comes first with what pays whoever comes first, and leaves to others what costs: joins, ends of
 * matches, whatever it has won.
 */
export const frontRunning: Twist = without("move", "last");

/** One after the other. */
export function twisted(...twists: readonly Twist[]): Twist {
  return (plays, now) => twists.reduce<readonly Play[]>((left, twist) => twist(left, now), plays);
}

function spoiled(deed: Deed): Deed {
  if (deed.kind === "move") return { ...deed, siblings: deed.siblings.map(flipped) };
  if (deed.kind === "last") return { ...deed, shown: { ...deed.shown, siblings: deed.shown.siblings.map(flipped) } };
  return deed;
}

/** The same hash but for one bit. */
function flipped(hash: Hex): Hex {
  return `0x${(BigInt(hash) ^ 1n).toString(16).padStart(64, "0")}`;
}
