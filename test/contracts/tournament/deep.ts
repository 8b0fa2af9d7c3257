/**
 * Two commitments of full height that differ at a chosen place, without the trees beside the path:
 * for gas at real depths.
 */
import { keccak256, numberToHex } from "viem";
import type { Hex } from "viem";
import { parent, rootOf, top } from "../../../agents/game/openings.ts";
import { FAN_OUT, MOVE_LEVELS } from "../../../verifier/history/game-levels.ts";
import type { Eight, Joining, Side } from "../../../agents/game/types.ts";
import { NO_SALT } from "../../support/toy-tree.ts";

/**
 * Octal digits of the first difference, from the top; the first must be below 7 (the last leaf
 * hangs elsewhere), the last above 0.
 */
export type Path = readonly number[];

/** What the path ends in. */
export interface Ending {
  /** The leaf before the first difference, in both trees. */
  readonly agreed: Hex;
  readonly leaves: Readonly<Record<Side, Hex>>;
  readonly finals: Readonly<Record<Side, Hex>>;
}

export interface DeepPair {
  readonly roots: Readonly<Record<Side, Hex>>;
  readonly commitments: Readonly<Record<Side, Joining>>;
  /** Eights of both sides along the path, from the top. */
  readonly eights: readonly Readonly<Record<Side, Eight>>[];
  /** Proof of `agreed`. */
  readonly proof: readonly Hex[];
}

const PLACES = [0, 1, 2, 3, 4, 5, 6, 7] as const;

export function deepPair(path: Path, ending: Ending, seed: string): DeepPair {
  const filler = (...parts: (string | number)[]): Hex =>
    keccak256(numberToHex(BigInt(`0x${Buffer.from([seed, ...parts].join("/")).toString("hex")}`)));
  const height = MOVE_LEVELS * path.length;
  const last = path.length - 1;
  const ends = (["one", "two"] as const).map((side) => {
    const below = height - MOVE_LEVELS;
    const proof = Array.from({ length: below }, (_, level) => filler("final", side, level));
    return { proof, child: rootOf(ending.finals[side], (1n << BigInt(below)) - 1n, below, proof) };
  });
  const eights: Record<Side, Eight>[] = [];
  let below = ending.leaves;
  for (let group = last; group >= 0; group--) {
    const digit = path[group] ?? 0;
    const side = (name: Side, end: Hex | undefined): Eight => {
      const node = (place: number): Hex => {
        if (place === digit) return below[name];
        if (group === last && place === digit - 1) return ending.agreed;
        if (group === 0 && place === FAN_OUT - 1 && end !== undefined) return end;
        return place < digit ? filler(group, place) : filler(group, place, name);
      };
      const [a, b, c, d, e, f, g, h] = PLACES;
      return [node(a), node(b), node(c), node(d), node(e), node(f), node(g), node(h)];
    };
    const both = { one: side("one", ends[0]?.child), two: side("two", ends[1]?.child) };
    eights.unshift(both);
    below = { one: top(both.one), two: top(both.two) };
  }
  const commitment = (name: Side, place: 0 | 1): Joining => ({
    children: eights[0]?.[name] ?? missing(),
    finalState: ending.finals[name],
    proof: ends[place]?.proof ?? missing(),
    salt: NO_SALT,
  });
  const proof = eights
    .map((group, place) => siblings(group.one, (path[place] ?? 0) - (place === last ? 1 : 0)))
    .reverse()
    .flat();
  return {
    roots: below,
    commitments: { one: commitment("one", 0), two: commitment("two", 1) },
    eights,
    proof,
  };
}

/** The siblings of one of eight neighbours, from the bottom up. */
function siblings(nodes: Eight, place: number): Hex[] {
  const [a, b, c, d, e, f, g, h] = nodes;
  const pairs = [parent(a, b), parent(c, d), parent(e, f), parent(g, h)];
  const halves = [parent(pairs[0] ?? a, pairs[1] ?? a), parent(pairs[2] ?? a, pairs[3] ?? a)];
  return [nodes[place ^ 1] ?? a, pairs[(place >> 1) ^ 1] ?? a, halves[(place >> 2) ^ 1] ?? a];
}

function missing(): never {
  throw new RangeError("an empty path");
}
