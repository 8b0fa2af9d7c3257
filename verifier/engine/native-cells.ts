/** Globals and tables of a native run: cells of the machine. */
import { packReference } from "../machine/word.ts";
import { LEAF_BYTES, readLeaf } from "../merkle/leaf.ts";
import type { Tree } from "../merkle/tree.ts";
import { type CompiledProgram, NAMES } from "./compile.ts";
import { isNarrow } from "./native-type.ts";
import { Refusal } from "./refusal.ts";

export class NativeCells {
  readonly #globals: readonly NativeGlobal[];
  readonly #tables: readonly NativeTable[];

  constructor(program: CompiledProgram, exports: WebAssembly.Exports) {
    this.#globals = [...program.parts.globals].map(([cell, type]) => ({
      cell,
      width: isNarrow(type) ? 32 : 64,
      isInteger32: type === "i32" || type === "f32",
      global: exports[NAMES.global(cell)] as WebAssembly.Global,
    }));
    const functions = functionsByReference(program, exports);
    this.#tables = program.parts.tables.map(({ firstCell, capacity }) => ({
      firstCell,
      capacity,
      table: exports[NAMES.table(firstCell)] as WebAssembly.Table,
      functions,
      content: new Uint8Array(capacity * LEAF_BYTES),
    }));
  }

  /**
   * Takes over what the cells hold.
   * @throws Refusal if a cell holds what its global or table natively cannot
   */
  load(cells: Tree): void {
    for (const { cell, width, global } of this.#globals) {
      const value = cells.get(cell);
      if (value >> BigInt(width) !== 0n) throw new Refusal(`the global in cell ${cell} has more than ${width} bits`);
      global.value = width === 32 ? Number(value) | 0 : BigInt.asIntN(64, value);
    }
    for (const table of this.#tables) loadTable(table, cells.readBytes(table.firstCell, table.capacity));
  }

  /** The cells with the globals' values; tables never change natively. */
  save(cells: Tree): Tree {
    return this.#globals.reduce((tree, { cell, width, global }) => {
      const value: unknown = global.value;
      return tree.set(cell, BigInt.asUintN(width, BigInt(value as number | bigint)));
    }, cells);
  }
}

interface NativeGlobal {
  readonly cell: number;
  /** Bits of the value. */
  readonly width: number;
  readonly global: WebAssembly.Global;
}

interface NativeTable {
  readonly firstCell: number;
  readonly capacity: number;
  readonly table: WebAssembly.Table;
  /** Functions by the references to them. */
  readonly functions: ReadonlyMap<bigint, unknown>;
  /** The cells as they were loaded last. */
  readonly content: Uint8Array;
}

/** Sets the elements that differ from what was loaded last. */
function loadTable({ firstCell, table, functions, content }: NativeTable, wanted: Uint8Array): void {
  if (Buffer.compare(content, wanted) === 0) return;
  for (let at = 0; at < wanted.length; at += LEAF_BYTES) {
    const leaf = wanted.subarray(at, at + LEAF_BYTES);
    if (Buffer.compare(leaf, content.subarray(at, at + LEAF_BYTES)) === 0) continue;
    const reference = readLeaf(wanted, at);
    const target = reference === 0n ? null : functions.get(reference);
    if (target === undefined)
      throw new Refusal(`cell ${firstCell + at / LEAF_BYTES} refers to no function of the program`);
    table.set(at / LEAF_BYTES, target);
    content.set(leaf, at);
  }
}

function functionsByReference(program: CompiledProgram, exports: WebAssembly.Exports): Map<bigint, unknown> {
  return new Map(
    program.parts.functions.flatMap(({ id, typeId, entry, frame }) =>
      program.signature(id) === undefined
        ? []
        : [[packReference({ type: typeId, entry, frame }), exports[NAMES.function(id)]] as const],
    ),
  );
}
