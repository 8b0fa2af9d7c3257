/**
 * Files that are there in full or not at all, whatever happens to those who write them. Several
 * processes may share a directory.
 */
import { randomBytes } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

/** Bytes read at a time. */
const READ_BYTES = 2 ** 20;

/**
 * Age from which on a file that is being written belongs to nobody, even if a process has its
 * writer's number.
 */
const ABANDONED_MS = 3_600_000;

const PARTIAL = /^(\d+)-[0-9a-f]{16}\.partial$/;

/** What a directory has under a name. */
export interface FoundFile {
  readonly name: string;
  /** Links are neither. */
  readonly kind: "file" | "directory" | "other";
  readonly bytes: number;
  /** When it was written, in milliseconds since 1970. */
  readonly written: number;
}

/** Thrown when a file would become larger than it may. */
export class TooLargeError extends Error {
  override name = "TooLargeError";
}

/**
 * Writes a file: under a name of its own first, which becomes `name` when all is on the disk. A
 * file of that name gives way. The directory is made if it is missing, for nobody but its owner.
 * Gives how many bytes there are.
 * @throws TooLargeError if there are more than `limit` bytes
 */
export function writeWhole(directory: string, name: string, pieces: Iterable<Uint8Array>, limit: number): number {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const partial = `${process.pid}-${randomBytes(8).toString("hex")}.partial`;
  try {
    const file = openSync(join(directory, partial), "wx");
    let bytes = 0;
    try {
      for (const piece of pieces) {
        bytes += piece.length;
        if (bytes > limit) throw new TooLargeError(`${name} would have more than ${limit} bytes`);
        for (let at = 0; at < piece.length;) at += writeSync(file, piece, at);
      }
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(join(directory, partial), join(directory, name));
    return bytes;
  } catch (error) {
    remove(directory, partial);
    throw error;
  }
}

/**
 * Opens a file and gives its bytes to `use` as pieces, each valid until the next one is asked for.
 */
export function readPieces<T>(directory: string, name: string, use: (pieces: Iterable<Uint8Array>) => T): T {
  const file = openSync(join(directory, name), "r");
  try {
    return use(piecesOf(file));
  } finally {
    closeSync(file);
  }
}

function* piecesOf(file: number): Generator<Uint8Array> {
  const bytes = new Uint8Array(READ_BYTES);
  for (let count = readSync(file, bytes); count > 0; count = readSync(file, bytes)) yield bytes.subarray(0, count);
}

/** What a directory has, but for files that are being written; nothing if it is missing. */
export function listFiles(directory: string): FoundFile[] {
  return names(directory).flatMap((name) => (PARTIAL.test(name) ? [] : found(directory, name)));
}

function names(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** Nothing if somebody has removed it. */
function found(directory: string, name: string): FoundFile[] {
  const stat = lstatSync(join(directory, name), { throwIfNoEntry: false });
  if (stat === undefined) return [];
  const kind = stat.isFile() ? "file" : stat.isDirectory() ? "directory" : "other";
  return [{ name, kind, bytes: stat.size, written: stat.mtimeMs }];
}

/** Removes what writers left behind that were stopped while they wrote. */
export function removeAbandoned(directory: string): void {
  for (const name of names(directory)) {
    const writer = PARTIAL.exec(name)?.[1];
    if (writer === undefined) continue;
    for (const { written } of found(directory, name)) {
      if (isAbandoned(Number(writer), written)) remove(directory, name);
    }
  }
}

/** Numbers of processes are used again: whatever is older than this one has another writer. */
function isAbandoned(writer: number, written: number): boolean {
  if (writer === process.pid) return written < Date.now() - 1000 * process.uptime();
  return !isAlive(writer) || written < Date.now() - ABANDONED_MS;
}

function isAlive(number: number): boolean {
  try {
    process.kill(number, 0);
    return true;
  } catch (error) {
    return isSystemError(error) && error.code === "EPERM";
  }
}

/** Removes a file, or a directory and all that it has, if that is possible. */
export function remove(directory: string, name: string): void {
  try {
    rmSync(join(directory, name), { recursive: true, force: true });
  } catch {
    // What cannot be removed stays: nobody counts on its being gone.
  }
}

/** Whether the operating system refused something. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}

/**
 * Whether a call failed because there is no such file, or not even a directory where it should be.
 */
export function isMissing(error: unknown): boolean {
  return isSystemError(error) && (error.code === "ENOENT" || error.code === "ENOTDIR");
}
