/** Whether a Deal's contract says what its logs tell. */
import type { Hex } from "viem";
import { dealAbi } from "../../contracts/abi/Deal.ts";
import type { BlockReader } from "./block-reader.ts";

/** A pending claim as logs tell it. */
interface PendingClaim {
  readonly id: Hex;
  readonly fragment: number;
  readonly phase: string;
  readonly backers: ReadonlySet<Hex>;
}

/** A Deal as logs tell it. */
export interface ToldDeal {
  readonly submitted: number;
  readonly pending: readonly PendingClaim[];
  readonly head: Hex;
  readonly hidden: boolean;
  readonly resolved: number;
  readonly closesAt: number;
}

/** `IDeal.Head.Hidden`. */
const HIDDEN = 1;

/** `IDeal.Stage`. */
const STAGES: readonly string[] = ["open", "disputed", "upheld"];

/** What the contract says otherwise in a block, in one line; undefined if nothing. */
export async function dealContradiction(
  deal: Hex,
  told: ToldDeal,
  block: Hex,
  blocks: BlockReader,
): Promise<string | undefined> {
  const [submitted, claimed, resolved, , closesAt, kind, head] = await progressAt(deal, block, blocks);
  const { pending } = told;
  const found =
    differs("fragments", submitted, told.submitted) ??
    differs("resolved fragments", resolved, told.resolved) ??
    differs("the end of claims", closesAt, told.closesAt) ??
    differs("pending claims", claimed - resolved, pending.length) ??
    differs("the head", head, told.head) ??
    differs("hidden heads", Number(kind === HIDDEN), Number(told.hidden));
  if (found !== undefined) return found;
  const questions = pending.map(({ fragment }) => ({
    ...{ to: deal, abi: dealAbi, functionName: "claimAbout", args: [BigInt(fragment)] },
  }));
  const said = (await blocks.callsAt(block, questions)) as readonly SaidClaim[];
  for (const [i, claim] of pending.entries()) {
    const own = said[i];
    const one = own && claimContradiction(claim, own);
    if (one !== undefined) return one;
  }
  return undefined;
}

/** A pending claim as the contract has it. */
interface SaidClaim {
  readonly id: Hex;
  readonly stage: number;
  readonly backers: number;
}

function claimContradiction({ id, fragment, phase, backers }: PendingClaim, claim: SaidClaim): string | undefined {
  const about = (what: string): string => `${what} of fragment ${fragment}'s claim`;
  return (
    differs(about("the name"), claim.id, id) ??
    differs<string>(about("the stage"), STAGES[claim.stage] ?? `stage ${claim.stage}`, phase) ??
    differs(about("the number of backers"), ones(claim.backers), backers.size)
  );
}

type Progress = readonly [number, number, number, number, number, number, Hex];

async function progressAt(deal: Hex, block: Hex, blocks: BlockReader): Promise<Progress> {
  return (await blocks.callAt(block, deal, dealAbi, "progress")) as Progress;
}

/** A difference between two sources, in one line. */
export function differs<T extends string | number | bigint | boolean>(
  what: string,
  contract: T,
  logs: T,
): string | undefined {
  return contract === logs ? undefined : `${what}: ${contract} by the contract, ${logs} by the logs`;
}

function ones(bits: number): number {
  let count = 0;
  for (let rest = bits; rest > 0; rest >>= 1) count += rest & 1;
  return count;
}
