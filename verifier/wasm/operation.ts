/** One row of the table of instructions, and the short notation in which the table is written. */
import { Crash } from "../errors.ts";
import type { Proposal } from "./features.ts";
import type { ImmediateKind, ValueType } from "./types.ts";

/** What the decoder and the validator know of an opcode. */
export interface Operation {
  /** As in `Instruction`; threads' prefix 0xFE is written 0xFA00, as 0xFE00 stands for vectors. */
  readonly op: number;
  /** Name in the text format. */
  readonly mnemonic: string;
  readonly proposal: Proposal;
  /** What follows the opcode; `refused` if no feature accepts it, then `layout` says what to read. */
  readonly immediate: ImmediateKind | "refused";
  /** For refused instructions, a letter an immediate: u32, h(eap type), (b)yte, m(emory argument), block (t)ype, c(atch clauses). */
  readonly layout: string;
  /** Operands from the bottom up and results, where the opcode alone fixes them; else the validator has a case of its own. */
  readonly signature?: { readonly params: readonly ValueType[]; readonly results: readonly ValueType[] };
  /** Base-2 logarithm of the natural alignment of a memory access. */
  readonly alignment: number;
  /** Lanes of the vector that a lane index selects from. */
  readonly lanes: number;
}

type Options = Partial<Pick<Operation, "proposal" | "layout" | "alignment" | "lanes">> & {
  readonly immediate?: Operation["immediate"];
  /** E.g. `i32 i64>i32`. */
  readonly signature?: string;
};

/** Writes one row. */
export function operation(op: number, mnemonic: string, options: Options = {}): Operation {
  const { signature, ...rest } = options;
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

/** Writes rows of consecutive opcodes that differ only in the name; `-` leaves an opcode out. */
export function family(first: number, prefix: string, names: string, options: Options): Operation[] {
  return names
    .split(" ")
    .map((name, position) => operation(first + position, prefix + name, options))
    .filter((row) => row.mnemonic !== `${prefix}-`);
}

const VALUE_TYPES: Readonly<Record<string, ValueType>> = {
  i32: "i32",
  i64: "i64",
  f32: "f32",
  f64: "f64",
  v128: "v128",
};

function parseSignature(signature: string): { params: ValueType[]; results: ValueType[] } {
  const [params = [], results = []] = signature.split(">").map((side) =>
    side
      .split(" ")
      .filter((word) => word !== "")
      .map((word) => {
        const type = VALUE_TYPES[word];
        if (type === undefined) throw new Crash(`${word} in the signature ${signature} is no value type`);
        return type;
      }),
  );
  return { params, results };
}
