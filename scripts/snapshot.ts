import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { Problem } from "../verifier/errors.ts";

const FOLDER = join(import.meta.dirname, "..", "snapshots");

const snapshotSchema = z.record(z.string(), z.number());

/** A figure differs from the committed one. */
class SnapshotError extends Problem {
  override readonly name = "SnapshotError";
}

/**
 * Compares measured figures (gas, bytes) with the committed `snapshots/NAME.json`, so that a change
 * of them is seen and reviewed. With UPDATE_SNAPSHOTS=1 in the environment (`npm test --
 * --update-snapshots`) it writes the file instead.
 *
 * @throws SnapshotError naming every figure that differs, is new or is gone
 */
export function checkSnapshot(name: string, figures: Record<string, number>): void {
  const file = join(FOLDER, `${name}.json`);
  if (process.env["UPDATE_SNAPSHOTS"] === "1") {
    mkdirSync(FOLDER, { recursive: true });
    const sorted = Object.fromEntries(Object.entries(figures).sort(([a], [b]) => (a < b ? -1 : 1)));
    writeFileSync(file, `${JSON.stringify(sorted, null, 2)}\n`);
    return;
  }
  const committed = existsSync(file) ? snapshotSchema.parse(JSON.parse(readFileSync(file, "utf8"))) : {};
  const names = [...new Set([...Object.keys(committed), ...Object.keys(figures)])].sort();
  const differences = names
    .filter((key) => committed[key] !== figures[key])
    .map((key) => `  ${key}: ${committed[key] ?? "none"} committed, ${figures[key] ?? "none"} measured`);
  if (differences.length === 0) return;
  throw new SnapshotError(
    `snapshots/${name}.json differs; if that is meant, run npm test -- --update-snapshots\n${differences.join("\n")}`,
  );
}
