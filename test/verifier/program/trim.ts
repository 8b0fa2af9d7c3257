/** Takes from the text of a module the functions, tables and globals that keep all the rest from being accepted. */

/** What the signature of a function, or the text of a global, must not mention. */
const REFERENCES = /\b(externref|funcref|v128)\b|\(ref\b/;
const UNSUPPORTED_CONSTANT = /\.(add|sub|mul)\b/;

/** The text without functions that pass references, globals that need more than a plain constant, and functions that mention these. */
export function trim(source: string): string {
  const fields = topLevelFields(source);
  const dropped = new Set<number>();
  const names = new Set<string>();
  const isDropped = (field: string): boolean => {
    if (field.startsWith("(global")) return UNSUPPORTED_CONSTANT.test(field) || REFERENCES.test(field);
    if (field.startsWith("(table")) return field.includes("(ref ");
    const isMentioned = [...names].some((name) => field.includes(`${name} `) || field.includes(`${name})`));
    return field.startsWith("(func") && (REFERENCES.test(field) || isMentioned);
  };
  for (let before = -1; before !== dropped.size;) {
    before = dropped.size;
    fields.forEach(([start, end], i) => {
      const field = source.slice(start, end);
      if (dropped.has(i) || !isDropped(field)) return;
      dropped.add(i);
      const name = /^\(\w+\s+(\$[^\s()]+)/.exec(field)?.[1];
      if (name !== undefined) names.add(name);
    });
  }
  let text = source;
  for (const i of [...dropped].sort((x, y) => y - x)) {
    const [start, end] = fields[i] ?? [0, 0];
    text = text.slice(0, start) + text.slice(end);
  }
  return text;
}

/** Where the fields of `(module …)` begin and end. */
function topLevelFields(source: string): [number, number][] {
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
