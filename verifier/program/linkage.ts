/**
 * What a linked program consists of: instances that share one address space of code, cells and
 * regions.
 */
import type { FunctionType, GlobalEntry, ImportName, Limits, MemoryEntry, Module, TableEntry } from "../wasm/types.ts";
import type { HostFunction } from "./host-functions.ts";
import type { Regions } from "./layout.ts";

/** A module that is part of a program, under the name by which the others import from it. */
export interface LinkModule {
  readonly name: string;
  /** Decoded and validated, or validated but for its bodies. */
  readonly module: Module;
  /** Whether it may delimit transactions. */
  readonly isDriver: boolean;
  /**
   * Which module, by position, each module name of its imports stands for; without it, the module
   * of that name.
   */
  readonly scope?: ReadonlyMap<string, number>;
}

/** How modules are linked. */
export interface LinkOptions {
  /**
   * Whether a function that is imported and that nothing provides traps when it is called;
   * otherwise it is an error.
   */
  readonly allowMissingImports?: boolean;
  /**
   * Whether instances are initialized by calls of the driver (`instantiationImport` in host.ts), in
   * any order; otherwise they are before the driver runs. How large memories and tables are when
   * they are imported is then not known, and not checked.
   */
  readonly isDeferred?: boolean;
}

/**
 * A definition: an entry of a module's index space that is not imported, or a function that the
 * host provides, or nobody.
 */
export interface Definition {
  readonly position: number;
  readonly index: number;
}

/** A function that has code of its own. Entry and frame size are known once it has been lowered. */
export interface CodeFunction {
  readonly kind: "code";
  /** Position among the functions of the program. */
  readonly id: number;
  readonly instance: Instance;
  /** The function's index in its module; a wrapper has that of the import. */
  readonly index: number;
  readonly type: FunctionType;
  /** The same number for equal types, all over the program. */
  readonly typeId: number;
  /** The host function that a wrapper calls. */
  readonly wraps?: HostTarget;
  /** The import that nothing provides: it traps. */
  readonly missing?: ImportName;
  /** pc of its first word. */
  entry: number;
  /** Slots of its frame. */
  frame: number;
}

/** A host function as an instance imports it. */
export interface HostTarget {
  readonly kind: "host";
  readonly host: HostFunction;
  /** Whose first memory it reads and writes. */
  readonly instance: Instance;
  readonly index: number;
}

/** What a function index of a module stands for. */
export type FunctionTarget = CodeFunction | HostTarget;

/** A linear memory. */
export interface LinkedMemory {
  readonly entry: MemoryEntry;
  readonly region: number;
  /** Below 4 a lane of the sizes word, else a cell. */
  readonly sizeIndex: number;
  /** Pages that it can grow to. */
  readonly maximum: number;
  /** Whether that is less than its module would have it grow to. */
  readonly isLimited: boolean;
}

/** A table: a range of cells. */
export interface LinkedTable {
  readonly entry: TableEntry;
  readonly firstCell: number;
  /** Elements that it can grow to, each with a cell; those beyond its size are null. */
  readonly capacity: number;
  readonly sizeCell: number;
}

/** A global: a cell. */
export interface LinkedGlobal {
  readonly entry: GlobalEntry;
  /** The instance that defines it. */
  readonly instance: Instance;
  readonly cell: number;
}

/** A data or element segment as instructions refer to it. */
export interface LinkedSegment {
  /** First byte in the region of data segments, or first cell. */
  readonly start: number;
  readonly sizeCell: number;
}

/** A module within the program; its arrays are the module's index spaces. */
export interface Instance {
  readonly position: number;
  readonly name: string;
  readonly module: Module;
  readonly isDriver: boolean;
  readonly functions: FunctionTarget[];
  readonly memories: LinkedMemory[];
  readonly tables: LinkedTable[];
  readonly globals: LinkedGlobal[];
  readonly data: LinkedSegment[];
  readonly elements: LinkedSegment[];
}

/** A step of an instance's initialization that has to be executed. */
export type Initialization =
  | {
      readonly kind: "data" | "elements";
      readonly segment: number;
      readonly target: number;
      readonly destination: number;
    }
  | { readonly kind: "start"; readonly function: FunctionTarget };

/** The code that initializes an instance. */
export interface Initializer {
  /** Of no parameters and results; it has no index in the module. */
  readonly function: CodeFunction;
  readonly steps: readonly Initialization[];
}

/** A leaf of the initial cells; references are written when all code has been placed. */
export type CellValue = bigint | CodeFunction;

/** A linked program, before lowering. */
export interface Linkage {
  readonly instances: readonly Instance[];
  /** All functions with code but initializers, wrappers included, by id. */
  readonly functions: readonly CodeFunction[];
  readonly regions: Regions;
  /** Type ids by function type. */
  typeId(type: FunctionType): number;
  /**
   * What references to a function of an instance point to; adds a function with code, a wrapper, if
   * there is none yet.
   */
  reference(instance: Instance, index: number): CodeFunction;
  /** For each instance whose initialization has to be executed, or may be by the driver. */
  readonly initializers: readonly Initializer[];
  /** Initializers that run before the driver does. */
  readonly prologue: readonly CodeFunction[];
  /** Initial cells; what is missing is zero. */
  readonly cells: ReadonlyMap<number, CellValue>;
  /** Cells in use, those below `FIRST_CELL` included. */
  readonly cellCount: number;
  readonly memory: readonly { readonly region: number; readonly offset: number; readonly bytes: Uint8Array }[];
  /** Bytes of the region of data segments. */
  readonly dataBytes: number;
  /** Pages of memories 0 to 3, the first in the most significant lane. */
  readonly sizes: bigint;
  /** Pages that the largest memory can have. */
  readonly pages: number;
}

/** A range of limits for messages, for example "1..4" or "1..". */
export function describeLimits({ minimum, maximum }: Limits): string {
  return `${minimum}..${maximum ?? ""}`;
}

/** A function type for messages. */
export function describeType({ params, results }: FunctionType): string {
  return `(${params.join(", ")}) → (${results.join(", ")})`;
}
