/**
 * Takes from the text of a module the functions and tags that use what is out of scope, so that the
 * rest can be played. Indices stay as they are: a function is replaced by an empty one, and tags
 * have indices of their own.
 */

/**
 * Scripts of WebAssembly 2.0 in which single functions or tags of a later version stand in modules
 * that much else depends on. Elsewhere a module is played as a whole or not at all.
 */
export const TRIMMED_SCRIPTS: ReadonlySet<string> = new Set(["br_table", "imports", "unreached-valid"]);

/** A module without some of its fields. */
export interface Trimmed {
  readonly source: string;
  /** Names of exports that are gone. */
  readonly without: ReadonlySet<string>;
  /** Fields that are gone. */
  readonly fields: number;
}

/** Syntax of the later versions in these scripts. */
const OUTSIDE = /\(ref[\s)]|\(tag[\s)]|\bref\.as_non_null\b|\bcall_ref\b/;

/** What stands for a field of a kind. */
const EMPTY: Readonly<Record<string, (name: string) => string>> = {
  func: (name) => `(func ${name})`,
  table: (name) => `(table ${name} 0 funcref)`,
  tag: () => "",
  import: () => "",
  export: () => "",
};

/**
 * The module without what is out of scope; undefined if there is nothing of that, or if a field of
 * another kind uses it.
 */
export function trim(source: string): Trimmed | undefined {
  const without = new Set<string>();
  let fields = 0;
  let text = "";
  let position = 0;
  for (const [start, end] of topLevelFields(source)) {
    const field = source.slice(start, end);
    if (!OUTSIDE.test(field)) continue;
    const [, kind = "", name = ""] = /^\(\s*(\w+)\s*(\$[^\s()]+)?/.exec(field) ?? [];
    const empty = EMPTY[kind];
    if (empty === undefined || (kind === "import" && !/\(tag[\s)]/.test(field))) return undefined;
    for (const [, exported = ""] of field.matchAll(/\(\s*export\s+"((?:[^"\\]|\\.)*)"/g)) without.add(exported);
    text += source.slice(position, start) + empty(name);
    position = end;
    fields++;
  }
  return fields === 0 ? undefined : { source: text + source.slice(position), without, fields };
}

/** Where the fields of `(module …)` begin and end. */
function topLevelFields(source: string): [start: number, end: number][] {
  const fields: [number, number][] = [];
  const token = /"(?:[^"\\]|\\.)*"|;;[^\n]*|\(;[^]*?;\)|[()]/g;
  let depth = 0;
  let start = 0;
  for (let match = token.exec(source); match !== null; match = token.exec(source)) {
    if (match[0] === "(" && ++depth === 2) start = match.index;
    if (match[0] === ")" && --depth === 1) fields.push([start, match.index + 1]);
  }
  return fields;
}
