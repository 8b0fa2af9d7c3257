/**
 * Makes V8 let go of what nobody needs any more. Left alone V8 waits, for buffers above all,
 * and what waits takes memory beside what takes its place. Nothing is done where nobody has
 * provided a collector.
 */

/**
 * Bytes dropped that are worth a collection: some 30 ms, where to hash what replaces them takes ten
 * times as long.
 */
const WORTH = 2 ** 26;

/** Collects garbage before it returns: what is found at once, or all that there is. */
export type Collector = (effort: "regular" | "all") => void;

let dropped = 0;
let collector: Collector | undefined;

/** Tells how garbage is collected here. */
export function provideCollector(provided: Collector): void {
  collector = provided;
}

/** Tells of buffers that nobody will need any more, soon if not at once. */
export function drop(bytes: number): void {
  dropped += bytes;
}

/** Buffers are about to be made: makes room, if enough was dropped. */
export function makeRoom(): void {
  if (dropped < WORTH) return;
  dropped = 0;
  collector?.("regular");
}

/** Gives back what large work took for a while: some 100 ms. */
export function tidyUp(): void {
  collector?.("all");
}
