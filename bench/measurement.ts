/** What every measurement has in common. */

/** How a measurement is made. */
export interface Setting {
  /** Little work and few turns: tells whether it works, not how fast it is. */
  readonly quick: boolean;
  /** Also what takes many minutes. */
  readonly long: boolean;
  /** Workloads to take; all of them if there is none. */
  readonly workloads: readonly string[];
  /** Heights of a Deal's commitments, the first level's first. */
  readonly heights: readonly number[];
  /** Says what is done at the moment. */
  readonly note: (text: string) => void;
}

/** Cells of a table. */
export interface Rows {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A measurement, and how its result is shown. The result is written to JSON as it is. */
export interface Measurement<R> {
  readonly name: string;
  /** One line for the help. */
  readonly summary: string;
  readonly measure: (setting: Setting) => Promise<R>;
  readonly tables: (result: R) => readonly Rows[];
}
