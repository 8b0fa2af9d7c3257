/**
 * Several endpoints that must agree: what decides money counts only if enough of them answer the
 * same about the same block.
 */
import { RpcRequestError } from "viem";
import { Problem } from "../../../verifier/errors.ts";
import type { HeadTag } from "../head.ts";
import { inShort, type Reply } from "./agreement.ts";
import { ballot, type Remark } from "./ballot.ts";
import { Endpoint, type EndpointSettings, type EndpointState } from "./endpoint.ts";
import { EndpointFailure } from "./failure.ts";

/** How several endpoints are used. */
export interface EndpointsOptions {
  /** How many must agree; else more than half of them. */
  readonly quorum?: number | undefined;
  /** After how long one is asked again for a block that it does not have yet, in milliseconds. */
  readonly soon?: number | undefined;
  readonly observer?: ((remark: Remark) => void) | undefined;
}

/** Not enough endpoints gave the same answer. */
export class NoQuorum extends Problem {
  override readonly name = "NoQuorum";
  /** What each of them said, or how it failed. */
  readonly said: ReadonlyMap<string, string>;

  constructor(what: string, quorum: number, said: ReadonlyMap<string, string>) {
    const list = [...said].map(([endpoint, text]) => `${endpoint}: ${text}`).join("; ");
    const nobody = quorum === 1 ? `no endpoint tells ${what}` : `no ${quorum} endpoints agree on ${what}`;
    super(`${nobody} (${list})`, { hint: "add endpoints of other providers" });
    this.said = said;
  }
}

/** A block's header, as JSON-RPC has it. */
interface RawBlock {
  readonly number: string;
  readonly hash: string;
}

/** An endpoint that is more blocks late than this is told. */
const LATE = 4;

/** How often an endpoint is asked again for a block that it does not have yet, and after how many milliseconds. */
const PATIENCE = 3;
const SOON = 250;

/** Endpoints of the same chain. */
export class Endpoints {
  readonly list: readonly Endpoint[];
  readonly quorum: number;
  readonly #observer: (remark: Remark) => void;
  readonly #soon: number;
  #finding = new Map<HeadTag, Promise<RawBlock>>();

  constructor(list: readonly Endpoint[], options: EndpointsOptions = {}) {
    const { quorum = (list.length >> 1) + 1, observer, soon = SOON } = options;
    if (quorum < 1 || quorum > list.length)
      throw new Problem(`a quorum of ${quorum} among ${list.length} endpoints`, { hint: "name more endpoints" });
    this.list = list;
    this.quorum = quorum;
    this.#observer = observer ?? (() => undefined);
    this.#soon = soon;
  }

  /** Endpoints at these URLs or with these settings. */
  static at(places: readonly (string | EndpointSettings)[], options?: EndpointsOptions): Endpoints {
    const list: Endpoint[] = [];
    for (const place of places) {
      const settings = typeof place === "string" ? { url: place } : place;
      const { name } = new Endpoint(settings);
      const same = list.filter((one) => one.name === name || one.name.startsWith(`${name} #`)).length;
      list.push(new Endpoint(same === 0 ? settings : { ...settings, name: `${name} #${same + 1}` }));
    }
    return new Endpoints(list, options);
  }

  /** How each of them does. */
  states(): EndpointState[] {
    return this.list.map((endpoint) => endpoint.state());
  }

  /**
   * What a quorum answers, about a block that the parameters name by its number or hash.
   *
   * @throws NoQuorum naming every endpoint's answer
   * @throws RpcRequestError if a quorum answers with the same error
   */
  async agreed(method: string, params: readonly unknown[]): Promise<unknown> {
    const voters = this.#ranked().map((endpoint) => ({
      name: endpoint.name,
      ask: () => this.#patiently(endpoint, method, params),
    }));
    const { reply, said } = await ballot(method, voters, this.quorum, this.#observer);
    if (reply === undefined) throw new NoQuorum(method, this.quorum, said);
    if ("error" in reply) throw reply.error;
    return reply.result;
  }

  /** What the first endpoint answers that gives an answer: for what decides nothing. */
  async any(method: string, params: readonly unknown[]): Promise<unknown> {
    let failure: unknown;
    for (const endpoint of this.#ranked()) {
      try {
        return await endpoint.request(method, params);
      } catch (error) {
        if (!(error instanceof EndpointFailure)) throw error;
        failure = error;
        this.#observer({ endpoint: endpoint.name, kind: "failed", text: error.problem });
      }
    }
    throw failure;
  }

  /** Asks all at once. One answer is enough; the failure of the last one is thrown if there is none. */
  async all(method: string, params: readonly unknown[]): Promise<{ endpoint: string; result: unknown }[]> {
    const settled = await Promise.allSettled(
      this.list.map(async (endpoint) => ({ endpoint: endpoint.name, result: await endpoint.request(method, params) })),
    );
    const results = settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    if (results.length > 0) return results;
    // An error of the chain says more than a failure to reach it.
    const reasons = settled.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
    throw reasons.find((reason) => reason instanceof RpcRequestError) ?? reasons[0];
  }

  /**
   * The newest block of a kind that a quorum has, with the same hash. Who asks while it is being
   * looked for gets the same.
   */
  head(tag: HeadTag): Promise<RawBlock> {
    const running = this.#finding.get(tag);
    if (running !== undefined) return running;
    const found = this.#head(tag).finally(() => this.#finding.delete(tag));
    this.#finding.set(tag, found);
    return found;
  }

  async #head(tag: HeadTag): Promise<RawBlock> {
    const said = new Map<string, string>();
    for (let attempt = 0; attempt < PATIENCE; attempt++) {
      if (attempt > 0) await new Promise((over) => setTimeout(over, this.#soon));
      const heads = await this.#headsOf(tag, said);
      const newest = heads.map(({ number }) => number).sort((a, b) => b - a);
      const number = newest[this.quorum - 1];
      if (number === undefined) throw new NoQuorum(`the ${tag} block`, this.quorum, said);
      for (const head of heads)
        if (head.number < number - LATE)
          this.#remark(head.endpoint, "lags", `its ${tag} block is ${number - head.number} blocks older`);
      const exact = heads.find((head) => head.number === number)?.block;
      if (this.quorum === 1 && exact !== undefined) return exact;
      try {
        const block = await this.agreed("eth_getBlockByNumber", [`0x${number.toString(16)}`, false]);
        if (block !== null) return block as RawBlock;
      } catch (error) {
        // A reorganisation may be on its way through the nodes.
        if (!(error instanceof NoQuorum) || attempt === PATIENCE - 1) throw error;
      }
    }
    throw new NoQuorum(`the ${tag} block`, this.quorum, said);
  }

  async #headsOf(
    tag: HeadTag,
    said: Map<string, string>,
  ): Promise<{ endpoint: Endpoint; number: number; block: RawBlock }[]> {
    const heads = await Promise.all(
      this.list.map(async (endpoint) => {
        try {
          const block = (await endpoint.request("eth_getBlockByNumber", [tag, false])) as RawBlock | null;
          if (block === null) throw new EndpointFailure(endpoint.name, "no such block", `it has no ${tag} block`);
          said.set(endpoint.name, inShort({ result: block }));
          return { endpoint, number: Number(block.number), block };
        } catch (error) {
          if (!(error instanceof Error)) throw error;
          const text = error instanceof EndpointFailure ? error.problem : error.message;
          said.set(endpoint.name, text);
          this.#remark(endpoint, "failed", text);
          return undefined;
        }
      }),
    );
    return heads.filter((head) => head !== undefined);
  }

  /** Waits a little for a block that an endpoint is about to have. */
  async #patiently(endpoint: Endpoint, method: string, params: readonly unknown[]): Promise<Reply> {
    for (let attempt = 1; ; attempt++) {
      try {
        return { result: await endpoint.request(method, params) };
      } catch (error) {
        if (error instanceof RpcRequestError) return { error };
        const soon = error instanceof EndpointFailure && error.kind === "no such block" && attempt < PATIENCE;
        if (!soon) throw error;
        await new Promise((over) => setTimeout(over, this.#soon));
      }
    }
  }

  /** Those that do well before those that rest. */
  #ranked(): Endpoint[] {
    return [...this.list].sort((a, b) => Number(a.state().resting) - Number(b.state().resting));
  }

  #remark({ name }: Endpoint, kind: Remark["kind"], text: string): void {
    this.#observer({ endpoint: name, kind, text });
  }
}
