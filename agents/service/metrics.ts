/** What a service tells Prometheus (prom-client). Amounts are in ether, times in seconds. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import { formatEther } from "viem";
import type { Intent } from "../chain/intent.ts";
import type { Look, Stage } from "../chain/look.ts";
import type { Figures } from "./figures.ts";

/** What can fail, and how looks and transactions can end. */
const FAILING = ["decision", "look", "sending"] as const;
const LOOKED = ["completed", "failed"] as const;
const MINED = ["done", "reverted"] as const;

/** How it can stand with what the service has computed and somebody contradicts. */
const STAGES: readonly Stage[] = ["unanswered", "answered", "lost"];

/** Metrics of one service. */
export class ServiceMetrics {
  readonly #registry = new Registry();
  readonly #head = this.#gauge("arbiter_head_block", "number of the block that was looked at last");
  readonly #balance = this.#gauge("arbiter_balance_ether", "what the account has");
  readonly #credit = this.#gauge("arbiter_credit_ether", "what the account can withdraw from the tournaments");
  readonly #locked = this.#gauge("arbiter_bonds_locked_ether", "bonds of the account that are still in play");
  readonly #needed = this.#gauge("arbiter_needed_ether", "what the disputes can ask for beyond wallet and credit");
  readonly #claims = this.#gauge("arbiter_claims", "claims that are pending, by phase", ["phase"]);
  readonly #disputes = this.#gauge("arbiter_disputes", "root tournaments, by state", ["state"]);
  readonly #disagreements = this.#gauge(
    "arbiter_disagreements",
    "claims about which somebody says something else than what this service has computed, by whether anybody disputes that",
    ["stage"],
  );
  readonly #wanted = this.#gauge("arbiter_intents", "transactions that are wanted or on their way");
  readonly #looks = this.#counter("arbiter_looks_total", "looks at the chain, by how they ended", ["result"]);
  readonly #failures = this.#counter("arbiter_failures_total", "failures, by what failed", ["of"]);
  readonly #mined = this.#counter("arbiter_transactions_total", "transactions mined", ["result"]);
  readonly #fees = this.#counter("arbiter_fees_ether_total", "fees paid for transactions that were mined");
  readonly #steps = this.#counter("arbiter_replayed_steps_total", "steps of fragments that were replayed");
  readonly #fragments = this.#counter("arbiter_replayed_fragments_total", "fragments that were replayed");
  readonly #waiting = this.#gauge("arbiter_fragments_waiting", "fragments that are not decided and not yet replayed");
  readonly #duration: Histogram;
  #headTime: number | undefined;
  #deadline: number | undefined;
  #lastLook: number | undefined;

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
    const buckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
    const name = "arbiter_look_seconds";
    this.#duration = new Histogram({ name, help: "how long a look took", buckets, registers: [this.#registry] });
    // Prometheus does not see the first event of a series that begins with it.
    for (const of of FAILING) this.#failures.inc({ of }, 0);
    for (const result of LOOKED) this.#looks.inc({ result }, 0);
    for (const result of MINED) this.#mined.inc({ result }, 0);
    // What grows by itself is counted when it is asked for.
    this.#live("arbiter_head_lag_seconds", "how old the newest block is", (now) => ageOf(this.#headTime, now));
    this.#live("arbiter_look_age_seconds", "time since a look was completed", (now) => ageOf(this.#lastLook, now));
    this.#live("arbiter_deadline_seconds", "time to the nearest deadline of what is wanted", (now) =>
      this.#deadline === undefined ? undefined : this.#deadline - now,
    );
  }

  /** The newest block. Its timestamp is in seconds. */
  head(number: bigint, timestamp: number): void {
    this.#head.set(Number(number));
    this.#headTime = timestamp;
  }

  /** A look that was completed, and how long it took. */
  looked({ failures, problems, warnings }: Look, seconds: number): void {
    this.#lastLook = Date.now() / 1000;
    this.#duration.observe(seconds);
    this.#looks.inc({ result: "completed" });
    this.#failures.inc({ of: "sending" }, failures.length);
    this.#failures.inc({ of: "decision" }, problems.length);
    const short = warnings.flatMap((one) => (one.kind === "short of money" ? [ether(one.needed - one.held)] : []));
    this.#needed.set(Math.max(0, ...short));
    for (const stage of STAGES) {
      const those = warnings.filter((one) => one.kind === "disagreement" && one.stage === stage);
      this.#disagreements.set({ stage }, those.length);
    }
  }

  /** A look that failed. */
  failed(): void {
    this.#looks.inc({ result: "failed" });
    this.#failures.inc({ of: "look" });
  }

  /** What is wanted. Deadlines are in seconds of the chain's time. */
  wanted(intents: readonly Intent[]): void {
    this.#wanted.set(intents.length);
    const deadlines = intents.map(({ deadline }) => deadline).filter((deadline) => deadline < Number.MAX_SAFE_INTEGER);
    this.#deadline = deadlines.length === 0 ? undefined : Math.min(...deadlines);
  }

  /** The situation of the account, its balance in wei; and how many fragments wait to be replayed. */
  situation({ claims, disputes, locked, credit }: Figures, balance: bigint, waiting: number): void {
    this.#waiting.set(waiting);
    this.#balance.set(ether(balance));
    this.#credit.set(ether(credit));
    this.#locked.set(ether(locked));
    for (const phase of ["open", "disputed", "upheld"] as const) this.#claims.set({ phase }, claims[phase] ?? 0);
    for (const [state, count] of Object.entries(disputes)) this.#disputes.set({ state }, count);
  }

  /** A transaction that was mined. What it cost is in wei. */
  mined(success: boolean, paid: bigint): void {
    this.#mined.inc({ result: success ? "done" : "reverted" });
    this.#fees.inc(ether(paid));
  }

  /** A fragment that was replayed. */
  replayed(steps: bigint): void {
    this.#fragments.inc();
    this.#steps.inc(Number(steps));
  }

  /** Everything, as Prometheus reads it. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** The type of {@link text}. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  #gauge(name: string, help: string, labelNames: readonly string[] = []): Gauge {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] });
  }

  #counter(name: string, help: string, labelNames: readonly string[] = []): Counter {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  /** A gauge that has a value only when there is one: NaN fires no alert and hides none. */
  #live(name: string, help: string, value: (now: number) => number | undefined): void {
    const collect = function (this: Gauge): void {
      this.set(value(Date.now() / 1000) ?? NaN);
    };
    new Gauge({ name, help, registers: [this.#registry], collect });
  }
}

function ageOf(since: number | undefined, now: number): number | undefined {
  return since === undefined ? undefined : Math.max(0, now - since);
}

function ether(wei: bigint): number {
  return Number(formatEther(wei));
}
