/** One process at a time: a lock that the operating system frees, however its owner ends. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";

/** `SQLITE_BUSY`. */
const BUSY = 5;

const PAUSE_MILLISECONDS = 300;

/**
 * Does some work in a folder while no other process does any there.
 * @param onWait - is told once if another one is at work
 */
export async function alone<Result>(
  folder: string,
  work: () => Promise<Result>,
  onWait: () => void = () => undefined,
): Promise<Result> {
  mkdirSync(folder, { recursive: true });
  const lock = new DatabaseSync(join(folder, "lock"));
  try {
    for (let isFirst = true; !isTaken(lock); isFirst = false) {
      if (isFirst) onWait();
      await sleep(PAUSE_MILLISECONDS);
    }
    return await work();
  } finally {
    lock.close();
  }
}

function isTaken(lock: DatabaseSync): boolean {
  try {
    lock.exec("BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    if ((error as { errcode?: unknown }).errcode === BUSY) return false;
    throw error;
  }
}
