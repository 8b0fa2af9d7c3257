/** Remembers whether a replayer has come to know something. */
import type { Replayer } from "./replayer.ts";

/** Tells of news once. */
export class News {
  #fresh = false;

  constructor(replayer: Pick<Replayer, "news">, signal?: AbortSignal) {
    void this.#listen(replayer, signal);
  }

  /** Whether there was any since the last call. */
  take(): boolean {
    const fresh = this.#fresh;
    this.#fresh = false;
    return fresh;
  }

  async #listen(replayer: Pick<Replayer, "news">, signal?: AbortSignal): Promise<void> {
    while (signal?.aborted !== true) {
      await replayer.news();
      this.#fresh = true;
    }
  }
}
