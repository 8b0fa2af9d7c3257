/**
 * Keeps memory bounded and restarts short: lets runs go that no reorganisation brings back into
 * question, keeps the newest such state in a store, and begins with it. What a store says counts
 * only once it leads to the chain's own head.
 */
import type { State } from "../../verifier/state/state.ts";
import type { Head } from "./replayer.ts";
import type { Run, Runs } from "./runs.ts";
import type { StateStore } from "./state-store.ts";

/** Milliseconds of replay that are worth a state on disk, at least. */
const WORTH_MS = 1_000;

/** How many times as long as a state takes to be kept, what it saves has to take. */
const WORTH_TIMES = 3;

/** What a keeper looks after. */
export interface KeeperSetup {
  readonly runs: Runs;
  /** The state before the first fragment. */
  readonly initial: State;
  readonly store: StateStore | undefined;
  /** Hears what a person should know, in one line. */
  readonly note: (line: string) => void;
}

/** Looks after the oldest state of some runs. */
export class Keeper {
  readonly #setup: KeeperSetup;
  #final = 0;
  #head: Head | undefined;
  #begun = false;
  /** The runs begin in a state of the store that has not led to the chain's head yet. */
  #doubted = false;
  /** The runs have led to the chain's latest head that they reached. */
  #agrees = false;
  /** The head that was complained about. */
  #refused: string | undefined;
  /** Milliseconds of replay that a restart would have to do again. */
  #unkept = 0;
  #keeping = 0;

  constructor(setup: KeeperSetup) {
    this.#setup = setup;
  }

  /**
   * Takes the chain's latest word. The first time, the runs begin in the newest state that is kept.
   *
   * @param final fragments that are resolved for good
   */
  follow(final: number, head: Head): void {
    const { runs, store } = this.#setup;
    this.#final = final;
    this.#head = head;
    if (!this.#begun) {
      this.#begun = true;
      const kept = store?.newest(final);
      if (kept !== undefined) {
        this.#doubted = true;
        runs.restart(kept);
      }
    }
    this.check();
  }

  /** Compares the runs with the chain's head, once they have reached it. */
  check(): void {
    const { runs, store, initial, note } = this.#setup;
    const head = this.#head;
    const own = head && runs.before(head.index);
    if (head === undefined || own === undefined) return;
    this.#agrees = own.root === head.root;
    if (this.#agrees) {
      this.#doubted = false;
      this.#refused = undefined;
    } else if (this.#doubted) {
      this.#doubted = false;
      note(`the state that was kept does not lead to the chain's state before fragment ${head.index}: beginning again`);
      store?.clear();
      runs.restart({ index: 0, state: initial });
    } else if (this.#refused !== head.root) {
      this.#refused = head.root;
      note(`the chain has ${head.root} before fragment ${head.index}, its fragments lead to ${own.root}`);
    }
  }

  /** Lets go what is final, and gives it. */
  letGo(): readonly Run[] {
    const gone = this.#setup.runs.letGo(this.#final);
    this.#unkept += gone.reduce((sum, { took }) => sum + took, 0);
    return gone;
  }

  /** Whether it is worth while to keep the oldest state now. */
  get due(): boolean {
    const { store } = this.#setup;
    return store !== undefined && this.#agrees && this.#unkept > Math.max(WORTH_MS, WORTH_TIMES * this.#keeping);
  }

  /** Keeps the oldest state. */
  keep(): void {
    const { runs, store } = this.#setup;
    const { index, state } = runs.base;
    const begun = performance.now();
    store?.keep(index, state);
    this.#keeping = performance.now() - begun;
    this.#unkept = 0;
  }

  /** Keeps what would have to be run again, however little it is. */
  close(): void {
    if (this.#agrees && this.#unkept > 0) this.keep();
  }
}
