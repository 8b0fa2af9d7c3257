/** V8's own garbage collector, which is there only for whoever asks for it. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Collector } from "../engine/garbage.ts";

type ExposedCollector = (options: { type: "major"; execution: "sync"; flavor: "regular" | "last-resort" }) => void;

let exposed: ExposedCollector | undefined;

/** Collects now, and returns when it is done. */
export const collect: Collector = (effort) => {
  if (exposed === undefined) {
    setFlagsFromString("--expose-gc");
    exposed = runInNewContext("gc") as ExposedCollector;
  }
  exposed({ type: "major", execution: "sync", flavor: effort === "all" ? "last-resort" : "regular" });
};
