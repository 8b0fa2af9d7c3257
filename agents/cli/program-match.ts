/** Whether a program is that of a Deal, or its debug twin. */
import type { Hex } from "viem";
import type { Program } from "../../verifier/program/build.ts";
import { programTerms, type ProgramTerms } from "../chain/program-terms.ts";
import type { Fact } from "./facts.ts";
import { type Printable, text } from "./printable.ts";

/** What a program root commits to, and what is told of each part. */
const PARTS = [
  ["codeRoot", "code"],
  ["memoryRoot", "memory"],
  ["cellsRoot", "cells"],
  ["sizes", "sizes"],
  ["header", "header"],
  ["sourcesRoot", "sources"],
] as const satisfies readonly (readonly [keyof ProgramTerms, string])[];

/** A part of a program beside that of a Deal's terms. */
export interface PartMatch {
  readonly part: (typeof PARTS)[number][1];
  readonly own: Hex;
  readonly deal: Hex;
}

/** A program beside that of a Deal's terms. */
export interface ProgramMatch {
  /**
   * `same`: the program of the terms. `twin`: only its sources are others, so that every state,
   * proof and result is the same; as of a module that was built with `-g`. `other`: neither.
   */
  readonly kind: "same" | "twin" | "other";
  readonly parts: readonly PartMatch[];
}

/** Compares a program with that of a Deal's terms. */
export function matchProgram(program: Pick<Program, "image">, terms: ProgramTerms): ProgramMatch {
  const own = programTerms(program);
  const parts = PARTS.map(([key, part]): PartMatch => ({ part, own: own[key], deal: terms[key] }));
  const others = parts.filter(isOther);
  const kind = others.length === 0 ? "same" : others.every(({ part }) => part === "sources") ? "twin" : "other";
  return { kind, parts };
}

function isOther({ own, deal }: PartMatch): boolean {
  return BigInt(own) !== BigInt(deal);
}

/** What is told to the user of a twin; undefined of others. */
export function twinNote({ kind, parts }: ProgramMatch): Printable | undefined {
  if (kind !== "twin") return undefined;
  const sources = parts.find(({ part }) => part === "sources");
  return text`note: the module is a twin of the Deal's, as one with debug information is: its sources root is ${sources?.own ?? ""}, the Deal's ${sources?.deal ?? ""}; code, data and every state are the same`;
}

/** The parts that are not those of the Deal, for a message. */
export function differences({ parts }: ProgramMatch): string {
  return parts
    .filter(isOther)
    .map(({ part, own, deal }) => `${part} ${own}, not ${deal}`)
    .join("; ");
}

/** A line a part. */
export function matchFacts({ parts }: ProgramMatch): Fact[] {
  return parts.map((match) => [
    match.part,
    isOther(match) ? `${match.own}, the Deal's ${match.deal}` : `${match.own}, the same`,
  ]);
}
