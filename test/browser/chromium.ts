/** A real Chromium, as Debian packages it. */
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const PATH = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** It asks nobody for anything, and needs no screen. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Why tests in it are left out, as the title of a skipped test gives it; undefined if it is there,
 * or has to be (`.ci/run` says so).
 */
export const MISSING: string | undefined =
  existsSync(PATH) || process.env["NEEDS_CHROMIUM"] === "1"
    ? undefined
    : "(skipped: there is no Chromium at /usr/bin/chromium, CHROMIUM may name one)";

/** Starts it. */
export function startChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: PATH, args: FLAGS });
}
