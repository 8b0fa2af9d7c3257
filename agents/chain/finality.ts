/**
 * How sure a block has to be for what a service does on its word. Every deed names what it is about
 * by ids that bind the Deal, the position and the input: where the chain has changed its mind, the
 * contract refuses it, so that acting on the latest block costs nothing but gas. Only an announcement
 * is refused nowhere, and its bond would be lost: it waits (`SETTLING`). What can't be had
 * again soon, as a run that is let go, waits until the chain is sure.
 */
import type { Address, PublicClient } from "viem";
import { dealAbi } from "../../contracts/abi/Deal.ts";
import type { DealView } from "./deal-log.ts";
import type { HeadTag } from "./head.ts";

/** Tells how many fragments of a Deal are confirmed or decided for good, as far as it is known. */
export type Settled = (view: Pick<DealView, "resolved">, now: number) => Promise<number>;

/**
 * By the chain's own word.
 *
 * @param forget the block that is sure enough to forget by
 */
export function settledBy(
  reader: Pick<PublicClient, "readContract" | "getCode">,
  deal: Address,
  forget: HeadTag = "finalized",
): Settled {
  let settled = 0;
  return async ({ resolved }) => {
    // A chain without such a block, or an endpoint that does not answer: nothing more is forgotten.
    if (settled < resolved) settled = Math.max(settled, await resolvedAt(reader, deal, forget).catch(() => 0));
    return settled;
  };
}

/** By the time that has gone by since it was decided, in seconds. */
export function settledAfter(seconds: number): Settled {
  /** How many fragments were decided at an instant, the oldest look that still matters first. */
  let looks: { readonly time: number; readonly resolved: number }[] = [];
  return ({ resolved }, now) => {
    looks = looks.filter((look) => look.resolved <= resolved);
    if (looks.at(-1)?.resolved !== resolved) looks.push({ time: now, resolved });
    const last = looks.findLastIndex(({ time }) => time + seconds <= now);
    looks = looks.slice(Math.max(0, last));
    return Promise.resolve(last < 0 ? 0 : (looks[0]?.resolved ?? 0));
  };
}

/**
 * How many fragments of a Deal are confirmed or decided in the block that a chain calls by a tag;
 * none if the Deal is younger than that block.
 */
export async function resolvedAt(
  reader: Pick<PublicClient, "readContract" | "getCode">,
  deal: Address,
  blockTag: HeadTag,
): Promise<number> {
  try {
    const progress = await reader.readContract({ address: deal, abi: dealAbi, functionName: "progress", blockTag });
    return progress[2];
  } catch (error) {
    if ((await reader.getCode({ address: deal, blockTag })) === undefined) return 0;
    throw error;
  }
}
