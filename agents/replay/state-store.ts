/** Where the state is kept from which a replay begins again after a restart. */
import type { State } from "../../verifier/state/state.ts";
import type { Base } from "./runs.ts";

/** Keeps states that no reorganisation takes back. No call throws: what is kept is an aid. */
export interface StateStore {
  /** Keeps the state that the fragment at a position begins in. Gives whether that went well. */
  keep(index: number, state: State): boolean;
  /** The newest state that is kept, of a fragment at most at a position, as long as it is sound. */
  newest(most: number): Base | undefined;
  /** Forgets everything: what is kept turned out not to be the chain's. */
  clear(): void;
}
