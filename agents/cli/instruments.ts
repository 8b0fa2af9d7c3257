/** What tells others how a service does: metrics and health over HTTP, and its supervisor. */
import type { PublicClient } from "viem";
import type { Outbox } from "../chain/intent.ts";
import type { Service } from "../chain/look.ts";
import type { Figures } from "../service/figures.ts";
import { Health, type HealthServer, serveHealth } from "../service/health.ts";
import { ServiceMetrics } from "../service/metrics.ts";
import { observedOutbox, observedService } from "../service/observed.ts";
import { Supervisor } from "../service/supervisor.ts";

/** The account's situation as it is read at a look; its balance in wei. */
export interface Situation {
  readonly figures: Figures;
  readonly balance: bigint;
  /** Fragments that are submitted and not decided, and that it has not replayed yet. */
  readonly waiting: number;
}

/** The instruments of one service. */
export class Instruments {
  readonly #metrics = new ServiceMetrics();
  readonly #health = new Health();
  readonly #supervisor = new Supervisor(process.env);
  readonly #port: number | undefined;
  readonly #note: (line: string) => void;
  #server: HealthServer | undefined;

  /**
   * @param port of the loopback interface; none: nothing is served, and little is measured
   * @param note hears where they are served
   */
  constructor(port: number | undefined, note: (line: string) => void) {
    this.#port = port;
    this.#note = note;
  }

  /** Begins to serve. */
  async start(): Promise<void> {
    if (this.#port === undefined) return;
    this.#server = await serveHealth(this.#health, this.#metrics, this.#port);
    this.#note(`health and metrics: http://127.0.0.1:${this.#server.port}`);
  }

  /** The service ends on purpose. */
  async stop(): Promise<void> {
    this.#supervisor.stopping();
    await this.#server?.close();
  }

  /** The same service, observed. */
  service(service: Service, reader: PublicClient): Service {
    const [metrics, health, supervisor] = [this.#metrics, this.#health, this.#supervisor];
    return observedService(service, { metrics, health, supervisor, head: () => reader.getBlock() });
  }

  /** The same outbox, observed. */
  outbox(outbox: Outbox): Outbox {
    return observedOutbox(outbox, this.#metrics);
  }

  /** A transaction was mined; what it cost is in wei. */
  mined(success: boolean, paid: bigint): void {
    this.#metrics.mined(success, paid);
  }

  /** A fragment was replayed. */
  replayed(steps: bigint): void {
    this.#metrics.replayed(steps);
  }

  /** Reads the situation, if anybody can ask for it. */
  async measure(read: () => Promise<Situation>): Promise<void> {
    if (this.#server === undefined) return;
    const { figures, balance, waiting } = await read();
    this.#metrics.situation(figures, balance, waiting);
  }
}
