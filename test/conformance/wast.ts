/**
 * Reader of the scripts (`.wast`) in which the official WebAssembly test suite is written.
 *
 * It cuts a script into commands and leaves the text of modules as it stands: an assembler turns
 * that into bytes. The grammar is that of the reference interpreter's README
 * (github.com/WebAssembly/spec, interpreter/README.md, "Scripts"); tokens follow section 6.3 of the
 * WebAssembly specification.
 */

/** Thrown for a script that is not well formed; the message names the line. */
export class WastError extends Error {
  override readonly name = "WastError";
  /** Line of the script, from 1. */
  readonly line: number;

  constructor(problem: string, line: number) {
    super(`${problem}, at line ${line} of the script`);
    this.line = line;
  }
}

/** A module as a script gives it. */
export type WastModule =
  /** Text format, `(module …)`, for an assembler. */
  | { readonly form: "text"; readonly id?: string; readonly line: number; readonly source: string }
  /**
   * Text format from `(module quote "…")`: the bytes of its strings, which need not be well-formed
   * text.
   */
  | { readonly form: "quote"; readonly id?: string; readonly line: number; readonly source: Uint8Array }
  /** Binary format from `(module binary "…")`. */
  | { readonly form: "binary"; readonly id?: string; readonly line: number; readonly bytes: Uint8Array };

/** An argument of an action or a result that is expected of it. */
export type WastValue =
  /** Integer of 32 or 64 bits, as an unsigned number. */
  | { readonly type: "i32" | "i64"; readonly value: bigint }
  /**
   * Float literal as written, e.g. `0x1p-149`, `nan:0x200000`, `nan:canonical`, `nan:arithmetic`.
   */
  | { readonly type: "f32" | "f64"; readonly literal: string }
  /** Vector: its shape, e.g. `i8x16`, and one literal a lane. */
  | { readonly type: "v128"; readonly shape: string; readonly lanes: readonly string[] }
  /**
   * Reference: `ref.null`, `ref.func`, `ref.extern` and their like, with the literals that follow.
   */
  | { readonly type: "ref"; readonly form: string; readonly operands: readonly string[] }
  /** Any one of several results. */
  | { readonly type: "either"; readonly choices: readonly WastValue[] };

/** Something to do with an instance: the one named by `module`, or the latest. */
export type WastAction =
  | { readonly kind: "invoke"; readonly module?: string; readonly name: string; readonly args: readonly WastValue[] }
  | { readonly kind: "get"; readonly module?: string; readonly name: string };

/** One command of a script. */
export type WastCommand = { readonly line: number } & (
  | { readonly kind: "module"; readonly module: WastModule }
  /** `(module definition …)`: decoded and validated, but not instantiated. */
  | { readonly kind: "definition"; readonly module: WastModule }
  /** `(module instance $id $definition)`. */
  | { readonly kind: "instance"; readonly id?: string; readonly definition?: string }
  | { readonly kind: "register"; readonly name: string; readonly module?: string }
  | { readonly kind: "action"; readonly action: WastAction }
  | { readonly kind: "assert_return"; readonly action: WastAction; readonly expected: readonly WastValue[] }
  | { readonly kind: "assert_trap" | "assert_exhaustion"; readonly action: WastAction; readonly message: string }
  | { readonly kind: "assert_exception"; readonly action: WastAction }
  /** A module whose instantiation traps. */
  | { readonly kind: "assert_module_trap"; readonly module: WastModule; readonly message: string }
  | {
      readonly kind:
        | "assert_malformed"
        | "assert_invalid"
        | "assert_unlinkable"
        | "assert_malformed_custom"
        | "assert_invalid_custom";
      readonly module: WastModule;
      readonly message: string;
    }
);

/**
 * A node of the script: an atom, a string, or a list in parentheses; `start` and `end` are
 * positions in the text.
 */
type Node = { readonly start: number; readonly end: number; readonly line: number } & (
  { readonly atom: string } | { readonly bytes: Uint8Array } | { readonly list: readonly Node[] }
);

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const toUtf8 = new TextEncoder();

const ESCAPES: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, '"': 34, "'": 39, "\\": 92 };

/**
 * Reads the whole text as a sequence of nodes; iterative, so that deep nesting cannot overflow the
 * stack.
 */
function readNodes(text: string): Node[] {
  const top: Node[] = [];
  const open: { start: number; line: number; list: Node[] }[] = [];
  let position = 0;
  let line = 1;
  const push = (node: Node): void => {
    (open[open.length - 1]?.list ?? top).push(node);
  };
  while (position < text.length) {
    const start = position;
    const char = text.charAt(position);
    if (char === "\n") {
      line++;
      position++;
    } else if (char === " " || char === "\t" || char === "\r") {
      position++;
    } else if (text.startsWith(";;", position)) {
      const end = text.indexOf("\n", position);
      position = end < 0 ? text.length : end;
    } else if (text.startsWith("(;", position)) {
      const from = line;
      let depth = 0;
      do {
        if (position >= text.length) throw new WastError("a block comment is not closed", from);
        if (text.startsWith("(;", position)) {
          depth++;
          position += 2;
        } else if (text.startsWith(";)", position)) {
          depth--;
          position += 2;
        } else if (text.charAt(position++) === "\n") line++;
      } while (depth > 0);
    } else if (char === "(") {
      open.push({ start, line, list: [] });
      position++;
    } else if (char === ")") {
      const list = open.pop();
      if (list === undefined) throw new WastError("a closing parenthesis has no opening one", line);
      const node = { start: list.start, end: ++position, line: list.line, list: list.list };
      // An annotation (section 6.3.6) may stand anywhere and means nothing here.
      if (!(headOf(node) ?? "").startsWith("@")) push(node);
    } else if (char === '"') {
      const [bytes, end] = readString(text, position, line);
      position = end;
      push({ start, end, line, bytes });
    } else {
      while (position < text.length && !' \t\r\n()";'.includes(text.charAt(position))) position++;
      if (position === start) position++;
      push({ start, end: position, line, atom: text.slice(start, position) });
    }
  }
  const unclosed = open[open.length - 1];
  if (unclosed !== undefined) throw new WastError("an opening parenthesis is not closed", unclosed.line);
  return top;
}

/** Reads the string literal at `start`: its bytes (section 6.3.3) and the position after it. */
function readString(text: string, start: number, line: number): [Uint8Array, number] {
  const pieces: Uint8Array[] = [];
  let bytes: number[] = [];
  let position = start + 1;
  for (;;) {
    const char = text.charAt(position);
    if (char === "" || char === "\n") throw new WastError("a string is not closed", line);
    if (char === '"') break;
    if (char !== "\\") {
      let end = position;
      while (end < text.length && !'"\\\n'.includes(text.charAt(end))) end++;
      pieces.push(Uint8Array.from(bytes), toUtf8.encode(text.slice(position, end)));
      bytes = [];
      position = end;
      continue;
    }
    const escape = text.charAt(position + 1);
    const simple = ESCAPES[escape];
    const unicode = /^\\u\{([0-9a-fA-F_]+)\}/.exec(text.slice(position, position + 16));
    const hex = text.slice(position + 1, position + 3);
    if (unicode?.[1] !== undefined) {
      const point = Number.parseInt(unicode[1].replaceAll("_", ""), 16);
      bytes.push(...toUtf8.encode(String.fromCodePoint(point)));
      position += unicode[0].length;
    } else if (/^[0-9a-fA-F]{2}$/.test(hex)) {
      bytes.push(Number.parseInt(hex, 16));
      position += 3;
    } else if (simple !== undefined) {
      bytes.push(simple);
      position += 2;
    } else throw new WastError(`unknown escape \\${escape}`, line);
  }
  pieces.push(Uint8Array.from(bytes));
  return [concatenate(pieces), position + 1];
}

function concatenate(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let position = 0;
  for (const piece of pieces) {
    all.set(piece, position);
    position += piece.length;
  }
  return all;
}

const atomOf = (node: Node | undefined): string | undefined =>
  node !== undefined && "atom" in node ? node.atom : undefined;
const listOf = (node: Node | undefined): readonly Node[] | undefined =>
  node !== undefined && "list" in node ? node.list : undefined;

/** First atom of a list, which says what the list is. */
const headOf = (node: Node | undefined): string | undefined => atomOf(listOf(node)?.[0]);

/** Takes the nodes of one list from left to right. */
class Cursor {
  readonly line: number;
  private readonly nodes: readonly Node[];
  private position = 1;

  constructor(node: Node) {
    this.nodes = listOf(node) ?? [];
    this.line = node.line;
  }

  /** The identifier (`$x`) that stands next, if one does. */
  id(): { id?: string } {
    const atom = atomOf(this.nodes[this.position]);
    if (atom === undefined || !atom.startsWith("$")) return {};
    this.position++;
    return { id: atom };
  }

  /** The bytes of the string that must stand next. */
  string(): Uint8Array {
    const node = this.nodes[this.position++];
    if (node === undefined || !("bytes" in node)) throw new WastError("a string is expected", node?.line ?? this.line);
    return node.bytes;
  }

  name(): string {
    return utf8.decode(this.string());
  }

  /** The list that must stand next. */
  list(): Node {
    const node = this.nodes[this.position++];
    if (node === undefined || !("list" in node)) throw new WastError("a list is expected", node?.line ?? this.line);
    return node;
  }

  rest(): readonly Node[] {
    return this.nodes.slice(this.position);
  }
}

/**
 * Reads a script.
 *
 * @param script - Text of a `.wast` file.
 * @returns Its commands in order; a script of bare module fields is one module.
 * @throws WastError if the script is not well formed or holds an unknown command.
 */
export function readWast(script: string): WastCommand[] {
  const nodes = readNodes(script);
  const first = nodes[0];
  if (first !== undefined && MODULE_FIELDS.has(headOf(first) ?? "")) {
    return [{ kind: "module", line: 1, module: { form: "text", line: 1, source: `(module ${script}\n)` } }];
  }
  return nodes.map((node) => readCommand(node, script));
}

const MODULE_FIELDS: ReadonlySet<string> = new Set([
  "type",
  "rec",
  "import",
  "func",
  "table",
  "memory",
  "global",
  "export",
  "start",
  "elem",
  "data",
  "tag",
]);

function readCommand(node: Node, script: string): WastCommand {
  const kind = headOf(node);
  const cursor = new Cursor(node);
  const line = node.line;
  switch (kind) {
    case "module":
      return readModuleCommand(node, script);
    case "register": {
      const name = cursor.name();
      const { id } = cursor.id();
      return { kind, line, name, ...(id === undefined ? {} : { module: id }) };
    }
    case "invoke":
    case "get":
      return { kind: "action", line, action: readAction(node) };
    case "assert_return":
      return { kind, line, action: readAction(cursor.list()), expected: cursor.rest().map(readValue) };
    case "assert_exception":
      return { kind, line, action: readAction(cursor.list()) };
    case "assert_trap":
    case "assert_exhaustion": {
      const target = cursor.list();
      if (headOf(target) === "module") {
        return { kind: "assert_module_trap", line, module: readModule(target, script), message: cursor.name() };
      }
      return { kind, line, action: readAction(target), message: cursor.name() };
    }
    case "assert_malformed":
    case "assert_invalid":
    case "assert_unlinkable":
    case "assert_malformed_custom":
    case "assert_invalid_custom":
      return { kind, line, module: readModule(cursor.list(), script), message: cursor.name() };
    default:
      throw new WastError(`unknown command ${kind ?? script.slice(node.start, node.start + 20)}`, line);
  }
}

function readModuleCommand(node: Node, script: string): WastCommand {
  const second = atomOf(listOf(node)?.[1]);
  if (second === "definition") return { kind: "definition", line: node.line, module: readModule(node, script) };
  if (second === "instance") {
    const ids = (listOf(node) ?? []).slice(2).map(atomOf);
    const [id, definition] = ids;
    return {
      kind: "instance",
      line: node.line,
      ...(id === undefined ? {} : { id }),
      ...(definition === undefined ? {} : { definition }),
    };
  }
  return { kind: "module", line: node.line, module: readModule(node, script) };
}

function readModule(node: Node, script: string): WastModule {
  const nodes = listOf(node) ?? [];
  const line = node.line;
  if (headOf(node) !== "module") throw new WastError("a module is expected", line);
  let position = 1;
  const isDefinition = atomOf(nodes[position]) === "definition";
  if (isDefinition) position++;
  const name = atomOf(nodes[position]);
  const id = name?.startsWith("$") === true ? { id: name } : {};
  if (name?.startsWith("$") === true) position++;
  const form = atomOf(nodes[position]);
  if (form === "binary" || form === "quote") {
    const pieces = nodes.slice(position + 1).map((piece) => {
      if (!("bytes" in piece)) throw new WastError("a string is expected", piece.line);
      return piece.bytes;
    });
    if (form === "binary") return { form, ...id, line, bytes: concatenate(pieces) };
    // Strings of a quoted module are separate tokens of its text.
    const space = Uint8Array.of(0x20);
    return { form, ...id, line, source: concatenate(pieces.flatMap((piece) => [piece, space])) };
  }
  const keyword = nodes[1];
  const source =
    isDefinition && keyword !== undefined
      ? `(module${script.slice(keyword.end, node.end)}`
      : script.slice(node.start, node.end);
  return { form: "text", ...id, line, source };
}

function readAction(node: Node): WastAction {
  const kind = headOf(node);
  const cursor = new Cursor(node);
  const { id } = cursor.id();
  const module = id === undefined ? {} : { module: id };
  if (kind === "invoke") return { kind, ...module, name: cursor.name(), args: cursor.rest().map(readValue) };
  if (kind === "get") return { kind, ...module, name: cursor.name() };
  throw new WastError("an action (invoke or get) is expected", node.line);
}

function readValue(node: Node): WastValue {
  const nodes = listOf(node) ?? [];
  const head = headOf(node);
  const literals = nodes.slice(1).map((item) => atomOf(item) ?? "");
  if (head === "either") return { type: "either", choices: nodes.slice(1).map(readValue) };
  if (head === "i32.const") return { type: "i32", value: readInteger(literals[0], 32, node.line) };
  if (head === "i64.const") return { type: "i64", value: readInteger(literals[0], 64, node.line) };
  if (head === "f32.const") return { type: "f32", literal: literals[0] ?? "" };
  if (head === "f64.const") return { type: "f64", literal: literals[0] ?? "" };
  if (head === "v128.const") return { type: "v128", shape: literals[0] ?? "", lanes: literals.slice(1) };
  if (head?.startsWith("ref.") === true) return { type: "ref", form: head, operands: literals };
  throw new WastError(`unknown value ${head ?? ""}`, node.line);
}

/**
 * An integer literal (section 6.3.1), decimal or hexadecimal, with sign and underscores, as an
 * unsigned number of `bits` bits.
 */
export function readInteger(literal: string | undefined, bits: 32 | 64, line: number): bigint {
  const match = /^([+-]?)((?:0x)?[0-9a-fA-F]+)$/.exec((literal ?? "").replaceAll("_", ""));
  if (match?.[2] === undefined) throw new WastError(`${literal ?? ""} is no integer`, line);
  const magnitude = BigInt(match[2]);
  return BigInt.asUintN(bits, match[1] === "-" ? -magnitude : magnitude);
}
