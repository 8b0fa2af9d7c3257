/** Amounts and durations as people write them. */
import { formatEther, parseUnits } from "viem";

const DECIMALS: Readonly<Record<string, number>> = { wei: 0, gwei: 9, ether: 18, ETH: 18 };

const SECONDS: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3_600, d: 86_400 };

/**
 * An amount in the smallest unit: `5`, `5n`, `"50 gwei"`, `"0.1 ether"`. Undefined if it is none.
 */
export function amountOf(value: unknown): bigint | undefined {
  if (typeof value === "bigint") return value >= 0n ? value : undefined;
  if (typeof value === "number") return Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : undefined;
  if (typeof value !== "string") return undefined;
  const [, whole = "", fraction = "", unit = "wei"] =
    /^(\d+)(?:\.(\d+))?(?:n| ?(wei|gwei|ether|ETH))?$/.exec(value) ?? [];
  const decimals = DECIMALS[unit] ?? 0;
  if (whole === "" || fraction.length > decimals) return undefined;
  return parseUnits(`${whole}.${fraction || "0"}`, decimals);
}

/** Seconds: `60`, `"90 s"`, `"10 min"`, `"4 h"`, `"7 d"`. Undefined if it is none. */
export function secondsOf(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  if (typeof value !== "string") return undefined;
  const [, digits = "", unit = "s"] = /^(\d+)(?:n| ?(s|min|h|d))?$/.exec(value) ?? [];
  const seconds = Number(digits) * (SECONDS[unit] ?? 1);
  return digits !== "" && Number.isSafeInteger(seconds) ? seconds : undefined;
}

/** Wei as ether, with the word. */
export function etherText(wei: bigint): string {
  return `${formatEther(wei)} ETH`;
}

/** Seconds in the largest unit that shows them exactly, or in hours and the like with a digit after the point. */
export function durationText(seconds: number): string {
  const units: readonly (readonly [string, number])[] = [
    ["d", 86_400],
    ["h", 3_600],
    ["min", 60],
  ];
  const exact = units.find(([, size]) => seconds >= size && seconds % size === 0);
  if (exact !== undefined) return `${seconds / exact[1]} ${exact[0]}`;
  const near = units.find(([, size]) => seconds >= 2 * size);
  return near === undefined ? `${Number(seconds.toFixed(1))} s` : `${(seconds / near[1]).toFixed(1)} ${near[0]}`;
}
