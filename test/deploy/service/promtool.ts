/** Prometheus's own judge of rules. */
import { spawnSync } from "node:child_process";

const NAMED = process.env["PROMTOOL"];

/** The program; undefined if there is none. */
export const PROMTOOL: string | undefined =
  NAMED ?? (spawnSync("promtool", ["--version"]).status === 0 ? "promtool" : undefined);

/** Why tests with it are left out, as the title of a skipped test gives it; undefined if it is there. */
export const MISSING: string | undefined =
  PROMTOOL === undefined ? "(skipped: there is no promtool of Prometheus, PROMTOOL may name one)" : undefined;
