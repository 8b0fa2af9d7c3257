/**
 * Makes V8 let go of what nobody needs any more. Left alone it waits, for buffers above all, and what waits takes memory beside what takes
 * its place. Elsewhere than in Node nothing is done.
 */
import { host } from "../host.ts";

/** Bytes dropped that are worth a collection: some 30 ms, where to hash what replaces them takes ten times as long. */
const WORTH = 2 ** 26;

type Collector = (options: { type: "major"; execution: "sync"; flavor: "regular" | "last-resort" }) => void;

let dropped = 0;
let collector: Collector | undefined;

/** Tells of buffers that nobody will need any more, soon if not at once. */
export function drop(bytes: number): void {
  dropped += bytes;
}

/** Buffers are about to be made: makes room, if enough was dropped. */
export function makeRoom(): void {
  if (dropped < WORTH) return;
  dropped = 0;
  collect("regular");
}

/** Gives back what large work took for a while: some 100 ms. */
export function tidyUp(): void {
  collect("last-resort");
}

function collect(flavor: "regular" | "last-resort"): void {
  collector ??= exposed();
  collector({ type: "major", execution: "sync", flavor });
}

/** V8's own collector, which is there only for whoever asks for it. */
function exposed(): Collector {
  const node = host();
  if (node === undefined) return () => undefined;
  node.getBuiltinModule("node:v8").setFlagsFromString("--expose-gc");
  return node.getBuiltinModule("node:vm").runInNewContext("gc") as Collector;
}
