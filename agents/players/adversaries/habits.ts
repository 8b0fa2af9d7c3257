/** Adversaries that differ from an honest player in what they leave out. */
import type { Hex } from "viem";
import type { Book } from "../book.ts";
import { DILIGENT, type Habits, type Seat } from "../decide.ts";
import { garbageBook } from "./garbage.ts";

/** Joins and then lets its clock run out. */
export const IDLER: Habits = { joins: true, moves: false, resolves: false };

/** Moves for itself, but leaves the ends of matches to others. */
export const SELFISH: Habits = { ...DILIGENT, resolves: false };

/**
 * A griefer: many commitments of one owner, each to other garbage, to make the honest player pay
 * for many matches.
 *
 * @param count - how many commitments; each costs a bond
 */
export function griefer(
  owner: Hex,
  tournament: Hex,
  count: number,
  heights: readonly number[],
  habits: Habits = SELFISH,
): Seat[] {
  const seat = (book: Book): Seat => ({ owner, tournament, book, habits, salt: `0x${"00".repeat(32)}` });
  return Array.from({ length: count }, (_, i) => seat(garbageBook(`${owner} ${i}`, heights)));
}
