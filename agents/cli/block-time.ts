/** How fast a chain's blocks follow each other. */
import type { Chain } from "../chain/chain.ts";
import { ASSUMED, type Assumptions } from "../deployment/explain.ts";

/** Blocks over which it is measured. */
const SAMPLE = 100n;

/** What is assumed about a chain: the time between its blocks is measured, if it has some. */
export async function assumedOf({ reader }: Chain): Promise<Assumptions> {
  const latest = await reader.getBlock();
  const first = latest.number > SAMPLE ? latest.number - SAMPLE : 1n;
  if (latest.number < first + 2n) return ASSUMED;
  const { timestamp } = await reader.getBlock({ blockNumber: first });
  const blockTime = Number(latest.timestamp - timestamp) / Number(latest.number - first);
  return { ...ASSUMED, blockTime: Math.max(1, Math.round(blockTime)) };
}
