/** Limits of a session: as small as its modules allow, for smaller limits make smaller proofs. */
import type { ProgramLimits } from "../../verifier/program/layout.ts";
import { readInstruction } from "../../verifier/wasm/decode-instruction.ts";
import { Locals } from "../../verifier/wasm/locals.ts";
import { Op } from "../../verifier/instructions/table.ts";
import { Reader } from "../../verifier/wasm/reader.ts";
import type { Module } from "../../verifier/wasm/types.ts";
import type { Unit } from "./grouping.ts";

/**
 * Stack slots: every recursion of the suite that ends fits in, and those that do not end fill them
 * in a few thousand steps, so that all of these can be proven. Where a function has more locals
 * than {@link MANY_LOCALS}, a thousand calls and its frame fit in.
 */
const SLOTS = 2 ** 11 - 1;
const SLOTS_FOR_MANY_LOCALS = 2 ** 13 - 1;
const MANY_LOCALS = 500;

/**
 * Pages and elements that memories and tables can grow to: more than any script that expects growth
 * to succeed asks for.
 */
const PAGES = 1024;
const ELEMENTS = 1024;

/** The driver writes eight bytes a result. */
const OUTPUT_BYTES = 4096;

/** The limits of a session of these units. */
export function limitsOf(units: readonly Unit[]): ProgramLimits {
  const modules = units.flatMap(({ judgement }) => (judgement.kind === "accepted" ? [judgement.module] : []));
  return {
    slotLimit: modules.some(hasManyLocals) ? SLOTS_FOR_MANY_LOCALS : SLOTS,
    memoryPages: modules.some(growsMemory) ? PAGES : 0,
    tableCapacity: ELEMENTS,
    outputBytes: OUTPUT_BYTES,
  };
}

function hasManyLocals({ bytes, functions, features }: Module): boolean {
  return functions.some(
    ({ body, type }) => body !== undefined && new Locals(bytes, body, type.params, features).count > MANY_LOCALS,
  );
}

function growsMemory(module: Module): boolean {
  return module.functions.some(({ body }) => {
    if (body === undefined) return false;
    const reader = new Reader(module.bytes, body.code, body.end);
    while (!reader.done) if (readInstruction(reader, module).op === Op.memoryGrow) return true;
    return false;
  });
}
