/** A trail as text, for a file: what was read of a chain is not read again after a restart. */
import { bytesToHex, type Hex, hexToBytes } from "viem";
import { VersionedMap } from "../game/versioned-map.ts";
import type { Point } from "./trail.ts";

/** What JSON does not have, each by a name that no field of ours has. */
interface Tagged {
  readonly $bigint?: string;
  readonly $bytes?: Hex;
  readonly $map?: readonly (readonly [unknown, unknown])[];
  readonly $set?: readonly unknown[];
  readonly $undefined?: true;
}

/** Raised whenever a state of an earlier program could be misread. */
const VERSION = 3;

/** Points as text. */
export function trailText(points: readonly Point<unknown>[]): string {
  return JSON.stringify({ version: VERSION, points }, (_, value: unknown) => tagged(value));
}

/**
 * The points of a text; none if it is of another version. Nothing in them is trusted: their blocks
 * are looked for on the chain, and the view is compared with the contracts.
 */
export function trailFrom<S>(text: string): Point<S>[] {
  const { version, points } = JSON.parse(text) as { readonly version: unknown; readonly points: unknown };
  return version === VERSION ? (plain(points) as Point<S>[]) : [];
}

function tagged(value: unknown): unknown {
  if (value === undefined) return { $undefined: true } satisfies Tagged;
  if (typeof value === "bigint") return { $bigint: String(value) } satisfies Tagged;
  if (value instanceof Uint8Array) return { $bytes: bytesToHex(value) } satisfies Tagged;
  if (value instanceof Set) return { $set: [...(value as Set<unknown>)] } satisfies Tagged;
  if (value instanceof Map || value instanceof VersionedMap)
    return { $map: [...(value as ReadonlyMap<unknown, unknown>)] } satisfies Tagged;
  return value;
}

function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  const { $bigint, $bytes, $map, $set, $undefined } = value as Tagged;
  if ($undefined !== undefined) return undefined;
  if ($bigint !== undefined) return BigInt($bigint);
  if ($bytes !== undefined) return hexToBytes($bytes);
  if ($set !== undefined) return new Set($set.map(plain));
  if ($map !== undefined) return new Map($map.map(([key, entry]) => [plain(key), plain(entry)]));
  return Object.fromEntries(Object.entries(value).map(([field, entry]) => [field, plain(entry)]));
}
