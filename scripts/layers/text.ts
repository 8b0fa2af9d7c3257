/** What layers may import, as people say it. */
import { ALL, type Layer, VERIFIER } from "./layers.ts";

/**
 * The folders: neighbours by their own names; the verifier as a whole, with or without its folder
 * for Node.
 */
export function importsText({ folder, imports }: Layer): string {
  if (imports === ALL) return "everything";
  const parent = folder.slice(0, folder.lastIndexOf("/") + 1);
  const nameOf = (name: string): string =>
    parent !== "" && name.startsWith(parent) ? name.slice(parent.length) : name;
  const group = parent === "verifier/" ? [] : [...VERIFIER, ...imports.filter((name) => name === "verifier/node")];
  const hasGroup = group.length > 0 && group.every((name) => imports.includes(name));
  const groupName = group.length > VERIFIER.length ? "verifier" : "verifier but node";
  const names = hasGroup
    ? [groupName, ...imports.filter((name) => !group.includes(name)).map(nameOf)]
    : imports.map(nameOf);
  return names.length === 0 ? "nothing" : names.join(", ");
}

/** What comes from outside: Node's modules and packages. */
export function outsideText({ packages, usesNode }: Layer): string {
  if (packages === ALL) return "everything";
  const names = [...(usesNode ? ["Node"] : []), ...packages];
  return names.length === 0 ? "nothing" : names.join(", ");
}
