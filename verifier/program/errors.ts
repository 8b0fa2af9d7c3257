/**
 * What can be wrong with modules that are to become a program, each good by itself, and with its
 * transactions.
 */
import { Problem } from "../errors.ts";

/**
 * The modules do not fit together, or not into the machine. The message says which module, what it
 * wants and what there is.
 */
export class LinkError extends Problem {
  override readonly name = "LinkError";
  /** Name of the module that cannot be linked. */
  readonly module: string;

  constructor(module: string, problem: string, hint?: string) {
    super(problem, { message: `module "${module}" cannot be linked: ${problem}`, place: `module "${module}"`, hint });
    this.module = module;
  }
}

/**
 * A transaction that a user wrote is not one. The message says which, what is wrong with it, and
 * what is expected.
 */
export class TransactionError extends Problem {
  override readonly name = "TransactionError";

  constructor(place: string, problem: string) {
    super(problem, place === "" ? {} : { message: `${place}: ${problem}`, place });
  }
}
