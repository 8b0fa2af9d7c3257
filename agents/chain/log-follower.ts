/**
 * Follows the logs of contracts, also where the chain changes its mind and where whoever reads it
 * for us leaves something out. What was read of the newest blocks is read again at every look, and
 * compared with the Bloom filters of their headers; the state is compared with what the contract
 * says at the same block. A failed look forgets nothing.
 */
import { Problem } from "../../verifier/errors.ts";
import { type BlockLog, BlockReader, type Header, inOrder, mayHave, type Query } from "./block-reader.ts";
import type { Chain } from "./chain.ts";
import type { Head } from "./head.ts";
import { ChainMoved, HeaderChain } from "./header-chain.ts";
import { type Point, Trail } from "./trail.ts";

/** Blocks that are read again at every look: two of Ethereum's epochs. */
const DEPTH = 64;

/** Blocks that are read at once further back. */
const WINDOW = 10_000n;

/** How often a look begins again before it fails. */
const ATTEMPTS = 5;

/** What to follow. */
export interface Subject<S> {
  /** The block in which the first of the contracts was deployed, or an earlier one. */
  readonly from: bigint;
  readonly initial: S;
  /** Whether the timestamps of the logs' blocks are wanted. */
  readonly timed: boolean;
  /**
   * What to ask for after a state, and after logs that follow it: logs may tell of more to ask for.
   *
   * @param time an instant that is not later than the first of these logs
   */
  readonly queries: (state: S, logs: readonly BlockLog[], time: number) => readonly Query[];
  /** The state after more logs; must leave the old one as it is. */
  readonly reduce: (state: S, logs: readonly BlockLog[], time: (log: BlockLog) => number) => S;
  /** What the contracts say otherwise at this block, in one line; undefined if nothing. */
  readonly contradiction?: ((state: S, head: Head, blocks: BlockReader) => Promise<string | undefined>) | undefined;
}

/** A state, and the block after which it is so. */
export interface Seen<S> {
  readonly head: Head;
  readonly state: S;
}

/** The logs and the contract tell different things, however often they are read. */
export class ViewWrong extends Problem {
  override readonly name = "ViewWrong";

  constructor(contradiction: string, head: Head) {
    super(`the logs and the contracts contradict each other: ${contradiction}`, {
      place: `at block ${head.number}`,
      hint: "use endpoints of other providers",
    });
  }
}

/** The state of a subject, from its logs. */
export class LogFollower<S> {
  readonly #subject: Subject<S>;
  readonly #blocks: BlockReader;
  readonly #headers: HeaderChain;
  readonly #trail: Trail<S>;
  /** Blocks whose Bloom filters promise a log that they do not have, with what was asked for. */
  #falseAlarms = new Set<string>();
  #last: Seen<S> | undefined;
  #looking: Promise<Seen<S>> | undefined;

  /** @param trail of an earlier follower of the same subject */
  constructor(chain: Pick<Chain, "reader">, subject: Subject<S>, trail: readonly Point<S>[] = []) {
    this.#subject = subject;
    this.#blocks = new BlockReader(chain.reader);
    this.#headers = new HeaderChain(this.#blocks);
    this.#trail = new Trail(trail);
  }

  /** What another follower can go on from. */
  get trail(): readonly Point<S>[] {
    return this.#trail.points;
  }

  /** The state after every log up to the latest block. */
  async state(): Promise<S> {
    return (await this.look()).state;
  }

  /** The state after every log up to the latest block, and that block. */
  look(): Promise<Seen<S>> {
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #look(): Promise<Seen<S>> {
    let contradictions = 0;
    for (let attempt = 1; ; attempt++) {
      const head = await this.#blocks.head("latest");
      if (this.#last?.head.hash === head.hash) return this.#last;
      try {
        const state = await this.#read(head);
        const contradiction = await this.#subject.contradiction?.(state, head, this.#blocks);
        if (contradiction === undefined) return (this.#last = { head, state });
        // Another node may have answered; then something older may be wrong.
        contradictions += 1;
        if (contradictions > 2) throw new ViewWrong(contradiction, head);
        if (contradictions === 2) this.#trail.clear();
      } catch (error) {
        if (!(error instanceof ChainMoved)) throw error;
        if (attempt === ATTEMPTS)
          throw new Problem(`the chain changed during each of ${ATTEMPTS} readings`, { cause: error });
      }
    }
  }

  async #read(head: Header): Promise<S> {
    const recent = await this.#headers.before(head, DEPTH);
    const oldest = recent[0] ?? head;
    const settled = { number: oldest.number - 1n, hash: oldest.parentHash };
    const base = await this.#trail.newest(settled.number, async (number) =>
      number === settled.number ? settled.hash : (await this.#header(number)).hash,
    );
    const caughtUp = await this.#catchUp(base, settled.number);
    const from = caughtUp === undefined ? this.#subject.from : caughtUp.number + 1n;
    const state = caughtUp?.state ?? this.#subject.initial;
    const open = recent.filter(({ number }) => number >= from);
    const logs = await this.#collect(state, caughtUp?.timestamp ?? 0, (queries) => this.#recentLogs(queries, open));
    return this.#reduce(state, logs, recent);
  }

  /** Reads what is too old to change, and remembers how far it has come. */
  async #catchUp(base: Point<S> | undefined, last: bigint): Promise<Point<S> | undefined> {
    let point = base;
    for (let first = point === undefined ? this.#subject.from : point.number + 1n; first <= last;) {
      const end = first + WINDOW - 1n < last ? first + WINDOW - 1n : last;
      const { number, hash, timestamp } = await this.#header(end);
      const state = point?.state ?? this.#subject.initial;
      const from = first;
      const logs = await this.#collect(state, point?.timestamp ?? 0, (queries) =>
        this.#blocks.logs(queries, from, end),
      );
      point = { number, hash, timestamp, state: await this.#reduce(state, logs, []) };
      this.#trail.add(point);
      first = end + 1n;
    }
    return point;
  }

  /** Asks until the logs tell of nothing more to ask for. */
  async #collect(state: S, time: number, ask: (queries: Query[]) => Promise<BlockLog[]>): Promise<BlockLog[]> {
    const asked = new Set<string>();
    let logs: BlockLog[] = [];
    for (;;) {
      const queries = this.#subject.queries(state, logs, time).flatMap((query) => unasked(query, asked));
      if (queries.length === 0) return logs;
      logs = inOrder([...logs, ...(await ask(queries))]);
    }
  }

  /** Logs of blocks whose headers are known. */
  async #recentLogs(queries: readonly Query[], headers: readonly Header[]): Promise<BlockLog[]> {
    const [first, last] = [headers[0], headers.at(-1)];
    if (first === undefined || last === undefined) return [];
    const logs = await this.#blocks.logs(queries, first.number, last.number);
    for (const { blockNumber, blockHash } of logs)
      if (headers[Number(blockNumber - first.number)]?.hash !== blockHash)
        throw new ChainMoved(`a log is of another block ${blockNumber}`);
    const missing = headers.flatMap((header) =>
      queries
        .filter((query) => mayHave(header, query) && !logs.some((log) => isOf(log, header, query)))
        .map((query) => this.#logsOf(header, query)),
    );
    return [...logs, ...(await Promise.all(missing)).flat()];
  }

  /** The logs of a block that should have some, by its hash: a node without the block can't say that it has none. */
  async #logsOf(header: Header, query: Query): Promise<BlockLog[]> {
    const name = `${header.hash} ${query.address} ${(query.first ?? []).join(" ")}`;
    if (this.#falseAlarms.has(name)) return [];
    const logs = await this.#blocks.logsOf([query], header.hash);
    if (logs.length === 0) {
      if (this.#falseAlarms.size > 16 * DEPTH) this.#falseAlarms.clear();
      this.#falseAlarms.add(name);
    }
    return logs;
  }

  async #reduce(state: S, logs: readonly BlockLog[], headers: readonly Header[]): Promise<S> {
    if (logs.length === 0) return state;
    const times = new Map(headers.map(({ number, timestamp }) => [number, timestamp]));
    if (this.#subject.timed) {
      const unknown = [...new Set(logs.map(({ blockNumber }) => blockNumber))].filter((number) => !times.has(number));
      for (const header of await Promise.all(unknown.map((number) => this.#header(number))))
        times.set(header.number, header.timestamp);
    }
    return this.#subject.reduce(state, logs, ({ blockNumber }) => times.get(blockNumber) ?? 0);
  }

  /** A block that must be there, since later ones are. */
  async #header(number: bigint): Promise<Header> {
    const header = await this.#blocks.header(number);
    if (header === undefined) throw new ChainMoved(`there is no block ${number}`);
    return header;
  }
}

function isOf({ blockNumber, address, topics }: BlockLog, header: Header, query: Query): boolean {
  const { first } = query;
  const [, argument] = topics;
  return (
    blockNumber === header.number &&
    address.toLowerCase() === query.address &&
    (first === undefined || (argument !== undefined && first.includes(argument)))
  );
}

/** The part of a query that was not asked yet; remembers it as asked. */
function unasked(query: Query, asked: Set<string>): Query[] {
  const { address, first } = query;
  const fresh = (first ?? [""]).filter((value) => !asked.has(`${address} ${value}`));
  for (const value of fresh) asked.add(`${address} ${value}`);
  if (fresh.length === 0) return [];
  return [first === undefined ? query : { ...query, first: fresh as typeof first }];
}
