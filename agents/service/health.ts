/**
 * A service's health over HTTP, for a supervisor and Prometheus on the same machine: `/healthz`
 * (it lives), `/readyz` (it sees the chain as it is), `/metrics`.
 */
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { escaped } from "../../verifier/printable.ts";
import { withBareUrls } from "./bare-urls.ts";
import type { ServiceMetrics } from "./metrics.ts";

/** When a service counts as well; times in seconds. */
export interface HealthLimits {
  /** It lives if a look has ended, in whatever way, within this time. */
  readonly stall: number;
  /** It is ready if a look was completed within this time … */
  readonly look: number;
  /** … and the newest block is not older than this. */
  readonly head: number;
}

/** Five blocks of Ethereum, and five minutes for what restarts a service. */
export const HEALTH_LIMITS: HealthLimits = { stall: 300, look: 60, head: 60 };

/** What is known of a service's looks. */
export class Health {
  readonly #limits: HealthLimits;
  readonly #clock: () => number;
  #ended: number;
  #completed: number | undefined;
  #headTime: number | undefined;
  #trouble: string | undefined;

  /** @param clock the time in seconds since 1970 */
  constructor(limits: HealthLimits = HEALTH_LIMITS, clock: () => number = () => Date.now() / 1000) {
    this.#limits = limits;
    this.#clock = clock;
    this.#ended = clock();
  }

  /** A look was completed, at a block of this timestamp. */
  completed(headTime: number): void {
    this.#ended = this.#completed = this.#clock();
    this.#headTime = headTime;
    this.#trouble = undefined;
  }

  /** A look failed. */
  failed(reason: string): void {
    this.#ended = this.#clock();
    this.#trouble = escaped(withBareUrls(reason));
  }

  /** Why it does not live; undefined if it does. */
  notLiving(): string | undefined {
    const age = this.#clock() - this.#ended;
    return age > this.#limits.stall ? `no look has ended for ${Math.round(age)} seconds` : undefined;
  }

  /** Why it is not ready; undefined if it is. */
  notReady(): string | undefined {
    if (this.#completed === undefined || this.#headTime === undefined) return this.#trouble ?? "no look yet";
    const now = this.#clock();
    if (now - this.#completed > this.#limits.look) {
      const age = `no look was completed for ${Math.round(now - this.#completed)} seconds`;
      return this.#trouble === undefined ? age : `${age}: ${this.#trouble}`;
    }
    const lag = now - this.#headTime;
    return lag > this.#limits.head ? `the newest block is ${Math.round(lag)} seconds old` : undefined;
  }
}

/** A running server. */
export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves on the loopback interface; a free port if it is 0. */
export async function serveHealth(health: Health, metrics: ServiceMetrics, port: number): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const path = request.url?.split("?")[0];
    if (request.method !== "GET" && request.method !== "HEAD") answer(response, 405, "only GET");
    else if (path === "/healthz") judge(response, health.notLiving());
    else if (path === "/readyz") judge(response, health.notReady());
    else if (path === "/metrics") void measure(response, metrics);
    else answer(response, 404, "there are /healthz, /readyz and /metrics");
  });
  await listening(server, port);
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
}

async function measure(response: ServerResponse, metrics: ServiceMetrics): Promise<void> {
  try {
    answer(response, 200, await metrics.text(), metrics.contentType);
  } catch {
    answer(response, 500, "no metrics");
  }
}

function judge(response: ServerResponse, trouble: string | undefined): void {
  answer(response, trouble === undefined ? 200 : 503, trouble ?? "ok");
}

function answer(response: ServerResponse, status: number, text: string, type = "text/plain; charset=utf-8"): void {
  response.writeHead(status, { "content-type": type, "cache-control": "no-store" }).end(`${text.trimEnd()}\n`);
}
