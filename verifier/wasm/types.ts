/**
 * The abstract syntax of modules (chapter 2 of the WebAssembly specification), with the byte offset
 * of everything.
 */
import type { Features } from "./features.ts";

export type ReferenceType = "funcref" | "externref";
export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128" | ReferenceType;

/** Type of an operand: in dead code it may be any ("Bot" in the appendix on validation). */
export type OperandType = ValueType | "unknown";

export interface FunctionType {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

export interface Limits {
  /** Pages of a memory, elements of a table: at most 65,536 or 2^32 - 1 in a valid module. */
  readonly minimum: number;
  readonly maximum?: number;
}

/** Where something was imported from. */
export interface ImportName {
  readonly module: string;
  readonly name: string;
  /** Byte offset of the import's entry. */
  readonly offset: number;
}

/** A function of the module's index space, which imports open. */
export interface FunctionEntry {
  readonly index: number;
  readonly typeIndex: number;
  readonly type: FunctionType;
  /** Byte offset of its import or of its entry in the function section. */
  readonly offset: number;
  readonly imported?: ImportName;
  readonly body?: FunctionBody;
}

/**
 * The bytes of a body; its instructions are decoded by `walk`, one at a time, so that a module
 * never takes many times its size.
 */
export interface FunctionBody {
  /** Byte offset of the declarations of locals. */
  readonly start: number;
  /** Byte offset of the first instruction. */
  readonly code: number;
  /** Byte offset after the last one. */
  readonly end: number;
}

export interface TableEntry {
  readonly type: ReferenceType;
  readonly limits: Limits;
  readonly offset: number;
  readonly imported?: ImportName;
}

export interface MemoryEntry {
  readonly limits: Limits;
  readonly offset: number;
  readonly imported?: ImportName;
}

export interface GlobalEntry {
  readonly type: ValueType;
  readonly mutable: boolean;
  readonly offset: number;
  /** Exactly one of the two is there. */
  readonly imported?: ImportName;
  readonly initial?: ConstantExpression;
}

export type ExternalKind = "function" | "table" | "memory" | "global";

export interface ExportEntry {
  readonly name: string;
  readonly kind: ExternalKind;
  readonly index: number;
  readonly offset: number;
}

/** Instructions of a constant expression without the closing `end`. */
export interface ConstantExpression {
  readonly offset: number;
  readonly instructions: readonly Instruction[];
}

/**
 * A reference in an element segment: the index of a function, null, or what an expression other
 * than `ref.func` yields.
 */
export type ElementItem = number | null | ConstantExpression;

/**
 * What a segment is for: copied at instantiation to `destination` of `index`, copied on demand, or
 * only there to declare references.
 */
export type SegmentMode =
  | { readonly kind: "active"; readonly index: number; readonly destination: ConstantExpression }
  | { readonly kind: "passive" }
  | { readonly kind: "declarative" };

export interface ElementSegment {
  readonly mode: SegmentMode;
  readonly type: ReferenceType;
  readonly items: readonly ElementItem[];
  readonly offset: number;
}

export interface DataSegment {
  readonly mode: SegmentMode;
  /** A view into the module's bytes. */
  readonly bytes: Uint8Array;
  readonly offset: number;
}

export interface CustomSection {
  readonly name: string;
  /** Byte offset of the payload, after the name. */
  readonly start: number;
  /** Byte offset after the payload. */
  readonly end: number;
}

/** Names of a module and of what is in it, as far as they are known. */
export interface Names {
  readonly module?: string;
  /** By function index. */
  readonly functions: ReadonlyMap<number, string>;
  /**
   * Names of a function's parameters and locals by index; read again at every call, as few ever
   * ask.
   */
  locals(functionIndex: number): ReadonlyMap<number, string>;
}

/** A decoded module. Index spaces hold imports first. */
export interface Module {
  readonly bytes: Uint8Array;
  readonly features: Features;
  readonly types: readonly FunctionType[];
  readonly functions: readonly FunctionEntry[];
  readonly tables: readonly TableEntry[];
  readonly memories: readonly MemoryEntry[];
  readonly globals: readonly GlobalEntry[];
  readonly exports: readonly ExportEntry[];
  readonly start?: { readonly function: number; readonly offset: number };
  readonly elements: readonly ElementSegment[];
  readonly data: readonly DataSegment[];
  /** Content of the data count section. */
  readonly dataCount?: number;
  readonly custom: readonly CustomSection[];
  readonly names: Names;
}

/**
 * An instruction with its immediates.
 *
 * `op` is the opcode's byte; after a prefix it is 0xFB00, 0xFC00 or 0xFD00 plus the number that
 * follows, and 0xFE00 plus the number less 256 for vector instructions from 256 on.
 */
export interface Instruction {
  readonly op: number;
  /** Byte offset of the opcode in the module. */
  readonly offset: number;
  readonly immediate: Immediate;
}

export interface MemoryArgument {
  /** Base-2 logarithm of the alignment that the module promises. */
  readonly alignment: number;
  /** Added to the address; below 2^32 in a valid module. */
  readonly offset: number;
  readonly memory: number;
}

/**
 * What follows an opcode. Indices count as in the module's index spaces, labels outwards from the
 * innermost block.
 */
export type Immediate =
  | { readonly kind: "none" }
  | { readonly kind: "block"; readonly type: FunctionType }
  | { readonly kind: "label"; readonly label: number }
  | { readonly kind: "labels"; readonly labels: readonly number[]; readonly fallback: number }
  | { readonly kind: "function"; readonly function: number }
  | { readonly kind: "indirect"; readonly typeIndex: number; readonly type: FunctionType; readonly table: number }
  | { readonly kind: "local"; readonly local: number }
  | { readonly kind: "global"; readonly global: number }
  | { readonly kind: "table"; readonly table: number }
  | { readonly kind: "tables"; readonly destination: number; readonly source: number }
  | { readonly kind: "table-element"; readonly element: number; readonly table: number }
  | { readonly kind: "element"; readonly element: number }
  | ({ readonly kind: "access" } & MemoryArgument)
  | ({ readonly kind: "access-lane"; readonly lane: number } & MemoryArgument)
  | { readonly kind: "memory"; readonly memory: number }
  | { readonly kind: "memories"; readonly destination: number; readonly source: number }
  | { readonly kind: "memory-data"; readonly data: number; readonly memory: number }
  | { readonly kind: "data"; readonly data: number }
  /** Signed. */
  | { readonly kind: "i32"; readonly value: number }
  /** Signed. */
  | { readonly kind: "i64"; readonly value: bigint }
  /** The bits, unsigned. */
  | { readonly kind: "f32"; readonly bits: number }
  /** The bits, unsigned. */
  | { readonly kind: "f64"; readonly bits: bigint }
  /** 16 bytes, least significant first. */
  | { readonly kind: "v128"; readonly bytes: Uint8Array }
  | { readonly kind: "lane"; readonly lane: number }
  | { readonly kind: "lanes"; readonly lanes: Uint8Array }
  | { readonly kind: "types"; readonly types: readonly ValueType[] }
  | { readonly kind: "reference"; readonly type: ReferenceType };
