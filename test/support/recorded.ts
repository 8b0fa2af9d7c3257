/** What CometBFT v0.40.0 has said, recorded by `test/cluster/record-process.ts`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { digest } from "./electorate.ts";

/** The folder of the recordings. */
export const RECORDED = join(import.meta.dirname, "..", "recorded");

/** Address of the Deal whose eras 3 and 4 were recorded. */
export const RECORDED_DEAL = digest("deal").subarray(0, 20);

/** A recording by its name: `commit`, `later-round`, `validators`, `block`, `requests`, `evidence`. */
export function recorded(name: string): unknown {
  return JSON.parse(readFileSync(join(RECORDED, `${name}.json`), "utf8"));
}
