/**
 * A Deal as its logs tell it: fragments with their input, claims with their records, and how each
 * ended.
 */
import {
  type Abi,
  type AbiEvent,
  type Address,
  type Hex,
  hexToBytes,
  keccak256,
  type Log,
  toEventSelector,
} from "viem";
import { Crash } from "../../verifier/errors.ts";
import { dealAbi } from "../../contracts/abi/Deal.ts";
import { VersionedMap } from "../game/versioned-map.ts";
import type { BlockLog } from "./block-reader.ts";
import type { Chain } from "./chain.ts";
import { dealContradiction, type ToldDeal } from "./deal-contradiction.ts";
import { eventLogs } from "./event-logs.ts";
import { LogFollower } from "./log-follower.ts";
import { lowerCase } from "./lower-case.ts";

/** A submitted fragment. */
export interface Fragment {
  readonly index: number;
  /** Names the fragment in a claim. */
  readonly id: Hex;
  readonly inputRoot: Hex;
  readonly input: Uint8Array;
}

/** A fragment as the log of its submission tells it. */
export function submittedFragment({ fragment, id, inputRoot, data }: Submission): Fragment {
  return { index: Number(fragment), id, inputRoot, input: hexToBytes(data) };
}

/** Arguments of the log. */
interface Submission {
  readonly fragment: bigint;
  readonly id: Hex;
  readonly inputRoot: Hex;
  readonly data: Hex;
}

/** How far a claim is. `dead`: an earlier claim was struck. */
export type ClaimPhase = "open" | "disputed" | "upheld" | "confirmed" | "struck" | "dead";

/** A claim: from the state `previous` the fragment leads to `record`. */
export interface ClaimView {
  readonly id: Hex;
  readonly fragment: number;
  readonly worker: Hex;
  readonly previous: Hex;
  /** The packed final record, 288 bytes. */
  readonly record: Hex;
  /** keccak256 of the record. */
  readonly finalState: Hex;
  readonly backers: ReadonlySet<Hex>;
  /** Timestamp of its block. */
  readonly since: number;
  readonly phase: ClaimPhase;
}

/** The Deal after every log so far. */
export interface DealView {
  /** How many fragments may be claimed, or were. */
  readonly submitted: number;
  /** Those that are not let go, one after the other up to the newest. */
  readonly fragments: readonly Fragment[];
  /** In the order in which they were made. */
  readonly claims: ReadonlyMap<Hex, ClaimView>;
  /** Root of the state before the oldest pending claim. */
  readonly head: Hex;
  /** A verdict installed the head and nobody has shown its record. */
  readonly hidden: boolean;
  /** Fragments that are confirmed or decided. */
  readonly resolved: number;
  readonly ended: boolean;
  /** The time from which on nothing is claimed; zero while nobody has closed the Deal. */
  readonly closesAt: number;
  /** The workers who have a seat. */
  readonly workers: ReadonlySet<Hex>;
}

/** The fragment at a position; undefined if there is none, or it is let go. */
export function fragmentAt({ fragments }: Pick<DealView, "fragments">, index: number): Fragment | undefined {
  return fragments[index - (fragments[0]?.index ?? 0)];
}

/** The fragments from a position on, as far as they are not let go. */
export function fragmentsFrom({ fragments }: Pick<DealView, "fragments">, index: number): readonly Fragment[] {
  return fragments.slice(Math.max(0, index - (fragments[0]?.index ?? 0)));
}

/** The pending claim about a fragment, if there is one. */
export function pendingClaim(view: DealView, fragment: number): ClaimView | undefined {
  return [...view.claims.values()].find((claim) => claim.fragment === fragment && isPending(claim));
}

/** What a contract can be compared with. */
export function toldBy(view: DealView): ToldDeal {
  return { ...view, pending: [...view.claims.values()].filter(isPending) };
}

/** Whether a claim is neither confirmed nor dead. */
export function isPending({ phase: status }: ClaimView): boolean {
  return status === "open" || status === "disputed" || status === "upheld";
}

/** A Deal that was not made yet. */
export const NO_DEAL: DealView = {
  ...{ submitted: 0, fragments: [], claims: new Map(), head: "0x", hidden: false, resolved: 0 },
  ...{ ended: false, closesAt: 0, workers: new Set() },
};

/** Hashes of a Deal's events. */
export const DEAL_EVENTS: readonly Hex[] = (dealAbi as Abi)
  .filter((item): item is AbiEvent => item.type === "event")
  .map((event) => toEventSelector(event));

/** One Deal, as it is now. */
export class DealLog {
  readonly address: Address;
  readonly #view: () => Promise<DealView>;

  /** @param source gives the Deal as it is now; or the block from which its logs are followed */
  constructor(chain: Chain, address: Address, source: bigint | (() => Promise<DealView>) = 0n) {
    this.address = address;
    this.#view = typeof source === "function" ? source : followed(chain, address, source);
  }

  /** The Deal after every log so far. */
  view(): Promise<DealView> {
    return this.#view();
  }
}

function followed(chain: Chain, given: Address, from: bigint): () => Promise<DealView> {
  const address = lowerCase(given);
  const all = [{ address, events: DEAL_EVENTS }];
  const follower = new LogFollower<DealView>(chain, {
    ...{ from, initial: NO_DEAL, timed: true, queries: () => all, reduce: followDeal },
    contradiction: (view, { hash }, blocks) => dealContradiction(address, toldBy(view), hash, blocks),
  });
  return () => follower.state();
}

type Draft = { -readonly [K in keyof DealView]: DealView[K] } & {
  fragments: Fragment[];
  claims: VersionedMap<Hex, ClaimView>;
  workers: Set<Hex>;
};

/** The Deal after more of its logs. */
export function followDeal(view: DealView, logs: readonly BlockLog[], time: (log: BlockLog) => number): DealView {
  const draft: Draft = {
    ...view,
    fragments: [...view.fragments],
    claims: VersionedMap.of(view.claims),
    workers: new Set(view.workers),
  };
  for (const log of logs) follow(draft, log, time(log));
  return draft;
}

/**
 * The Deal without what is settled for good: the fragments before a position, and the claims about
 * them that are not pending.
 */
export function withoutSettled(view: DealView, before: number): DealView {
  if (before <= (view.fragments[0]?.index ?? view.submitted)) return view;
  const fragments = fragmentsFrom(view, before);
  const rest = [...view.claims].filter(([, claim]) => claim.fragment >= before || isPending(claim));
  return { ...view, fragments, claims: new Map(rest) };
}

function follow(view: Draft, log: Log, time: number): void {
  for (const event of eventLogs(dealAbi, [log])) {
    switch (event.eventName) {
      case "Opened":
        view.head = keccak256(event.args.initialRecord);
        break;
      case "Joined":
        view.workers.add(lowerCase(event.args.worker));
        break;
      case "Left":
        view.workers.delete(lowerCase(event.args.worker));
        break;
      case "Submitted": {
        view.fragments.push(submittedFragment(event.args));
        view.submitted += 1;
        break;
      }
      case "Claimed": {
        const { claim: id, fragment, worker, previous, record } = event.args;
        const backer = lowerCase(worker);
        view.claims = view.claims.with(id, {
          ...{ id, fragment: Number(fragment), worker: backer, previous, record, finalState: keccak256(record) },
          ...{ backers: new Set([backer]), since: time, phase: "open" },
        });
        break;
      }
      case "Backed": {
        const worker = lowerCase(event.args.worker);
        update(view, event.args.claim, (claim) => ({ ...claim, backers: new Set([...claim.backers, worker]) }));
        break;
      }
      case "Challenged":
        mark(view, event.args.claim, "disputed");
        break;
      case "Upheld":
        mark(view, event.args.claim, "upheld");
        break;
      case "Confirmed":
        mark(view, event.args.claim, "confirmed");
        view.head = event.args.finalState;
        view.resolved = Number(event.args.fragment) + 1;
        break;
      case "Struck": {
        const { claim: id, fragment, decided, finalState } = event.args;
        for (const claim of [...view.claims.values()]) if (isPending(claim)) mark(view, claim.id, "dead");
        mark(view, id, "struck");
        if (decided) [view.head, view.hidden, view.resolved] = [finalState, true, Number(fragment) + 1];
        break;
      }
      case "Closing":
        view.closesAt = Number(event.args.closesAt);
        view.submitted = Number(event.args.fragments);
        view.fragments = view.fragments.filter(({ index }) => index < view.submitted);
        break;
      case "Revealed":
        view.hidden = false;
        break;
      case "Ended":
        view.ended = true;
        break;
      default:
        break;
    }
  }
}

function mark(view: Draft, id: Hex, status: ClaimPhase): void {
  update(view, id, (claim) => ({ ...claim, phase: status }));
}

function update(view: Draft, id: Hex, change: (claim: ClaimView) => ClaimView): void {
  const claim = view.claims.get(id);
  if (claim === undefined) throw new Crash(`the Deal's logs speak of claim ${id} before it was made`);
  view.claims = view.claims.with(id, change(claim));
}
