/** A Deal as its logs tell it: fragments with their input, claims with their records, and how each ended. */
import { type Address, type Hex, hexToBytes, keccak256, type Log, parseEventLogs } from "viem";
import { dealAbi } from "./artifacts.ts";
import type { Call, Chain } from "./chain.ts";

/** A submitted fragment. */
export interface Fragment {
  readonly index: number;
  /** Names the fragment in a claim. */
  readonly id: Hex;
  readonly inputRoot: Hex;
  readonly input: Uint8Array;
}

/** How far a claim is. `dead`: an earlier claim was struck. */
export type ClaimStatus = "open" | "disputed" | "upheld" | "confirmed" | "struck" | "dead";

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
  readonly status: ClaimStatus;
}

/** The Deal after every log so far. */
export interface DealView {
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
  /** The workers who have a seat. */
  readonly workers: ReadonlySet<Hex>;
}

/** The pending claim about a fragment, if there is one. */
export function pendingClaim(view: DealView, fragment: number): ClaimView | undefined {
  return [...view.claims.values()].find((claim) => claim.fragment === fragment && isPending(claim));
}

/** Whether a claim is neither confirmed nor dead. */
export function isPending({ status }: ClaimView): boolean {
  return status === "open" || status === "disputed" || status === "upheld";
}

type Draft = { -readonly [K in keyof DealView]: DealView[K] } & {
  claims: Map<Hex, ClaimView>;
  workers: Set<Hex>;
};

/** Follows one Deal from a block on. */
export class DealLog {
  readonly address: Address;
  readonly #chain: Chain;
  #next: bigint;
  #view: Draft = {
    fragments: [],
    claims: new Map(),
    head: "0x",
    hidden: false,
    resolved: 0,
    ended: false,
    workers: new Set(),
  };

  /** @param from the block in which the Deal was deployed, or an earlier one */
  constructor(chain: Chain, address: Address, from = 0n) {
    this.#chain = chain;
    this.address = address;
    this.#next = from;
  }

  /** A call of the Deal. */
  call(label: string, functionName: string, args: readonly unknown[], value = 0n): Call {
    return { label, to: this.address, abi: dealAbi, functionName, args, value };
  }

  /** The Deal after every log so far. */
  async view(): Promise<DealView> {
    const latest = await this.#chain.reader.getBlockNumber();
    if (latest >= this.#next) {
      const logs = await this.#chain.reader.getLogs({ address: this.address, fromBlock: this.#next, toBlock: latest });
      const times = new Map<bigint, number>();
      for (const { blockNumber } of logs) {
        if (times.has(blockNumber)) continue;
        times.set(blockNumber, Number((await this.#chain.reader.getBlock({ blockNumber })).timestamp));
      }
      for (const log of logs) this.#follow(log, times.get(log.blockNumber) ?? 0);
      this.#next = latest + 1n;
    }
    return { ...this.#view, claims: new Map(this.#view.claims), workers: new Set(this.#view.workers) };
  }

  #follow(log: Log, time: number): void {
    const [event] = parseEventLogs({ abi: dealAbi, logs: [log] });
    if (event === undefined) return;
    const view = this.#view;
    switch (event.eventName) {
      case "Opened":
        view.head = keccak256(event.args.initialRecord);
        break;
      case "Joined":
        view.workers.add(event.args.worker.toLowerCase() as Hex);
        break;
      case "Left":
        view.workers.delete(event.args.worker.toLowerCase() as Hex);
        break;
      case "Submitted": {
        const { fragment, id, inputRoot, data } = event.args;
        view.fragments = [...view.fragments, { index: Number(fragment), id, inputRoot, input: hexToBytes(data) }];
        break;
      }
      case "Claimed": {
        const { claim: id, fragment, worker, previous, record } = event.args;
        const backer = worker.toLowerCase() as Hex;
        view.claims.set(id, {
          ...{ id, fragment: Number(fragment), worker: backer, previous, record, finalState: keccak256(record) },
          ...{ backers: new Set([backer]), since: time, status: "open" },
        });
        break;
      }
      case "Backed": {
        const worker = event.args.worker.toLowerCase() as Hex;
        this.#update(event.args.claim, (claim) => ({ ...claim, backers: new Set([...claim.backers, worker]) }));
        break;
      }
      case "Challenged":
        this.#mark(event.args.claim, "disputed");
        break;
      case "Upheld":
        this.#mark(event.args.claim, "upheld");
        break;
      case "Confirmed":
        this.#mark(event.args.claim, "confirmed");
        view.head = event.args.finalState;
        view.resolved = Number(event.args.fragment) + 1;
        break;
      case "Struck": {
        const { claim: id, fragment, decided, finalState } = event.args;
        for (const claim of view.claims.values()) if (isPending(claim)) this.#mark(claim.id, "dead");
        this.#mark(id, "struck");
        if (decided) [view.head, view.hidden, view.resolved] = [finalState, true, Number(fragment) + 1];
        break;
      }
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

  #mark(id: Hex, status: ClaimStatus): void {
    this.#update(id, (claim) => ({ ...claim, status }));
  }

  #update(id: Hex, change: (claim: ClaimView) => ClaimView): void {
    const claim = this.#view.claims.get(id);
    if (claim === undefined) throw new Error(`the Deal's logs speak of claim ${id} before it was made`);
    this.#view.claims.set(id, change(claim));
  }
}
