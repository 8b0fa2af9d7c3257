/** How long the phases of a dispute took, and the slowest answer to a move. */

/** One phase. */
export interface Phase {
  readonly name: string;
  /** By the clock on the wall. */
  readonly seconds: number;
}

/** A player's turn in which something was sent. */
export interface Answer {
  readonly player: string;
  /** Labels of what was sent. */
  readonly sent: string;
  readonly seconds: number;
}

/** The phases of a dispute, and how players kept up with it. */
export interface Times {
  readonly phases: readonly Phase[];
  /** Of one native replay of the whole history, the longest that an answer may take. */
  readonly replay: number;
  readonly slowest: Answer | undefined;
}

/** Measures. Phases follow one another; answers lie inside of them. */
export class Stopwatch {
  readonly #phases: Phase[] = [];
  #slowest: Answer | undefined;
  #sent: string[] = [];
  /** Seconds that a player has computed since its last turn. */
  readonly #computed = new Map<string, number>();

  /** Measures a phase. */
  async phase<T>(name: string, action: () => T | Promise<T>): Promise<T> {
    const begun = performance.now();
    const result = await action();
    this.#phases.push({ name, seconds: (performance.now() - begun) / 1000 });
    return result;
  }

  /** Something was sent, by whoever's turn it is. */
  sent(label: string): void {
    this.#sent.push(label);
  }

  /** Measures what a player computes between its turns: it counts for the next answer. */
  async computing<T>(player: string, action: () => Promise<T>): Promise<T> {
    const begun = performance.now();
    const result = await action();
    const seconds = (performance.now() - begun) / 1000;
    this.#computed.set(player, (this.#computed.get(player) ?? 0) + seconds);
    return result;
  }

  /** Measures a player's turn; it counts as an answer if something is sent. */
  async turn<T>(player: string, action: () => Promise<T>): Promise<T> {
    this.#sent = [];
    const begun = performance.now();
    const result = await action();
    if (this.#sent.length === 0) return result;
    const seconds = (performance.now() - begun) / 1000 + (this.#computed.get(player) ?? 0);
    this.#computed.delete(player);
    if (seconds > (this.#slowest?.seconds ?? 0)) this.#slowest = { player, sent: this.#sent.join(", "), seconds };
    return result;
  }

  /**
   * What was measured; `replay` is the name of the phase in which the honest player ran the
   * history.
   */
  times(replay: string): Times {
    const found = this.#phases.find(({ name }) => name === replay);
    return { phases: [...this.#phases], replay: found?.seconds ?? 0, slowest: this.#slowest };
  }
}
