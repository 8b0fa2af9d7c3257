/**
 * What passed the static checks, by the hash of its content: it does not depend on where the
 * project lies, nor on times.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";

/** A file as a check sees it. */
export interface Content {
  /** Relative to the project's folder. */
  readonly path: string;
  readonly hash: string;
}

const recordSchema = z.record(z.string(), z.object({ settings: z.string(), files: z.record(z.string(), z.string()) }));

/** SHA-256 in hexadecimal. */
export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** SHA-256 of the lines of a text that match a pattern. */
export function linesHash(text: string, pattern: RegExp): string {
  const lines = text.split("\n").filter((line) => pattern.test(line));
  return sha256(lines.join("\n"));
}

/**
 * A record in a file of the files that passed, by check. A record that cannot be read counts as
 * none.
 */
export class Passed {
  readonly #file: string;
  readonly #record: z.infer<typeof recordSchema>;

  /** @param file where the record is, or will be */
  constructor(file: string) {
    this.#file = file;
    this.#record = existsSync(file) ? (recordSchema.safeParse(parse(readFileSync(file, "utf8"))).data ?? {}) : {};
  }

  /**
   * The files that have not passed the check with these settings as they are now, and whether one
   * that had is gone.
   */
  changed(check: string, settings: readonly Content[], files: readonly Content[]): Changes {
    const known = this.#record[check];
    if (known?.settings !== digest(settings)) return { files, gone: true };
    const paths = new Set(files.map(({ path }) => path));
    return {
      files: files.filter(({ path, hash }) => known.files[path] !== hash),
      gone: Object.keys(known.files).some((path) => !paths.has(path)),
    };
  }

  /** Records that all of these files passed, and writes the record. */
  add(check: string, settings: readonly Content[], files: readonly Content[]): void {
    const entries = files.map(({ path, hash }) => [path, hash] as const);
    this.#record[check] = { settings: digest(settings), files: Object.fromEntries(entries) };
    mkdirSync(dirname(this.#file), { recursive: true });
    writeFileSync(this.#file, JSON.stringify(this.#record));
  }
}

/** What a check has to look at. */
export interface Changes {
  readonly files: readonly Content[];
  /**
   * A file that passed is no longer there, or the settings are others: that matters to checks of
   * the whole.
   */
  readonly gone: boolean;
}

function digest(files: readonly Content[]): string {
  return sha256(files.map(({ path, hash }) => `${path} ${hash}`).join("\n"));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
