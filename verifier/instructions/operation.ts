/** One row of the table of instructions, and the short notation in which the table is written. */
import { Crash } from "../errors.ts";
import type { Proposal } from "./proposal.ts";

/**
 * Types of operands and results that an opcode alone can fix: references depend on the
 * instruction's place.
 */
export type StackType = "i32" | "i64" | "f32" | "f64" | "v128";

/** Bits of each of them; a slot of the stack holds 256. */
export const WIDTHS = { i32: 32, i64: 64, f32: 32, f64: 64, v128: 128 } as const;

/** Operands from the bottom up, and results. */
export interface Signature {
  readonly params: readonly StackType[];
  readonly results: readonly StackType[];
}

/** What follows the opcode in a module. */
export type ImmediateKind =
  | "none"
  | "block"
  | "label"
  | "labels"
  | "function"
  | "indirect"
  | "local"
  | "global"
  | "table"
  | "tables"
  | "table-element"
  | "element"
  | "access"
  | "access-lane"
  | "memory"
  | "memories"
  | "memory-data"
  | "data"
  | "i32"
  | "i64"
  | "f32"
  | "f64"
  | "v128"
  | "lane"
  | "lanes"
  | "types"
  | "reference";

/**
 * Which part of the step function executes an instruction: a file of `verifier/machine/` and its
 * twin on chain.
 */
export type Family = "control" | "variable" | "memory" | "table" | "bulk" | "integer" | "float" | "host";

/** What all layers know of an instruction. */
export interface Operation<Name extends string = string> {
  /**
   * Opcode in the binary format, and number in the instruction words of the machine: 0xFC00 |
   * sub-opcode with the prefix 0xFC, 0xFD00 + sub-opcode with 0xFD, so that relaxed vector
   * instructions are 0xFE00 on; threads' prefix 0xFE is written 0xFA00. The machine's own begin at
   * 0xF000, host instructions at 0xF100.
   */
  readonly op: number;
  /** Name in the text format of the specification. */
  readonly mnemonic: Name;
  /** Absent if no step executes it: lowering dissolves it, or programs cannot have it. */
  readonly family?: Family;
  readonly proposal: Proposal;
  /**
   * What follows the opcode; `refused` if no feature accepts it, then `layout` says what to read.
   */
  readonly immediate: ImmediateKind | "refused";
  /**
   * For refused instructions, a letter an immediate: u32, h(eap type), (b)yte, m(emory argument),
   * block (t)ype, c(atch clauses).
   */
  readonly layout: string;
  /** Where the opcode alone fixes it; else the validator has a case of its own. */
  readonly signature?: Signature;
  /** Base-2 logarithm of the bytes that a memory access touches: its natural alignment. */
  readonly alignment: number;
  /** Lanes of the vector that a lane index selects from. */
  readonly lanes: number;
}

/** Columns of a row; those that are missing have the commonest value. */
export type Columns = Partial<Pick<Operation, "family" | "proposal" | "layout" | "alignment" | "lanes">> & {
  readonly immediate?: Operation["immediate"];
  /** E.g. `i32 i64>i32`. */
  readonly signature?: string;
};

/** Writes one row. */
export function operation<const Name extends string>(
  op: number,
  mnemonic: Name,
  columns: Columns = {},
): Operation<Name> {
  const { signature, ...rest } = columns;
  return {
    op,
    mnemonic,
    proposal: "mvp",
    immediate: "none",
    layout: "",
    alignment: 0,
    lanes: 0,
    ...rest,
    ...(signature === undefined ? {} : { signature: parseSignature(signature) }),
  };
}

/** The words of a text that spaces separate. */
type Words<Text extends string> = Text extends `${infer First} ${infer Rest}` ? First | Words<Rest> : Text;

/** Writes rows of consecutive opcodes that differ only in the name; `-` leaves an opcode out. */
export function run<const Prefix extends string, const Names extends string>(
  first: number,
  prefix: Prefix,
  names: Names,
  columns: Columns,
): Operation<`${Prefix}${Exclude<Words<Names>, "-">}`>[] {
  type Name = `${Prefix}${Exclude<Words<Names>, "-">}`;
  return names
    .split(" ")
    .map((name, position) => ({ name, op: first + position }))
    .filter(({ name }) => name !== "-")
    .map(({ name, op }) => operation(op, (prefix + name) as Name, columns));
}

function parseSignature(signature: string): Signature {
  const [params = [], results = []] = signature.split(">").map((side) =>
    side
      .split(" ")
      .filter((word) => word !== "")
      .map((word) => {
        if (!isStackType(word)) throw new Crash(`${word} in the signature ${signature} is no type of operands`);
        return word;
      }),
  );
  return { params, results };
}

const isStackType = (word: string): word is StackType => Object.hasOwn(WIDTHS, word);
