/** A tree as it was synced last: beneath everything that the fast form holds of it. */
import type { Tree } from "../merkle/tree.ts";

export class Sources {
  live: Tree;
  /**
   * The tree at the open checkpoint; it is made only when a state is saved inside a transaction.
   */
  checkpoint: Tree | undefined;

  constructor(live: Tree, checkpoint: Tree | undefined) {
    this.live = live;
    this.checkpoint = checkpoint;
  }

  /** The open transaction ended. */
  commit(): void {
    this.checkpoint = undefined;
  }

  /** The open transaction ended, and what the tree holds went back. */
  rollback(): void {
    this.live = this.checkpoint ?? this.live;
    this.checkpoint = undefined;
  }
}
