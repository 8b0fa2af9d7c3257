/**
 * What the instances of a program hold, told so that two programs of the same modules can be
 * compared.
 */
import { packReference } from "../../../verifier/machine/word.ts";
import type { Instance } from "../../../verifier/program/linkage.ts";
import type { MapMachine } from "./map-access.ts";

/**
 * Memories as their leaves that are not zero, tables and globals as their values; functions by
 * module and index.
 */
export interface Content {
  readonly memories: readonly { readonly pages: bigint; readonly leaves: readonly (readonly [number, bigint])[] }[];
  readonly tables: readonly (readonly (bigint | string)[])[];
  readonly globals: readonly (bigint | string)[];
}

/** The content of each instance; index spaces with what they import. */
export function contentOf({ access, registers, regionLeaves }: MapMachine, instances: readonly Instance[]): Content[] {
  const { cells, memory } = access.trees;
  const names = new Map<bigint, string>();
  for (const { functions } of instances) {
    for (const fn of functions) {
      if (fn.kind !== "code") continue;
      const { typeId: type, frame, entry } = fn;
      names.set(packReference({ type, frame, entry }), `function ${fn.index} of ${fn.instance.position}`);
    }
  }
  const valueOf = (cell: number, type: string): bigint | string => {
    const value = cells.get(cell);
    return type === "funcref" ? (names.get(value) ?? value) : value;
  };
  return instances.map(({ memories, tables, globals }) => ({
    memories: memories.map(({ region, sizeIndex }) => ({
      pages: sizeIndex < 4 ? BigInt.asUintN(64, registers.sizes >> BigInt(192 - 64 * sizeIndex)) : cells.get(sizeIndex),
      leaves: [...memory.map]
        .filter(([leaf]) => Math.floor(leaf / regionLeaves) === region)
        .map(([leaf, value]) => [leaf % regionLeaves, value] as const)
        .sort(([a], [b]) => a - b),
    })),
    tables: tables.map(({ entry, firstCell, sizeCell }) =>
      Array.from({ length: Number(cells.get(sizeCell)) }, (_, i) => valueOf(firstCell + i, entry.type)),
    ),
    globals: globals.map(({ cell, entry }) => valueOf(cell, entry.type)),
  }));
}
