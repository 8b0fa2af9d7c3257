/** What a service asks of whoever runs the fragments: nothing that it would have to wait for. */
import type { Replayer } from "../replay/replayer.ts";

/** Runs of a Deal's fragments, as a service sees them. */
export type Runs = Pick<Replayer, "follow" | "replayed" | "book" | "want">;
