/** A service whose looks are measured, and its outbox. Neither does anything else than before. */
import type { Intent, Outbox, Outcome } from "../chain/intent.ts";
import type { Look, Service } from "../chain/look.ts";
import type { Health } from "./health.ts";
import type { ServiceMetrics } from "./metrics.ts";
import type { Supervisor } from "./supervisor.ts";

/** Who hears of looks. */
export interface Observers {
  readonly metrics: ServiceMetrics;
  readonly health: Health;
  readonly supervisor: Supervisor;
  /** The newest block; its timestamp in seconds. */
  readonly head: () => Promise<{ readonly number: bigint; readonly timestamp: bigint }>;
}

/** The service, observed. */
export function observedService(service: Service, { metrics, health, supervisor, head }: Observers): Service {
  return {
    async look(): Promise<Look> {
      const began = performance.now();
      try {
        const { number, timestamp } = await head();
        const look = await service.look();
        metrics.head(number, Number(timestamp));
        metrics.looked(look, (performance.now() - began) / 1000);
        health.completed(Number(timestamp));
        supervisor.looked();
        return look;
      } catch (error) {
        metrics.failed();
        health.failed(error instanceof Error ? error.message : String(error));
        throw error;
      }
    },
  };
}

/** The outbox, observed: it knows what is wanted, and until when. */
export function observedOutbox(outbox: Outbox, metrics: ServiceMetrics): Outbox {
  return {
    carryOut(intents: readonly Intent[], now: number): Promise<Outcome> {
      metrics.wanted(intents);
      return outbox.carryOut(intents, now);
    },
  };
}
