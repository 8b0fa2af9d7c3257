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

  /** Measures a player's turn; it counts as an answer if something is sent. */
  async turn(player: string, action: () => Promise<boolean>): Promise<boolean> {
    this.#sent = [];
    const begun = performance.now();
    const acted = await action();
    const seconds = (performance.now() - begun) / 1000;
    if (this.#sent.length > 0 && seconds > (this.#slowest?.seconds ?? 0))
      this.#slowest = { player, sent: this.#sent.join(", "), seconds };
    return acted;
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
