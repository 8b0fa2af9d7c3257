/**
 * The kinds of errors. A {@link Problem} is for whoever gave us something to mend; a {@link Crash}
 * is for us. What a contract refuses (`agents/chain/chain.ts`), and what the rules of the game
 * refuse (`agents/game/refused.ts`), are problems with the contract's error. The same distinction
 * as between Link, Trap, Exhaustion and Crash in the WebAssembly reference interpreter; the parts
 * of a problem are those of viem's BaseError.
 */

/** What is known of a problem besides itself. */
export interface ProblemDetails {
  /** Where it is, as a phrase: `at byte 12 of function 3`, `transaction 7`. */
  readonly place?: string | undefined;
  /** What its author can do about it: one sentence in the imperative, without a full stop. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
  /** The line, where the place does not simply follow the problem. */
  readonly message?: string | undefined;
}

/**
 * Something that somebody outside got wrong, and can put right: a module, a transaction, an
 * argument, a file. Its message is one line with the problem and the place; the hint is not in it.
 */
export class Problem extends Error {
  override readonly name: string = "Problem";
  /** What is wrong, without place or advice. */
  readonly problem: string;
  readonly place: string | undefined;
  readonly hint: string | undefined;

  constructor(problem: string, { place, hint, cause, message }: ProblemDetails = {}) {
    const line = message ?? (place === undefined ? problem : `${problem}, ${place}`);
    super(line, cause === undefined ? undefined : { cause });
    this.problem = problem;
    this.place = place;
    this.hint = hint;
  }
}

/**
 * What cannot happen, whatever we are given: wherever it is thrown, the fault is in this project.
 */
export class Crash extends Error {
  override readonly name: string = "Crash";

  constructor(problem: string, cause?: unknown) {
    super(problem, cause === undefined ? undefined : { cause });
  }
}

/** An error, and what it was caused by, from the outside to the core. */
export function* causesOf(error: unknown): Generator<unknown, void> {
  const seen = new Set<unknown>();
  for (let at: unknown = error; at !== undefined && !seen.has(at); at = at instanceof Error ? at.cause : undefined) {
    seen.add(at);
    yield at;
  }
}
