/** What a backtrace tells of a frame. */

/** A place in a source file, lines from 1; a column of 0 is unknown. */
export interface SourcePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A function as its author knows it. */
export interface NamedPlace {
  /** Undefined where only the place is known. */
  readonly functionName?: string;
  readonly source?: SourcePlace;
}
