/**
 * A griefer: many commitments of one owner, each to other garbage, to make the honest player pay
 * for many matches.
 */
import type { Hex } from "viem";
import type { Seat } from "../decide.ts";
import { garbageBook } from "./garbage.ts";

/**
 * The griefer's seats.
 *
 * @param count how many commitments; each costs a bond
 */
export function griefer(owner: Hex, tournament: Hex, count: number, heights: readonly number[]): Seat[] {
  const salt: Hex = `0x${"00".repeat(32)}`;
  return Array.from({ length: count }, (_, i) => {
    return { owner, tournament, book: garbageBook(`${owner} ${i}`, heights), salt };
  });
}
