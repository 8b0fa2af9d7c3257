/**
 * Commitments as the Tournament contract hashes them: binary keccak trees over state roots, opened
 * `MOVE_LEVELS` at a time, and the names of tournaments, matches and announcements. Mirrors
 * contracts/tournament/Commitment.sol.
 */
import { concat, encodeAbiParameters, keccak256 } from "viem";
import type { Hex } from "viem";
import { Crash } from "../../verifier/errors.ts";
import { FAN_OUT, MOVE_LEVELS } from "../../verifier/history/game-levels.ts";
import { Refused } from "./refused.ts";
import type { Eight, Opening } from "./types.ts";

const WORD = { type: "bytes32" } as const;
const ADDRESS = { type: "address" } as const;

/** The node above two nodes: keccak256 of both, left first. */
export function parent(left: Hex, right: Hex): Hex {
  return keccak256(concat([left, right]));
}

/** Neighbours never change, and the same ones come with every reading of their log. */
const tops = new WeakMap<Eight, Hex>();

/** The node `MOVE_LEVELS` above `FAN_OUT` neighbours. */
export function top(nodes: Eight): Hex {
  const known = tops.get(nodes);
  if (known !== undefined) return known;
  const [a, b, c, d, e, f, g, h] = nodes;
  const node = parent(parent(parent(a, b), parent(c, d)), parent(parent(e, f), parent(g, h)));
  tops.set(nodes, node);
  return node;
}

/**
 * How many siblings a move by `digit` shows: two for each bit that is 0, one for each that is 1.
 */
export function siblingCount(digit: number): number {
  let count = 0;
  for (let level = 0; level < MOVE_LEVELS; level++) count += (digit >> level) & 1 ? 1 : 2;
  return count;
}

/**
 * The first of `FAN_OUT` neighbours on which two sides differ, with the siblings for `move` and
 * `last`. Returns undefined when all are the same: then there is nothing to play for.
 */
export function opening(own: Eight, opp: Eight): Opening | undefined {
  const digit = own.findIndex((node, place) => node !== opp[place]);
  if (digit < 0) return undefined;
  const siblings: Hex[] = [];
  let [mine, theirs]: [readonly Hex[], readonly Hex[]] = [own, opp];
  for (let level = 0; level < MOVE_LEVELS; level++) {
    const place = digit >> level;
    if (place & 1) siblings.push(at(mine, place - 1));
    else siblings.push(at(mine, place + 1), at(theirs, place + 1));
    [mine, theirs] = [above(mine), above(theirs)];
  }
  return { digit, own: at(own, digit), opp: at(opp, digit), siblings };
}

/**
 * The two nodes `MOVE_LEVELS` above `own` and `opp`, which stand at place `digit` among `FAN_OUT`
 * neighbours; the inverse of `opening`. Throws `Refused` for a digit beyond those, equal nodes or a
 * wrong number of siblings.
 */
export function climb(shown: Opening): { own: Hex; opp: Hex } {
  const { digit, siblings } = shown;
  let { own, opp } = shown;
  if (digit >= FAN_OUT) throw new Refused("DigitOutOfRange", `digit ${digit} is not below ${FAN_OUT}`);
  if (own === opp) throw new Refused("NoDifference", `both sides have ${own}`);
  if (siblings.length !== siblingCount(digit)) {
    throw new Refused("SiblingsWrong", `${siblings.length} siblings where digit ${digit} needs ${siblingCount(digit)}`);
  }
  let used = 0;
  for (let level = 0; level < MOVE_LEVELS; level++) {
    const first = at(siblings, used++);
    if ((digit >> level) & 1) [own, opp] = [parent(first, own), parent(first, opp)];
    else [own, opp] = [parent(own, first), parent(opp, at(siblings, used++))];
  }
  return { own, opp };
}

/**
 * The root of the tree of this height that has `leaf` at `index`, by a proof of its siblings from
 * the bottom up. Throws `Refused` unless the proof has exactly `height` nodes and the index fits
 * the height.
 */
export function rootOf(leaf: Hex, index: bigint, height: number, proof: readonly Hex[]): Hex {
  if (proof.length !== height) {
    throw new Refused("ProofLengthWrong", `${proof.length} siblings in a proof of height ${height}`);
  }
  if (index >> BigInt(height) !== 0n) throw new Refused("IndexOutOfRange", `index ${index} at height ${height}`);
  return proof.reduce(
    (node, sibling, level) => ((index >> BigInt(level)) & 1n ? parent(sibling, node) : parent(node, sibling)),
    leaf,
  );
}

/** What a match remembers of its two nodes: the mover's and the other side's. */
export function nodesHash(mover: Hex, waiter: Hex): Hex {
  return parent(mover, waiter);
}

/**
 * The name of the root tournament about a claim of a Deal, known before the tournament is opened.
 */
export function tournamentId(deal: Hex, claim: Hex): Hex {
  return keccak256(encodeAbiParameters([ADDRESS, WORD], [deal, claim]));
}

/**
 * The name of the match of `one`, who came first, and `two`; also the name of its inner tournament.
 */
export function matchId(tournament: Hex, one: Hex, two: Hex): Hex {
  return keccak256(encodeAbiParameters([WORD, WORD, WORD], [tournament, one, two]));
}

/** What `owner` announces, with the bond, before it joins a root tournament with `root`. */
export function announcementHash(owner: Hex, tournament: Hex, root: Hex, salt: Hex): Hex {
  return keccak256(encodeAbiParameters([ADDRESS, WORD, WORD, WORD], [owner, tournament, root, salt]));
}

function at(nodes: readonly Hex[], place: number): Hex {
  const node = nodes[place];
  if (node === undefined) throw new Crash(`no node at place ${place} of ${nodes.length}`);
  return node;
}

function above(nodes: readonly Hex[]): Hex[] {
  return nodes.flatMap((node, place) => (place & 1 ? [] : [parent(node, at(nodes, place + 1))]));
}
