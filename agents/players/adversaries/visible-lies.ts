/**
 * Lies about an instruction that everybody can see who reads what it does: about the bytes that it
 * stores, the value that it computes, the place where it goes on, or how it ends.
 */
import { Op } from "../../../verifier/instructions/table.ts";
import { Outcome, Status, Trap } from "../../../verifier/machine/codes.ts";
import type { Registers } from "../../../verifier/machine/record.ts";
import { unpackWord } from "../../../verifier/machine/word.ts";
import type { State } from "../../../verifier/state/state.ts";
import { effectOf, type StepEffect, type Write } from "./writes.ts";

/**
 * What a lie is about: bytes or cells that the instruction writes, or else a value that it leaves
 * on the stack or in a local; how it ends a transaction or the run; where the program goes on; or,
 * as a last resort, the fuel that it takes.
 */
export type Subject = "store" | "value" | "ending" | "target" | "fuel";

/** A lie about one step. */
export interface VisibleLie {
  readonly about: Subject;
  /** The state that is claimed, from the true one after the step; another one. */
  readonly mutate: (after: State) => State;
}

/** Instructions that only move the program counter, take a value away, or open a transaction. */
const WITHOUT_VALUE: ReadonlySet<number> = new Set([Op.drop, Op.checkpoint]);

/** Instructions that end something. */
const ENDS: ReadonlySet<number> = new Set([Op.commit, Op.leave, Op.yield, Op.finish]);

/** Moves that keep a cursor on the stack while they work. */
const MOVES: ReadonlySet<number> = new Set([Op.copyBytes, Op.fillBytes, Op.copyCells, Op.fillCells]);

/**
 * All lies about the step out of a state, the one that shows best first. Whether it makes a
 * difference in the end is another question.
 */
export function visibleLies(before: State): VisibleLie[] {
  const effect = effectOf(before);
  const { op } = unpackWord(before.code.get(before.registers.pc));
  const ends = effect.trapped || ENDS.has(op) ? endings(effect.registers) : [];
  return [...values(before, effect), ...ends, ...targets(before, effect), ...fuelLies(before)];
}

/** Lies about what an instruction writes. */
function values(before: State, { writes, trapped }: StepEffect): VisibleLie[] {
  const { op, top } = unpackWord(before.code.get(before.registers.pc));
  if (trapped || op <= Op.callIndirect || WITHOUT_VALUE.has(op) || ENDS.has(op)) return [];
  for (const tree of ["memory", "cells"] as const) {
    const written = writes.filter((write) => write.tree === tree);
    const [first, last] = [written[0], written.at(-1)];
    if (first !== undefined && last !== undefined) return tree === "memory" ? bytes(first, last) : slot("store", first);
  }
  if (MOVES.has(op)) return [];
  // `select` leaves the value where it lies if it is the lower one.
  const index =
    op === Op.select ? before.registers.base + top - 3 : writes.findLast(({ tree }) => tree === "stack")?.index;
  return index === undefined ? [] : slot("value", { tree: "stack", index });
}

/**
 * Lies about stored bytes: the first one, which is the least significant of a number, then the
 * last, then both.
 */
function bytes(first: Write, last: Write): VisibleLie[] {
  const [low, high] = [topByte(first.bits), lowByte(last.bits)];
  return [
    changed("store", first, () => low),
    changed("store", last, () => high << 7n),
    changed("store", first, () => low << 6n),
    changed("store", last, () => high << 4n),
  ];
}

/** The lowest bit of the highest byte of a mask. */
function topByte(bits: bigint): bigint {
  const bytesBelow = Math.ceil(bits.toString(16).length / 2) - 1;
  return 1n << BigInt(8 * bytesBelow);
}

/** The lowest bit of a mask. */
function lowByte(bits: bigint): bigint {
  return bits & -bits;
}

/** Lies about a number: one bit of it, never beyond the width that it seems to have. */
function slot(about: Subject, place: Pick<Write, "tree" | "index">): VisibleLie[] {
  const width = (value: bigint): bigint => (value < 1n << 32n ? 32n : 64n);
  return [
    changed(about, place, () => 1n),
    changed(about, place, (value) => 1n << (width(value) - 1n)),
    changed(about, place, () => 1n << 4n),
    changed(about, place, (value) => (1n << width(value)) - 1n),
  ];
}

/** A lie that flips bits of a leaf. */
function changed(
  about: Subject,
  { tree, index }: Pick<Write, "tree" | "index">,
  flip: (value: bigint) => bigint,
): VisibleLie {
  return {
    about,
    mutate: (after) => {
      const value = after[tree].get(index);
      return { ...after, [tree]: after[tree].set(index, value ^ flip(value)) };
    },
  };
}

/** Lies about how a run or a transaction ended. */
function endings({ status, trapCode, outcome }: Registers): VisibleLie[] {
  const otherTrap = (trap: number): number => (trap === Trap.unreachable ? Trap.memoryBounds : Trap.unreachable);
  if (status === Status.trapped) return [register("ending", { trapCode: otherTrap(trapCode) })];
  if (status !== Status.running)
    return [register("ending", { status: status === Status.yielded ? Status.finished : Status.yielded })];
  const trap = otherTrap(outcome % 2 ** 32);
  return [register("ending", { outcome: Outcome.trap * 2 ** 32 + trap })];
}

/**
 * Lies about where the program goes on: the other way of a branch, one instruction further, or the
 * same once more.
 */
function targets(before: State, { registers: { pc } }: StepEffect): VisibleLie[] {
  const { op, a } = unpackWord(before.code.get(before.registers.pc));
  const next = (before.registers.pc + 1) % 2 ** 32;
  const branches = op === Op.if || op === Op.brIf ? [a] : [];
  const others = [...branches, next, (pc + 1) % 2 ** 32, before.registers.pc].filter((other) => other !== pc);
  return [...new Set(others)].map((other) => register("target", { pc: other }));
}

/**
 * Lies about the fuel that is left: first of the open transaction, then of what was put aside when
 * it began, which not even its rollback undoes. Another amount at every step, so that two liars
 * never claim the same.
 */
function fuelLies({ registers }: State): VisibleLie[] {
  const taken = 1n + ((registers.fuel + registers.reserve) & 0xffffn);
  return (["fuel", "reserve"] as const).map((name) => ({
    about: "fuel",
    mutate: (after) => {
      const left = after.registers[name];
      return { ...after, registers: { ...after.registers, [name]: left > taken ? left - taken : left + taken } };
    },
  }));
}

function register(about: Subject, values: Partial<Registers>): VisibleLie {
  return { about, mutate: (after) => ({ ...after, registers: { ...after.registers, ...values } }) };
}
