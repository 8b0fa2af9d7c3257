/** The parameters of the embedded chain, which are those of `deploy/parameters/local.json`. */
import { readFileSync } from "node:fs";

const PARAMETERS = new URL("../../deploy/parameters/local.json", import.meta.url);

/**
 * What the file says. Ignition takes whole numbers of any size as bigints; the file has them as
 * "123n".
 */
export interface LocalParameters {
  readonly Arbiter: { readonly heights: number[]; readonly bonds: bigint[]; readonly [name: string]: ArbiterParameter };
  readonly Deposits: Record<string, number>;
}

type ArbiterParameter = number | bigint | number[] | bigint[];

/** Reads the file. */
export function localParameters(): LocalParameters {
  const reviver = (_: string, value: unknown): unknown =>
    typeof value === "string" && /^\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value;
  return JSON.parse(readFileSync(PARAMETERS, "utf8"), reviver) as LocalParameters;
}

/** Heights of the levels' trees on the embedded chain, unless somebody asks for others. */
export function localHeights(): readonly number[] {
  return localParameters().Arbiter.heights;
}
