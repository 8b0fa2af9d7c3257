/** Which tables a program can grow: only those need cells beyond what they begin with. */
import { readInstruction } from "../wasm/decode-instruction.ts";
import { Op } from "../instructions/table.ts";
import { Reader } from "../wasm/reader.ts";
import type { Module, TableEntry } from "../wasm/types.ts";
import type { Definition } from "./linkage.ts";
import type { Resolver } from "./resolve.ts";

/** Whether some instruction of the program grows a table that its type lets grow. */
export function tableGrowth(resolver: Resolver): (table: Definition) => boolean {
  const growing = new Set<string>();
  resolver.modules.forEach(({ module }, position) => {
    if (!module.tables.some(canGrow)) return;
    for (const index of grownTables(module)) growing.add(keyOf(resolver.definition(position, "table", index)));
  });
  return (table) => growing.has(keyOf(table));
}

const keyOf = ({ position, index }: Definition): string => `${position} ${index}`;

const canGrow = ({ limits }: TableEntry): boolean => limits.maximum === undefined || limits.maximum > limits.minimum;

/** The tables, by index in a validated module, of its `table.grow` instructions. */
function grownTables(module: Module): Set<number> {
  const found = new Set<number>();
  for (const { body } of module.functions) {
    if (body === undefined || !mayGrow(module.bytes.subarray(body.code, body.end))) continue;
    const reader = new Reader(module.bytes, body.code, body.end);
    while (!reader.done) {
      const { op, immediate } = readInstruction(reader, module);
      if (op === Op.tableGrow && immediate.kind === "table") found.add(immediate.table);
    }
  }
  return found;
}

/** The bytes of `table.grow`: a prefix, and the first byte of a number that may be longer than it needs. */
const PREFIX = Op.tableGrow >> 8;
const SUB = Op.tableGrow & 0x7f;

/** Whether a body has the bytes of a `table.grow` anywhere: few have, and need not be decoded again. */
function mayGrow(code: Uint8Array): boolean {
  for (let at = code.indexOf(PREFIX); at >= 0; at = code.indexOf(PREFIX, at + 1)) {
    if ((code[at + 1]! & 0x7f) === SUB) return true;
  }
  return false;
}
