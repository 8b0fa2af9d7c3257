/**
 * Each alert fires in the situation that it is about, and in no other: a service's own metrics,
 * judged by Prometheus itself.
 */
import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex } from "viem";
import type { Intent } from "../../../agents/chain/intent.ts";
import type { Disagreement, Look, Stage } from "../../../agents/chain/look.ts";
import type { Figures } from "../../../agents/service/figures.ts";
import { ServiceMetrics } from "../../../agents/service/metrics.ts";
import { runIn } from "../../agents/cli/service.ts";
import { MISSING, PROMTOOL } from "./promtool.ts";

const ROOT = join(import.meta.dirname, "../../..");
const ALERTS = join(ROOT, "deploy/service/alerts.yml");

const ETHER = 10n ** 18n;
const SELF: Hex = `0x${"11".repeat(20)}`;

const now = (): number => Date.now() / 1000;

const QUIET: Figures = { claims: {}, disputes: { joining: 0, playing: 0, decided: 0 }, locked: 0n, credit: 0n };

const GOOD_LOOK: Look = { sent: 0, failures: [], problems: [], warnings: [] };

/** An intent whose deadline is so many seconds away. */
function intent(label: string, left: number): Intent {
  const call = { label, to: SELF, abi: [], functionName: label, args: [] };
  return { key: label, from: SELF, call, deadline: now() + left, stake: 0n };
}

/** Somebody claims what the service has not computed. */
function disagreement(stage: Stage): Disagreement {
  const claimed = { claim: SELF, fragment: 3, worker: SELF, claimed: SELF, computed: SELF };
  return { kind: "disagreement", stage, ...claimed, until: now() + 3_600 };
}

/** A service that has looked just now and finds nothing to do. */
function healthy(): ServiceMetrics {
  const metrics = new ServiceMetrics();
  metrics.head(100n, now());
  metrics.looked(GOOD_LOOK, 0.1);
  metrics.wanted([]);
  metrics.situation(QUIET, ETHER, 0);
  return metrics;
}

/** What goes wrong, by the alert that says so; every other alert keeps still. */
const TROUBLES: Readonly<Record<string, (metrics: ServiceMetrics) => void>> = {
  ArbiterHeadOld: (metrics) => {
    metrics.head(100n, now() - 600);
  },
  ArbiterDeadlineNear: (metrics) => {
    metrics.wanted([intent("move", 100_000), intent("join", 600)]);
  },
  ArbiterShortOfMoney: (metrics) => {
    metrics.looked({ ...GOOD_LOOK, warnings: [{ kind: "short of money", needed: 3n * ETHER, held: ETHER }] }, 0.1);
  },
  ArbiterDisagreement: (metrics) => {
    metrics.looked({ ...GOOD_LOOK, warnings: [disagreement("answered"), disagreement("unanswered")] }, 0.1);
  },
  ArbiterDecisionFailed: (metrics) => {
    metrics.looked({ ...GOOD_LOOK, problems: [new Error("no such fragment")] }, 0.1);
  },
  ArbiterLooksFail: (metrics) => {
    for (let i = 0; i < 10; i++) metrics.failed();
  },
  ArbiterSendingFails: (metrics) => {
    const failures = [{ intent: intent("join", 100_000), cause: new Error("no ether") }];
    for (let i = 0; i < 10; i++) metrics.looked({ ...GOOD_LOOK, failures }, 0.1);
  },
  ArbiterReverts: (metrics) => {
    for (let i = 0; i < 8; i++) metrics.mined(false, 1n);
  },
  ArbiterDispute: (metrics) => {
    metrics.situation({ ...QUIET, disputes: { joining: 1, playing: 1, decided: 0 } }, ETHER, 0);
  },
  ArbiterMoneyWaits: (metrics) => {
    metrics.situation({ ...QUIET, credit: ETHER }, ETHER, 0);
  },
};

type Series = Map<string, string>;

/** What a service tells, one value a series; those that have none are left out. */
async function told(metrics: ServiceMetrics): Promise<Series> {
  const lines = (await metrics.text()).split("\n").filter((line) => /^(arbiter|process_resident)/.test(line));
  const values = lines.map((line) => /^(\S+?)(?:\{(.*)\})? (\S+)$/.exec(line));
  return new Map(
    values.flatMap((match): [string, string][] => {
      const [, name = "", labels = "", value = ""] = match ?? [];
      const all = [labels, 'job="arbiter"', 'instance="here"'].filter((label) => label !== "").join(",");
      return value === "Nan" || value === "NaN" ? [] : [[`${name}{${all}}`, value]];
    }),
  );
}

/** Minutes before the trouble, and with it. */
const [BEFORE, WITH] = [10, 400];

/** The history of two situations, as promtool writes series. */
function history(before: Series, after: Series): { series: string; values: string }[] {
  return [...new Set([...before.keys(), ...after.keys()])].map((series) => {
    const [was, is] = [before.get(series), after.get(series)];
    const first = was === undefined ? `_x${BEFORE}` : `${was}x${BEFORE}`;
    return { series, values: `${first} ${is === undefined ? `_x${WITH}` : `${is}x${WITH}`}` };
  });
}

/** Alerts that fire at some minute of a history. */
function firing(folder: string, name: string, series: readonly { series: string; values: string }[]): string[] {
  const file = join(folder, `${name}.json`);
  const minutes = [5, BEFORE + 8, BEFORE + WITH - 5];
  const names = alertNames();
  const tests = names.flatMap((alert) =>
    minutes.map((minute) => ({
      expr: `count(ALERTS{alertname="${alert}",alertstate="firing"})`,
      eval_time: `${minute}m`,
      exp_samples: [],
    })),
  );
  const suite = { interval: "1m", input_series: series, promql_expr_test: tests };
  writeFileSync(file, JSON.stringify({ rule_files: ["alerts.yml"], evaluation_interval: "1m", tests: [suite] }));
  const { stdout, stderr, error } = spawnSync(PROMTOOL ?? "", ["test", "rules", file], {
    cwd: folder,
    encoding: "utf8",
  });
  if (error !== undefined) throw error;
  const output = stdout + stderr;
  expect(output).match(/SUCCESS|FAILED/);
  // What was not to fire and did is named with its expression.
  const fired = [...output.matchAll(/alertname=\\?"(\w+)\\?"/g)].map(([, alert = ""]) => alert);
  return [...new Set(fired)].sort();
}

function alertNames(): string[] {
  return [...readFileSync(ALERTS, "utf8").matchAll(/- alert: (\w+)/g)].map(([, name = ""]) => name);
}

describe("the unit of systemd", () => {
  it("names commands that serve: each asks only for its settings", async () => {
    const unit = readFileSync(join(ROOT, "deploy/service/arbiter@.service"), "utf8");
    const roles = [...(/: (.*)\.$/m.exec(unit)?.[1]?.matchAll(/arbiter@(\w+)/g) ?? [])].map(([, role = ""]) => role);
    expect(roles).eql(["validator", "worker", "sequencer"]);
    const ended = roles.map((role) => runIn([role], { folder: tmpdir(), environment: {} }));
    for (const { code, stderr } of await Promise.all(ended)) {
      expect(code).equal(1);
      expect(stderr).match(/^error: deal is missing/);
    }
  });

  const present = spawnSync("systemd-analyze", ["--version"]).status === 0;
  (present ? it : it.skip)(
    `is one that systemd takes${present ? "" : " (skipped: there is no systemd-analyze)"}`,
    () => {
      // A copy whose command is there, wherever the project lies.
      const folder = mkdtempSync(join(tmpdir(), "arbiter-unit-"));
      try {
        const unit = readFileSync(join(ROOT, "deploy/service/arbiter@.service"), "utf8");
        const file = join(folder, "arbiter@validator.service");
        writeFileSync(file, unit.replace("/usr/bin/npm", "/bin/true"));
        const { status, stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", file], { encoding: "utf8" });
        expect([status, stderr]).eql([0, ""]);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );
});

describe("what the alerts are about", () => {
  it("stands in the runbook, each under its name", () => {
    const runbook = readFileSync(join(ROOT, "docs/operating.md"), "utf8");
    const headings = [...runbook.matchAll(/^### (Arbiter\w+)$/gm)].map(([, name = ""]) => name);
    expect(headings).eql(alertNames());
  });

  it("is measured: each metric that they name exists", async () => {
    const known = await healthy().text();
    const names = [...readFileSync(ALERTS, "utf8").matchAll(/(arbiter_\w+|process_\w+)/g)].map(([name]) => name);
    for (const name of names) expect(known).contain(`# TYPE ${name} `);
  });
});

describe(`alerts ${MISSING ?? ""}`.trimEnd(), () => {
  const test = MISSING === undefined ? it : it.skip;
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "arbiter-alerts-"));
    copyFileSync(ALERTS, join(folder, "alerts.yml"));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  /** A service that answers. */
  const up: [string, string] = ['up{job="arbiter",instance="here"}', "1"];

  test("keep still while nothing happens", async () => {
    const good = (await told(healthy())).set(...up);
    expect(firing(folder, "quiet", history(good, good))).eql([]);
  });

  for (const [alert, happens] of Object.entries(TROUBLES)) {
    test(`tell of trouble: ${alert}`, async () => {
      const metrics = healthy();
      const good = (await told(metrics)).set(...up);
      happens(metrics);
      const bad = (await told(metrics)).set(...up);
      expect(firing(folder, alert, history(good, bad))).eql([alert]);
    });
  }

  test("keep still where somebody answers what the service has not computed", async () => {
    const metrics = healthy();
    const good = (await told(metrics)).set(...up);
    metrics.looked({ ...GOOD_LOOK, warnings: [disagreement("answered")] }, 0.1);
    expect(firing(folder, "answered", history(good, (await told(metrics)).set(...up)))).eql([]);
  });

  test("tell of a service that is gone, that has stopped looking, and that grows", async () => {
    const good = (await told(healthy())).set(...up);
    const changed = (series: string, value: string): Series => {
      const name = [...good.keys()].find((key) => key.startsWith(`${series}{`));
      expect(name, series).not.equal(undefined);
      return new Map(good).set(name ?? "", value);
    };
    expect(firing(folder, "down", history(good, changed("up", "0")))).eql(["ArbiterDown"]);
    const still = changed("arbiter_look_age_seconds", "1000");
    expect(firing(folder, "still", history(good, still))).eql(["ArbiterNotLooking"]);
    const large = changed("process_resident_memory_bytes", "5e9");
    expect(firing(folder, "large", history(good, large))).eql(["ArbiterMemory"]);
  });

  test("are each made to fire by one of these tests", () => {
    const three = ["ArbiterDown", "ArbiterNotLooking", "ArbiterMemory"];
    expect([...Object.keys(TROUBLES), ...three].sort()).eql(alertNames().sort());
  });
});
