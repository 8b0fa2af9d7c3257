/** Limits of a session: as small as its scripts allow, for smaller limits make smaller proofs. */
import type { ProgramLimits } from "../../verifier/program/layout.ts";
import { readInstruction } from "../../verifier/wasm/decode-instruction.ts";
import { OP } from "../../verifier/wasm/opcodes.ts";
import { Reader } from "../../verifier/wasm/reader.ts";
import type { Module } from "../../verifier/wasm/types.ts";
import type { Unit } from "./grouping.ts";

/**
 * Every recursion of the suite that ends fits in the stack with room to spare, and those that do not end fill it in some ten thousand
 * steps, so that all of these can be proven.
 */
const SLOTS = 2 ** 13 - 1;

/** Pages and elements that memories and tables can grow to: more than any script that expects growth to succeed asks for. */
const PAGES = 1024;
const ELEMENTS = 4096;

/** The limits of a session of these units. */
export function limitsOf(units: readonly Unit[]): ProgramLimits {
  const grows = units.some(({ judgement }) => judgement.kind === "accepted" && growsMemory(judgement.module));
  return { slotLimit: SLOTS, memoryPages: grows ? PAGES : 0, tableCapacity: ELEMENTS, outputBytes: 4096 };
}

function growsMemory(module: Module): boolean {
  return module.functions.some(({ body }) => {
    if (body === undefined) return false;
    const reader = new Reader(module.bytes, body.code, body.end);
    while (!reader.done) if (readInstruction(reader, module).op === OP.memoryGrow) return true;
    return false;
  });
}
