/** What can be wrong with modules that are to become a program, each good by itself. */

/** The modules do not fit together, or not into the machine. The message says which module, what it wants and what there is. */
export class LinkError extends Error {
  override readonly name = "LinkError";
  /** Name of the module that cannot be linked. */
  readonly module: string;

  constructor(module: string, problem: string) {
    super(`module "${module}" cannot be linked: ${problem}`);
    this.module = module;
  }
}

/** A transaction that a user wrote is not one. The message says which, what is wrong with it, and what to write. */
export class TransactionError extends Error {
  override readonly name = "TransactionError";

  constructor(place: string, problem: string) {
    super(place === "" ? problem : `${place}: ${problem}`);
  }
}
