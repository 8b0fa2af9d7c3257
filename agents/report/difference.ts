/** Where two states after the same step differ: what one side computed and what the other claims. */
import { bytesToHex } from "viem";
import { differingLeaves } from "../../verifier/merkle/difference.ts";
import { equalHashes } from "../../verifier/merkle/keccak.ts";
import type { Registers } from "../../verifier/machine/record.ts";
import { savedHash, type State } from "../../verifier/state/state.ts";

/** One place with both values: memory as bytes in the order of their addresses, all else as numbers. */
export interface Difference {
  /** `stack slot 12`, `memory 0 at 0x1a40`, `cell 7`, `register pc`. */
  readonly place: string;
  readonly honest: string;
  readonly liar: string;
}

/** Places that are listed at most. */
const MOST = 8;

/** Every place on which two states differ, up to eight. */
export function differences(honest: State, liar: State): Difference[] {
  const found: Difference[] = [];
  for (const name of Object.keys(honest.registers) as (keyof Registers)[]) {
    const [mine, theirs] = [honest.registers[name], liar.registers[name]];
    if (mine !== theirs) found.push({ place: `register ${name}`, honest: String(mine), liar: String(theirs) });
  }
  for (const tree of ["stack", "memory", "cells", "code"] as const) {
    for (const index of differingLeaves(honest[tree], liar[tree])) {
      if (found.length >= MOST) return found;
      const [mine, theirs] = [honest[tree].get(index), liar[tree].get(index)];
      found.push(
        tree === "memory"
          ? memoryDifference(honest, index, mine, theirs)
          : { place: `${PLACES[tree]} ${index}`, honest: hex(mine), liar: hex(theirs) },
      );
    }
  }
  const [mine, theirs] = [savedHash(honest.checkpoint), savedHash(liar.checkpoint)];
  if (!equalHashes(mine, theirs)) {
    found.push({ place: "checkpoint", honest: bytesToHex(mine), liar: bytesToHex(theirs) });
  }
  return found;
}

const PLACES = { stack: "stack slot", cells: "cell", code: "code word" };

/** The bytes of a memory leaf from the first to the last that differ, at their address in the region. */
function memoryDifference({ header }: State, index: number, honest: bigint, liar: bigint): Difference {
  const regionLeaves = 2 ** (header.memoryDepth - header.regionBits);
  const region = Math.floor(index / regionLeaves);
  const names = new Map([
    [2 ** header.regionBits - 1, "input"],
    [2 ** header.regionBits - 2, "output"],
    [2 ** header.regionBits - 3, "data segments"],
  ]);
  const [mine, theirs] = [honest, liar].map((leaf) => leaf.toString(16).padStart(64, "0").match(/../g) ?? []);
  const differ = (mine ?? []).flatMap((byte, i) => (byte === theirs?.[i] ? [] : [i]));
  const [first, last] = [differ[0] ?? 0, differ.at(-1) ?? 0];
  const bytes = (all: readonly string[] | undefined): string => (all ?? []).slice(first, last + 1).join(" ");
  const address = (index % regionLeaves) * 32 + first;
  return {
    place: `${names.get(region) ?? `memory ${region}`} at 0x${address.toString(16)}`,
    honest: bytes(mine),
    liar: bytes(theirs),
  };
}

/** Short numbers as they are, others as the 32 bytes of their leaf. */
function hex(value: bigint): string {
  return value < 1n << 64n ? `0x${value.toString(16)}` : `0x${value.toString(16).padStart(64, "0")}`;
}
