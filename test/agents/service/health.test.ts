import { expect } from "chai";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Intent } from "../../../agents/chain/intent.ts";
import type { Look } from "../../../agents/chain/look.ts";
import { Health, serveHealth } from "../../../agents/service/health.ts";
import { ServiceMetrics } from "../../../agents/service/metrics.ts";
import { observedOutbox, observedService } from "../../../agents/service/observed.ts";
import { Supervisor } from "../../../agents/service/supervisor.ts";

const NOTHING: Look = { sent: 0, failures: [], warnings: [], problems: [] };

function intent(label: string, deadline: number): Intent {
  const call = { label, to: "0x", abi: [], functionName: "", args: [] } as const;
  return { key: label, from: "0x", call, deadline, stake: 0n };
}

describe("health of a service", () => {
  let time = 1_000;
  const clock = (): number => time;
  beforeEach(() => {
    time = 1_000;
  });

  it("lives while looks end, and is ready while they are completed at a young block", () => {
    const health = new Health({ stall: 300, look: 60, head: 50 }, clock);
    expect([health.notLiving(), health.notReady()]).to.deep.equal([undefined, "no look yet"]);
    health.completed(990);
    expect(health.notReady()).to.equal(undefined);
    time = 1_045;
    expect(health.notReady()).to.equal("the newest block is 55 seconds old");
    health.completed(1_040);
    time = 1_106;
    health.failed("no answer from https://node.example/secret");
    expect(health.notReady()).to.equal("no look was completed for 61 seconds: no answer from https://node.example/…");
    expect(health.notLiving()).to.equal(undefined);
    time = 1_500;
    expect(health.notLiving()).to.equal("no look has ended for 394 seconds");
  });

  it("is told over HTTP on this machine alone", async () => {
    const health = new Health(undefined, clock);
    const metrics = new ServiceMetrics();
    const server = await serveHealth(health, metrics, 0);
    try {
      const ask = async (path: string, method = "GET"): Promise<[number, string]> => {
        const answer = await fetch(`http://127.0.0.1:${server.port}${path}`, { method });
        return [answer.status, await answer.text()];
      };
      expect(await ask("/healthz")).to.deep.equal([200, "ok\n"]);
      expect(await ask("/readyz")).to.deep.equal([503, "no look yet\n"]);
      health.completed(1_000);
      expect(await ask("/readyz?verbose")).to.deep.equal([200, "ok\n"]);
      const [status, text] = await ask("/metrics");
      expect(status).to.equal(200);
      expect(text).to.include("process_resident_memory_bytes").and.to.include("arbiter_head_lag_seconds Nan");
      expect((await ask("/"))[0]).to.equal(404);
      expect((await ask("/healthz", "POST"))[0]).to.equal(405);
      expect(await serveHealth(health, metrics, server.port).catch(String)).to.include("EADDRINUSE");
    } finally {
      await server.close();
    }
  });

  it("is measured at every look", async () => {
    const metrics = new ServiceMetrics();
    const health = new Health();
    const now = Math.floor(Date.now() / 1000);
    const looks: (() => Look)[] = [
      () => ({
        ...NOTHING,
        failures: [{ intent: intent("move", now), cause: new Error("no") }],
        problems: ["one"],
        warnings: [{ kind: "short of money", needed: 3n * 10n ** 18n, held: 10n ** 18n }],
      }),
      () => {
        throw new Error("no chain");
      },
    ];
    const service = observedService(
      { look: async () => (looks.shift() ?? ((): Look => NOTHING))() },
      {
        metrics,
        health,
        supervisor: new Supervisor({}),
        head: async () => ({ number: 7n, timestamp: BigInt(now - 5) }),
      },
    );
    await service.look();
    const outbox = observedOutbox({ carryOut: async () => ({ sent: 0, failures: [] }) }, metrics);
    await outbox.carryOut([intent("move", now + 100), intent("collect", Number.MAX_SAFE_INTEGER)], now);
    metrics.mined(true, 10n ** 15n);
    metrics.mined(false, 10n ** 15n);
    metrics.replayed(1_000n);
    const figures = {
      claims: { open: 2 },
      disputes: { joining: 1, playing: 0, decided: 0 },
      locked: 10n ** 18n,
      credit: 0n,
    };
    metrics.situation(figures, 5n * 10n ** 18n, 3);
    const read = async (): Promise<Map<string, number>> => {
      const text = await metrics.text();
      const rows = text.split("\n").filter((line) => line.startsWith("arbiter_"));
      return new Map(
        rows.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]),
      );
    };
    const values = await read();
    expect(Object.fromEntries(values)).to.include({
      arbiter_head_block: 7,
      arbiter_balance_ether: 5,
      arbiter_bonds_locked_ether: 1,
      arbiter_needed_ether: 2,
      arbiter_intents: 2,
      'arbiter_claims{phase="open"}': 2,
      'arbiter_disputes{state="joining"}': 1,
      'arbiter_failures_total{of="sending"}': 1,
      'arbiter_failures_total{of="decision"}': 1,
      'arbiter_looks_total{result="completed"}': 1,
      'arbiter_transactions_total{result="done"}': 1,
      'arbiter_transactions_total{result="reverted"}': 1,
      arbiter_fees_ether_total: 0.002,
      arbiter_replayed_steps_total: 1_000,
    });
    expect(values.get("arbiter_deadline_seconds")).to.be.within(90, 100);
    expect(values.get("arbiter_head_lag_seconds")).to.be.within(5, 15);
    expect(health.notReady()).to.equal(undefined);

    expect(await service.look().catch(String)).to.equal("Error: no chain");
    await service.look();
    const later = await read();
    expect(Object.fromEntries(later)).to.include({
      'arbiter_looks_total{result="completed"}': 2,
      'arbiter_looks_total{result="failed"}': 1,
      arbiter_needed_ether: 0,
    });
  });

  it("feeds the watchdog after a completed look, and no oftener than it must", async () => {
    const folder = mkdtempSync(join(tmpdir(), "arbiter-notify-"));
    try {
      const said = join(folder, "said");
      const program = join(folder, "notify");
      writeFileSync(program, `#!/bin/sh\necho "$@" >>${said}\n`, { mode: 0o755 });
      const heard = async (lines: number): Promise<string[]> => {
        for (let tries = 0; tries < 200; tries++) {
          const text = readIfThere(said);
          if (text.split("\n").length > lines) return text.trim().split("\n");
          await new Promise((over) => setTimeout(over, 10));
        }
        return readIfThere(said).trim().split("\n");
      };
      new Supervisor({ PATH: process.env["PATH"] }, program).looked();
      const supervisor = new Supervisor(
        { PATH: process.env["PATH"], NOTIFY_SOCKET: "/x", WATCHDOG_USEC: "20000000" },
        program,
      );
      supervisor.looked(0);
      await heard(1);
      supervisor.looked(9_000);
      supervisor.looked(10_000);
      await heard(2);
      supervisor.stopping();
      expect(await heard(3)).to.deep.equal(["READY=1 WATCHDOG=1", "WATCHDOG=1", "STOPPING=1"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
