/** The parameters of the embedded chain, which are those of `deploy/parameters/local.json`. */
import { readFileSync } from "node:fs";

const PARAMETERS = new URL("../../deploy/parameters/local.json", import.meta.url);

/** The file's text. */
export function localParameters(): string {
  return readFileSync(PARAMETERS, "utf8");
}

/** Heights of the levels' trees on the embedded chain, unless somebody asks for others. */
export function localHeights(): readonly number[] {
  return (JSON.parse(localParameters()) as { readonly Arbiter: { readonly heights: number[] } }).Arbiter.heights;
}
