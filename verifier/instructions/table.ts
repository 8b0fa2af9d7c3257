/**
 * The one table of instructions: what the decoder and the validator know, the numbers in the
 * machine's words, Solidity's constants (`scripts/generate-opcodes.ts`), who executes what in both
 * step functions, and the opcodes that the engine and the drivers write.
 */
import { Crash } from "../errors.ts";
import { MACHINE_OPERATIONS } from "./machine.ts";
import { type Family, type Operation, WIDTHS } from "./operation.ts";
import { REFUSED_OPERATIONS } from "./refused.ts";
import { SCALAR_OPERATIONS, SELECT_TYPED } from "./scalars.ts";
import { VECTOR_OPERATIONS } from "./vectors.ts";

const byOp = <Row extends Operation>(rows: readonly Row[]): ReadonlyMap<number, Row> =>
  new Map(rows.map((row) => [row.op, row]));

/** Every instruction of WebAssembly that is known, by opcode. */
export const OPERATIONS: ReadonlyMap<number, Operation> = byOp<Operation>([
  ...SCALAR_OPERATIONS,
  SELECT_TYPED,
  ...VECTOR_OPERATIONS,
  ...REFUSED_OPERATIONS,
]);

/** The rows of opcodes of one byte: a map is asked for each instruction of a module otherwise. */
const SHORT: readonly (Operation | undefined)[] = Array.from({ length: 256 }, (_, op) => OPERATIONS.get(op));

/** The row of an opcode; undefined if there is no such instruction. */
export function rowOf(op: number): Operation | undefined {
  return op < 256 ? SHORT[op] : OPERATIONS.get(op);
}

/** The row of an opcode that a decoded instruction carries. */
export function operationOf(op: number): Operation {
  const row = rowOf(op);
  if (row === undefined) throw new Crash(`0x${op.toString(16)} is no opcode`);
  return row;
}

/** An instruction that steps execute. */
export type Executed = Operation & { readonly family: Family };

const isExecuted = (row: Operation): row is Executed => row.family !== undefined;

/** What steps execute: instructions of WebAssembly and the machine's own, by opcode. */
export const EXECUTED: ReadonlyMap<number, Executed> = byOp(
  [...SCALAR_OPERATIONS, ...MACHINE_OPERATIONS].map((row): Operation => row).filter(isExecuted),
);

type Capitalized<Name extends string> = Name extends `${infer Word}${"." | "_"}${infer Rest}`
  ? `${Capitalize<Word>}${Capitalized<Rest>}`
  : Capitalize<Name>;

/** `i64.load16_u` → `i64Load16U`. */
type Key<Name extends string> = Uncapitalize<Capitalized<Name>>;

/** {@link Key} of a name. */
export function keyOf(name: string): string {
  return name.replaceAll(/[._](.)/g, (_, letter: string) => letter.toUpperCase());
}

const NAMED = [...SCALAR_OPERATIONS, ...VECTOR_OPERATIONS, ...MACHINE_OPERATIONS];

/** Opcodes by name: `Op.i64Load16U` is that of `i64.load16_u`. */
export const Op = {
  ...(Object.fromEntries(NAMED.map(({ op, mnemonic }) => [keyOf(mnemonic), op])) as Readonly<
    Record<Key<(typeof NAMED)[number]["mnemonic"]>, number>
  >),
  selectTyped: SELECT_TYPED.op,
};

/**
 * A numeric instruction: its text name, how many operands it takes, the width they are read at, and
 * who computes it (`verifier/machine/integers.ts` or `floats.ts`).
 */
export interface NumericShape {
  readonly name: string;
  readonly operands: 1 | 2;
  readonly bits: 32 | 64;
  readonly family: "integer" | "float";
}

/** The integer and float instructions by opcode. */
export const NUMERIC: ReadonlyMap<number, NumericShape> = new Map(
  [...EXECUTED.values()].flatMap(({ op, mnemonic, family, signature }): [number, NumericShape][] => {
    if (family !== "integer" && family !== "float") return [];
    const [first, second] = signature?.params ?? [];
    if (first === undefined || first === "v128") throw new Crash(`${mnemonic} takes no number`);
    return [[op, { name: mnemonic, operands: second === undefined ? 1 : 2, bits: WIDTHS[first], family }]];
  }),
);

/**
 * Bytes that a load or store touches, and whether a load extends the sign; `bits` is the width of
 * the loaded type.
 */
export interface MemoryShape {
  readonly bytes: number;
  readonly signed: boolean;
  readonly bits: 32 | 64;
}

/** Shapes of the load instructions by opcode. */
export const LOADS: ReadonlyMap<number, MemoryShape> = accesses(({ results: [type] }) => type);

/** Shapes of the store instructions by opcode. */
export const STORES: ReadonlyMap<number, MemoryShape> = accesses(({ params: [, type] }) => type);

/** The accesses to memory that have a type where it is looked for. */
function accesses(typeIn: (signature: NonNullable<Operation["signature"]>) => keyof typeof WIDTHS | undefined) {
  return new Map(
    [...EXECUTED.values()].flatMap(({ op, mnemonic, immediate, alignment, signature }): [number, MemoryShape][] => {
      const type = immediate === "access" && signature !== undefined ? typeIn(signature) : undefined;
      if (type === undefined || type === "v128") return [];
      return [[op, { bytes: 2 ** alignment, signed: mnemonic.endsWith("_s"), bits: WIDTHS[type] }]];
    }),
  );
}
