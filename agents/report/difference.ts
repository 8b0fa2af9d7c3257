/**
 * Where two states after the same step differ: what one side computed and what the other claims.
 */
import { bytesToHex } from "viem";
import { differingLeaves } from "../../verifier/merkle/difference.ts";
import { equalHashes } from "../../verifier/merkle/keccak.ts";
import { Outcome, Status, TRAP_TEXT } from "../../verifier/machine/codes.ts";
import type { Registers } from "../../verifier/machine/record.ts";
import type { ProgramMap } from "../../verifier/program/map.ts";
import { savedHash, type State } from "../../verifier/state/state.ts";

/**
 * One place with both values: memory as bytes in the order of their addresses, all else as numbers,
 * with what they mean.
 */
export interface Difference {
  /** `stack slot 12 (s3)`, `memory 0 at 0x1a40`, `cell 7`, `register pc`. */
  readonly place: string;
  readonly honest: string;
  readonly liar: string;
}

/** Places that are listed at most. */
const MOST = 8;

/** A step that ended in two ways. */
export interface Parting {
  /** The state before the step. */
  readonly before: State;
  readonly honest: State;
  readonly liar: State;
}

/**
 * Every place on which two states differ, up to eight.
 *
 * @param map of the program, which tells where a program counter leads
 */
export function differences({ before, honest, liar }: Parting, map: ProgramMap): Difference[] {
  const found: Difference[] = [];
  for (const name of Object.keys(honest.registers) as (keyof Registers)[]) {
    const [mine, theirs] = [honest.registers[name], liar.registers[name]];
    if (mine === theirs) continue;
    const told = (value: number | bigint): string => registerText(name, value, map);
    found.push({ place: `register ${name}`, honest: told(mine), liar: told(theirs) });
  }
  for (const tree of ["stack", "memory", "cells", "code"] as const) {
    for (const index of differingLeaves(honest[tree], liar[tree])) {
      if (found.length >= MOST) return found;
      const [mine, theirs] = [honest[tree].get(index), liar[tree].get(index)];
      if (tree === "memory") found.push(memoryDifference(honest, index, mine, theirs));
      else found.push({ place: placeOf(tree, index, before), honest: hex(mine), liar: hex(theirs) });
    }
  }
  const [mine, theirs] = [savedHash(honest.checkpoint), savedHash(liar.checkpoint)];
  if (!equalHashes(mine, theirs)) {
    found.push({ place: "checkpoint", honest: bytesToHex(mine), liar: bytesToHex(theirs) });
  }
  return found;
}

/** A slot with its number in the frame, by which instructions name it. */
function placeOf(tree: "stack" | "cells" | "code", index: number, { registers: { base } }: State): string {
  switch (tree) {
    case "stack":
      return index < base ? `stack slot ${index}` : `stack slot ${index} (s${index - base})`;
    case "cells":
      return `cell ${index}`;
    case "code":
      return `code word ${index}`;
  }
}

/** A register's value, and what it means where the number alone does not say it. */
function registerText(name: keyof Registers, value: number | bigint, map: ProgramMap): string {
  const meaning = meaningOf(name, Number(value), map);
  return meaning === undefined ? String(value) : `${value} (${meaning})`;
}

function meaningOf(name: keyof Registers, value: number, map: ProgramMap): string | undefined {
  switch (name) {
    case "pc": {
      const place = map.locate(value);
      return place === undefined
        ? "no instruction"
        : `${place.mnemonic} in ${place.functionName} at byte ${place.offset}`;
    }
    case "status":
      return nameOf(Status, value);
    case "trapCode":
      return TRAP_TEXT.get(value);
    case "outcome": {
      const [kind, code] = [Math.floor(value / 2 ** 32), value % 2 ** 32];
      return kind === Outcome.trap ? `trap: ${TRAP_TEXT.get(code) ?? code}` : nameOf(Outcome, kind);
    }
    default:
      return undefined;
  }
}

function nameOf(names: Readonly<Record<string, number>>, value: number): string | undefined {
  return Object.entries(names).find(([, number]) => number === value)?.[0];
}

/**
 * The bytes of a memory leaf from the first to the last that differ, at their address in the
 * region.
 */
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
