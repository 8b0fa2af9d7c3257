/**
 * A schedule: who lies and how, and what goes wrong when. It is drawn from its seed as data before
 * anything runs, so that it can be printed, and played again.
 */
import { ADVERSARIES, adversary } from "../players/adversaries/registry.ts";
import { Draw } from "./draw.ts";

/** What can go wrong beside liars. */
export const FAULTS = ["kill", "reorg", "rpc", "censor", "gas", "disk", "down"] as const;
/** One of {@link FAULTS}. */
export type FaultKind = (typeof FAULTS)[number];

/** Services of the honest side. */
export const HONEST = ["validator", "worker"] as const;
/** One of {@link HONEST}. */
export type Honest = (typeof HONEST)[number];

/** Ways in which an endpoint misbehaves. */
export const MISBEHAVIOURS = [
  ...(["unavailable", "time-out", "rate limit", "malformed", "flaky"] as const),
  ...(["lagging", "no logs", "lying", "deaf"] as const),
] as const;
/** One of {@link MISBEHAVIOURS}. */
export type Misbehaviour = (typeof MISBEHAVIOURS)[number];

/** Something that goes wrong. `at`: after so many blocks of the schedule. */
export type Fault =
  /** The process ends at its n-th effect, counted over all its lives, and is started again. */
  | { readonly kind: "kill"; readonly who: Honest; readonly effect: number; readonly when: "before" | "after" }
  /**
   * The newest blocks are replaced by as many others.
   * `lost`: of the honest transactions in them, the share that no node remembers.
   * `back`: of the others, the share that is in the new blocks already.
   */
  | {
      readonly kind: "reorg";
      readonly at: number;
      readonly depth: number;
      readonly lost: number;
      readonly back: number;
    }
  /** One of three endpoints misbehaves, the same one in all of a schedule. */
  | {
      readonly kind: "rpc";
      readonly at: number;
      readonly blocks: number;
      readonly endpoint: number;
      readonly how: Misbehaviour;
    }
  /** No transaction of the honest side is mined. */
  | { readonly kind: "censor"; readonly at: number; readonly seconds: number }
  /** The base fee rises by this factor, an eighth a block, and falls again. */
  | { readonly kind: "gas"; readonly at: number; readonly seconds: number; readonly factor: number }
  /** The store refuses to write. */
  | { readonly kind: "disk"; readonly at: number; readonly seconds: number; readonly who: Honest }
  /** The process is not running. */
  | { readonly kind: "down"; readonly at: number; readonly seconds: number; readonly who: Honest };

/** When a liar shows its commitment. */
export type Entrance = "early" | "late" | "relay";

/** One commitment of the other side. */
export interface LiarPlan {
  /** Its account, from 0. */
  readonly account: number;
  /** Name of its strategy in the registry of adversaries. */
  readonly strategy: string;
  /** Which fragment it has an opinion about. */
  readonly fragment: number;
  /** Where its history leaves the truth, as a share of the run; if it believes in a lie. */
  readonly lieAt: number;
  /** At once, in the last seconds, or when the one before it is out. */
  readonly enters: Entrance;
}

/** Everything that is decided before a play begins. */
export interface Schedule {
  readonly seed: number;
  /** Heights of the levels' trees. */
  readonly heights: readonly number[];
  /** How often the guest goes round its loop in each fragment. */
  readonly fragments: readonly number[];
  /** Fragments about which the first claim is false. */
  readonly falseClaims: readonly number[];
  /** Fragments whose true claim a liar challenges. */
  readonly challenges: readonly number[];
  readonly liars: readonly LiarPlan[];
  /** False commitments that strangers bring into each inner tournament. */
  readonly strangers: number;
  /** Whether liars see a block's honest transactions before they make theirs, and come first in it. */
  readonly liarsFirst: boolean;
  /** The usual base fee, in wei. */
  readonly baseFee: number;
  readonly faults: readonly Fault[];
}

/** What schedules are drawn from. */
export interface Range {
  /** How many liars, at least and at most; 1 to {@link MOST_LIARS}. */
  readonly liars: readonly [least: number, most: number];
  readonly faults: readonly FaultKind[];
}

/** As many as there may be in one schedule. */
export const MOST_LIARS = 256;

/** Accounts of the other side. */
export const LIAR_ACCOUNTS = 8;

/** All heights cover 2^21 steps. */
export const HEIGHTS: readonly [readonly number[], ...(readonly number[])[]] = [[12, 9], [9, 6, 6], [21]];

/** P and G of the simulated Tournament contracts, in seconds. */
export const PERIOD = 14_400;
export const GRACE = 1_800;

/** C, in seconds: for so long in all nothing of the honest side gets through. */
export const CENSORSHIP = PERIOD / 2;

const GWEI = 1_000_000_000;

/** The schedule of a seed. */
export function drawSchedule(seed: number, { liars: [least, most], faults: admitted }: Range): Schedule {
  const draw = new Draw(seed);
  const count = draw.magnitude(least, most);
  const heights = count > 64 ? HEIGHTS[0] : draw.pick(HEIGHTS);
  const fragments = Array.from({ length: count > 32 ? 1 : draw.whole(1, 3) }, () => draw.whole(3, 60));
  const positions = fragments.map((_, index) => index);
  const disputed = draw.whole(0, fragments.length - 1);
  const falseClaims = positions.filter((index) => (index === disputed ? draw.happens(0.7) : draw.happens(0.3)));
  // Whatever is claimed falsely is disputed; about the chosen one there is a dispute in any case.
  const challenges = positions.filter((index) => index === disputed || draw.happens(0.2));
  const crowd = Array.from({ length: count }, (_, place): LiarPlan => {
    const fragment = place === 0 || draw.happens(0.7) ? disputed : draw.whole(0, fragments.length - 1);
    return { ...drawLiar(draw), account: place === 0 ? 0 : draw.whole(0, LIAR_ACCOUNTS - 1), fragment };
  });
  return {
    ...{ seed, heights, fragments, falseClaims, challenges, liars: crowd },
    strangers: draw.happens(0.3) ? draw.magnitude(1, Math.min(4, count + 1)) : 0,
    liarsFirst: draw.happens(0.5),
    baseFee: draw.magnitude(1, 20) * GWEI,
    faults: drawFaults(draw, admitted, 40 + 12 * Math.ceil(Math.log2(1 + count)) * heights.length),
  };
}

function drawLiar(draw: Draw): Omit<LiarPlan, "account" | "fragment"> {
  const names = ADVERSARIES.filter((name) => adversary(name).belief !== "truth" || draw.happens(0.5));
  return {
    strategy: names[draw.whole(0, names.length - 1)] ?? "liar",
    lieAt: draw.share(),
    enters: draw.happens(0.6) ? "early" : draw.happens(0.5) ? "late" : "relay",
  };
}

/** Draws faults that together take no more of the honest side's time than {@link CENSORSHIP}. */
function drawFaults(draw: Draw, admitted: readonly FaultKind[], blocks: number): Fault[] {
  const faults: Fault[] = [];
  const endpoint = draw.whole(0, 2);
  let left = CENSORSHIP;
  const seconds = (most: number): number => {
    const taken = Math.min(left, draw.magnitude(24, most));
    left -= taken;
    return taken;
  };
  for (const kind of FAULTS) {
    const times = draw.happens(0.55) ? draw.magnitude(1, 3) : 0;
    for (let time = 0; time < times; time++) {
      const at = draw.whole(1, blocks);
      const who = draw.pick<Honest>(["validator", "validator", "worker"]);
      const fault = drawFault(draw, kind, { at, who, endpoint, seconds });
      if (admitted.includes(kind)) faults.push(fault);
    }
  }
  return faults;
}

/** What faults of all kinds are made of. */
interface Common {
  readonly at: number;
  readonly who: Honest;
  readonly endpoint: number;
  readonly seconds: (most: number) => number;
}

function drawFault(draw: Draw, kind: FaultKind, { at, who, endpoint, seconds }: Common): Fault {
  switch (kind) {
    case "kill":
      return { kind, who, effect: draw.whole(1, 120), when: draw.pick(["before", "after"]) };
    case "reorg":
      return { kind, at, depth: draw.magnitude(1, 32), lost: draw.pick([0, 0, 0.5, 1]), back: draw.share() };
    case "rpc":
      return { kind, at, blocks: draw.magnitude(1, 30), endpoint, how: draw.pick(MISBEHAVIOURS) };
    case "censor":
      return { kind, at, seconds: seconds(CENSORSHIP) };
    case "gas":
      return { kind, at, seconds: seconds(1_200), factor: draw.magnitude(2, 10) };
    case "disk":
    case "down":
      return { kind, at, seconds: seconds(1_800), who };
  }
}
