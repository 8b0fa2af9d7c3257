/** What every measurement has in common. */

/** How a measurement is made. */
export interface Setting {
  /** Little work and few turns: tells whether it works, not how fast it is. */
  readonly quick: boolean;
  /** Also what takes many minutes. */
  readonly long: boolean;
  /** Workloads to take; all of them if there is none. */
  readonly workloads: readonly string[];
  /** Heights of the first level's tree to take. */
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

/** A drawing. */
export interface Plot {
  /** Name of its file, without the ending. */
  readonly name: string;
  /** What it shows. */
  readonly title: string;
  readonly svg: string;
}

/** What a measurement gives. */
export interface Outcome {
  /** Goes to JSON as it is. */
  readonly result: unknown;
  readonly tables: readonly Rows[];
  readonly plots: readonly Plot[];
}

/** A measurement, and how its result is shown. */
export interface Measurement {
  readonly name: string;
  /** One line for the help. */
  readonly summary: string;
  readonly take: (setting: Setting) => Promise<Outcome>;
}

/** Makes a measurement of the function that measures and those that show what it gives. */
export function measurement<R>(
  name: string,
  summary: string,
  measure: (setting: Setting) => Promise<R>,
  show: { readonly tables: (result: R) => readonly Rows[]; readonly plots?: (result: R) => readonly Plot[] },
): Measurement {
  const take = async (setting: Setting): Promise<Outcome> => {
    const result = await measure(setting);
    return { result, tables: show.tables(result), plots: show.plots?.(result) ?? [] };
  };
  return { name, summary, take };
}
