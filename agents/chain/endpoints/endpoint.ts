/**
 * One JSON-RPC endpoint: requests of the same moment go in one batch, at the pace that the provider
 * allows; what passes is tried again, and an endpoint that keeps failing is left alone for a while.
 */
import {
  BrokenCircuitError,
  bulkhead,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  DelegateBackoff,
  ExponentialBackoff,
  handleWhen,
  type IRetryBackoffContext,
  retry,
  TaskCancelledError,
  timeout,
  TimeoutStrategy,
  wrap,
} from "cockatiel";
import { RpcRequestError } from "viem";
import { disables, EndpointFailure, passes } from "./failure.ts";
import { LogRanges } from "./log-ranges.ts";
import { Pace } from "./pace.ts";
import { type Answer, type Post, poster, type Request } from "./post.ts";
import { meaningOf } from "./refusals.ts";
import { isSocket, socketPoster } from "./socket.ts";

/** How an endpoint is used. */
export interface EndpointSettings {
  readonly url: string;
  /** What it is called in what is told; else the URL's host. A URL's path may hold a key. */
  readonly name?: string | undefined;
  /** How requests get there; by HTTP or a WebSocket, as the URL says, unless something else is given. */
  readonly post?: Post | undefined;
  /** How long one attempt may take, in milliseconds. */
  readonly timeout?: number | undefined;
  /** The most requests per second, each one of a batch counted. */
  readonly perSecond?: number | undefined;
  /** The most requests of a batch; 1 for a provider that takes none. */
  readonly batch?: number | undefined;
  /** How often a request that failed in passing is tried again. */
  readonly retries?: number | undefined;
  /** How many blocks `eth_getLogs` may ask for, as learned earlier. */
  readonly span?: bigint | undefined;
}

/** How an endpoint does. */
export interface EndpointState {
  readonly name: string;
  /** It failed too often and is left alone for now. */
  readonly resting: boolean;
  /** How many blocks it admits in `eth_getLogs`, as far as is known. */
  readonly span: bigint;
  /** The requests a second that it is asked at the moment. */
  readonly perSecond: number;
  /** What it did wrong last, until it does right. */
  readonly failure: string | undefined;
}

interface Waiting extends Request {
  readonly done: (answer: Answer) => void;
  readonly failed: (error: unknown) => void;
}

const TIMEOUT = 10_000;
const PER_SECOND = 25;

/** A node on this machine has no limit of its own. */
const LOCAL_PER_SECOND = 10_000;
const LOCAL = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** What must not be asked twice: it is done each time. */
const ONCE = /^(eth_sendTransaction|evm_|anvil_|hardhat_|personal_)/;

const BATCH = 50;
const RETRIES = 2;

/** Failures in a row after which an endpoint rests, and posts that it may have at once. */
const FAILURES = 4;
const AT_ONCE = 8;

/** The first rest, the first wait before a new try and after a rate limit, in milliseconds. */
const REST = { initialDelay: 1_000, maxDelay: 60_000 };
const WAIT = 150;
const RATE_WAIT = 1_000;

/** A way to one node, or to whatever a provider has in place of one. */
export class Endpoint {
  readonly name: string;
  readonly #post: Post;
  readonly #batch: number;
  readonly #pace: Pace;
  readonly #ranges: LogRanges;
  readonly #breaker;
  readonly #posting;
  readonly #limit;
  readonly #retrying;
  #waiting: Waiting[] = [];
  #sending = false;
  #failure: string | undefined;

  constructor(settings: EndpointSettings) {
    const { url, name = new URL(url).host, batch = BATCH, retries = RETRIES } = settings;
    const { perSecond = isLocal(url) ? LOCAL_PER_SECOND : PER_SECOND } = settings;
    const limit = settings.timeout ?? TIMEOUT;
    this.name = name;
    this.#post = settings.post ?? (isSocket(url) ? socketPoster(name, url) : poster(name, url, limit));
    this.#batch = batch;
    this.#pace = new Pace(perSecond);
    this.#ranges = new LogRanges((filter) => this.#try("eth_getLogs", [filter]) as Promise<unknown[]>, settings.span);
    this.#breaker = circuitBreaker(handleWhen(disables), {
      breaker: new ConsecutiveBreaker(FAILURES),
      halfOpenAfter: new ExponentialBackoff(REST),
    });
    this.#posting = wrap(bulkhead(AT_ONCE, Infinity), this.#breaker);
    this.#retrying = retry(handleWhen(passes), { maxAttempts: retries, backoff: new DelegateBackoff(waitBefore) });
    this.#limit = timeout(limit, TimeoutStrategy.Aggressive);
  }

  /** How it does. */
  state(): EndpointState {
    const resting = this.#breaker.state === CircuitState.Open;
    const { span } = this.#ranges;
    return { name: this.name, resting, span, perSecond: this.#pace.perSecond, failure: this.#failure };
  }

  /**
   * Asks. `eth_getLogs` over any range is asked in as many parts as the endpoint wants.
   *
   * @throws EndpointFailure if it gives no answer
   * @throws RpcRequestError of viem if the answer is an error, such as a revert
   */
  async request(method: string, params: readonly unknown[] = []): Promise<unknown> {
    try {
      const result =
        method === "eth_getLogs" ? await this.#ranges.read(params[0] ?? {}) : await this.#try(method, params);
      this.#failure = undefined;
      return result;
    } catch (error) {
      if (error instanceof EndpointFailure) this.#failure = error.problem;
      throw error;
    }
  }

  #try(method: string, params: readonly unknown[]): Promise<unknown> {
    if (ONCE.test(method)) return this.#attempt(method, params);
    return this.#retrying.execute(() => this.#attempt(method, params));
  }

  async #attempt(method: string, params: readonly unknown[]): Promise<unknown> {
    const answer = await new Promise<Answer>((done, failed) => {
      this.#waiting.push({ method, params, done, failed });
      if (!this.#sending) void this.#send();
    });
    if ("result" in answer) return answer.result;
    const { error } = answer;
    const meaning = meaningOf(error, method === "eth_getLogs" ? LogRanges.blocks(params[0] ?? {}) : undefined);
    // viem reads the data of a revert from its own kind of error.
    if (meaning === undefined) throw new RpcRequestError({ body: { method, params }, error, url: this.name });
    if (meaning.kind === "rate limit") this.#pace.refused(RATE_WAIT);
    throw new EndpointFailure(this.name, meaning.kind, `${method}: ${error.message}`, meaning);
  }

  /** Sends what waits, until nothing does. */
  async #send(): Promise<void> {
    this.#sending = true;
    // What is asked at the same moment waits in line by then.
    await new Promise((now) => setImmediate(now));
    while (this.#waiting.length > 0) {
      const count = await this.#pace.take(Math.min(this.#batch, this.#waiting.length));
      const requests = this.#waiting.splice(0, count);
      void this.#sendBatch(requests);
    }
    this.#sending = false;
  }

  async #sendBatch(requests: readonly Waiting[]): Promise<void> {
    try {
      const answers = await this.#posting.execute(() => this.#within(requests));
      for (const [place, { done, failed }] of requests.entries()) {
        const answer = answers[place];
        if (answer === undefined) failed(new EndpointFailure(this.name, "malformed", "an answer is missing"));
        else done(answer);
      }
    } catch (error) {
      const failure = this.#named(error);
      if (failure instanceof EndpointFailure && failure.kind === "rate limit")
        this.#pace.refused(failure.details.retryAfter ?? RATE_WAIT);
      for (const { failed } of requests) failed(failure);
    }
  }

  /** One post in its time; a time-out must look like any other failure to the circuit breaker. */
  async #within(requests: readonly Waiting[]): Promise<Answer[]> {
    try {
      return await this.#limit.execute(({ signal }) => this.#post(requests, signal));
    } catch (error) {
      throw error instanceof TaskCancelledError
        ? new EndpointFailure(this.name, "time-out", "no answer in time")
        : error;
    }
  }

  #named(error: unknown): unknown {
    if (!(error instanceof BrokenCircuitError)) return error;
    return new EndpointFailure(this.name, "resting", `it failed ${FAILURES} times in a row`);
  }
}

/** How long to wait before a new try, in milliseconds. */
function waitBefore({ attempt, result }: IRetryBackoffContext<unknown>): number {
  const error = "error" in result ? result.error : undefined;
  if (!(error instanceof EndpointFailure)) return WAIT;
  const least = error.kind === "rate limit" ? RATE_WAIT : WAIT;
  return error.details.retryAfter ?? least * 2 ** (attempt - 1) * (1 + Math.random() / 4);
}

/** Whether a node listens on this machine only. */
export function isLocal(url: string): boolean {
  return LOCAL.test(new URL(url).hostname);
}
