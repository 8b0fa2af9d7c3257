/** Globals and tables of a native run: cells of the machine. */
import type { SharedMachine } from "../interpreter/hand-over.ts";
import { packReference } from "../machine/word.ts";
import { LEAF_BYTES } from "../merkle/leaf.ts";
import { sameBytes } from "../merkle/same-bytes.ts";
import { type CompiledProgram, NAMES } from "./compile.ts";
import { isNarrow } from "./native-type.ts";
import { NotNative } from "./not-native.ts";
import { LEAF_WORDS } from "../interpreter/units.ts";

/** Turns 64 bits into two words, the lower first, and back. */
const long = new BigInt64Array(1);
const halves = new Int32Array(long.buffer);

export class NativeCells {
  readonly #globals: readonly NativeGlobal[];
  readonly #tables: readonly NativeTable[];

  constructor(program: CompiledProgram, exports: WebAssembly.Exports) {
    this.#globals = [...program.parts.globals].map(([cell, type]) => ({
      cell,
      isNarrow: isNarrow(type),
      global: exports[NAMES.global(cell)] as WebAssembly.Global,
    }));
    const functions = functionsByReference(program, exports);
    this.#tables = program.parts.tables.map(({ firstCell, capacity }) => ({
      firstCell,
      table: exports[NAMES.table(firstCell)] as WebAssembly.Table,
      functions,
      content: new Uint8Array(capacity * LEAF_BYTES),
    }));
  }

  /**
   * Takes over what the cells hold.
   * @throws NotNative if a cell holds what its global or table natively cannot
   */
  enter({ cells }: SharedMachine): void {
    for (const { cell, isNarrow: narrow, global } of this.#globals) {
      if (!cells.ensure(LEAF_BYTES * (cell + 1))) throw new NotNative(`there is no cell ${cell}`);
      const at = LEAF_WORDS * cell;
      if (narrow) {
        if (cells.words[at + 1] !== 0) throw new NotNative(`the global in cell ${cell} has more than 32 bits`);
        global.value = cells.words[at]!;
      } else {
        halves[0] = cells.words[at]!;
        halves[1] = cells.words[at + 1]!;
        global.value = long[0]!;
      }
    }
    for (const table of this.#tables) {
      const end = table.firstCell * LEAF_BYTES + table.content.length;
      if (!cells.ensure(end)) throw new NotNative(`there is no cell ${end / LEAF_BYTES - 1}`);
      fillTable(table, cells.bytes.subarray(table.firstCell * LEAF_BYTES, end));
    }
  }

  /** Gives the globals' values back; tables never change natively. */
  leave({ cells }: SharedMachine): void {
    for (const { cell, isNarrow: narrow, global } of this.#globals) {
      const at = LEAF_WORDS * cell;
      const value: unknown = global.value;
      if (narrow) {
        halves[0] = value as number;
        halves[1] = 0;
      } else long[0] = value as bigint;
      if (cells.words[at] === halves[0] && cells.words[at + 1] === halves[1]) continue;
      cells.touch(4 * at, 8);
      cells.words[at] = halves[0]!;
      cells.words[at + 1] = halves[1]!;
    }
  }
}

interface NativeGlobal {
  readonly cell: number;
  readonly isNarrow: boolean;
  readonly global: WebAssembly.Global;
}

interface NativeTable {
  readonly firstCell: number;
  readonly table: WebAssembly.Table;
  /** Functions by the references to them. */
  readonly functions: ReadonlyMap<bigint, unknown>;
  /** The cells as they were taken over last, each least significant byte first. */
  readonly content: Uint8Array;
}

/** Sets the elements that differ from what was taken over last. */
function fillTable({ firstCell, table, functions, content }: NativeTable, wanted: Uint8Array): void {
  if (sameBytes(content, wanted)) return;
  const view = new DataView(wanted.buffer, wanted.byteOffset);
  for (let at = 0; at < wanted.length; at += LEAF_BYTES) {
    const leaf = wanted.subarray(at, at + LEAF_BYTES);
    if (sameBytes(leaf, content.subarray(at, at + LEAF_BYTES))) continue;
    const reference = view.getBigUint64(at, true);
    const target = reference === 0n ? null : functions.get(reference);
    if (target === undefined)
      throw new NotNative(`cell ${firstCell + at / LEAF_BYTES} refers to no function of the program`);
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
