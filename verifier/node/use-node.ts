/** What Node has and browsers do not, for the layers above which know of neither. */
import { availableParallelism } from "node:os";
import { provideCollector } from "../engine/garbage.ts";
import { provideThreads } from "../merkle/hash-thread.ts";
import { collect } from "./collect.ts";
import { startHashThread } from "./start-hash-thread.ts";

/**
 * Lets the verifier hash on a second thread, where there is a second processor, and make room for
 * large memories. For programs to call when they begin; results are the same without it.
 */
export function useNode(): void {
  if (availableParallelism() > 1) provideThreads((buffer) => startHashThread(buffer));
  provideCollector(collect);
}
