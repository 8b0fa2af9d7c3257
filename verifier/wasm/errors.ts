/**
 * What can be wrong with a module. Every message is one line that says what and where, and starts
 * with the wording that the official test suite expects of the problem; the hint says what to do.
 */
import { Problem } from "../errors.ts";
import { printableName } from "../printable.ts";
import { REMEDIES } from "./features.ts";
import type { Proposal } from "../instructions/proposal.ts";

/** The function in which a problem was found. */
export interface FunctionReference {
  /** Position in the function index space, imports first. */
  readonly index: number;
  /** From the name section, else from an export. */
  readonly name?: string;
}

/** Where in the code a problem was found. */
export interface CodeLocation {
  readonly function?: FunctionReference;
  /** Mnemonic of the text format. */
  readonly instruction?: string;
}

/** Any reason not to accept a module. */
export abstract class ModuleError extends Problem {
  /** Absolute byte offset in the module. */
  readonly offset: number;
  readonly function?: FunctionReference;
  readonly instruction?: string;

  protected constructor(problem: string, offset: number, location: CodeLocation, hint: string) {
    super(problem, { place: describePlace(offset, location), hint });
    this.offset = offset;
    if (location.function !== undefined) this.function = location.function;
    if (location.instruction !== undefined) this.instruction = location.instruction;
  }

  /** The same problem, with what its thrower did not know of the place; what it did know stays. */
  in(location: CodeLocation): ModuleError {
    return this.copy({
      ...location,
      ...(this.function === undefined ? {} : { function: this.function }),
      ...(this.instruction === undefined ? {} : { instruction: this.instruction }),
    });
  }

  protected abstract copy(location: CodeLocation): ModuleError;
}

/** The bytes are no WebAssembly module ("malformed" in the specification, chapter 5). */
export class DecodeError extends ModuleError {
  override readonly name = "DecodeError";

  constructor(problem: string, offset: number, location: CodeLocation = {}) {
    super(problem, offset, location, "the file is damaged or is no WebAssembly binary, build or download it again");
  }

  protected override copy(location: CodeLocation): DecodeError {
    return new DecodeError(this.problem, this.offset, location);
  }
}

/** The module breaks a rule of validation ("invalid" in the specification, chapter 3). */
export class ValidationError extends ModuleError {
  override readonly name = "ValidationError";

  constructor(problem: string, offset: number, location: CodeLocation = {}) {
    super(problem, offset, location, "the module is not valid, rebuild it with a correct compiler");
  }

  protected override copy(location: CodeLocation): ValidationError {
    return new ValidationError(this.problem, this.offset, location);
  }
}

/**
 * The module may be good WebAssembly, but needs a part of it, or more of something, than is
 * accepted here.
 */
export class UnsupportedError extends ModuleError {
  override readonly name = "UnsupportedError";
  /** Where the construct comes from; `limit` for a size that is out of proportion. */
  readonly proposal: Proposal | "limit";
  /** The instruction or construct, e.g. `f32.add`, `several tables`. */
  readonly construct: string;

  /** @param remedy - what the author can do; by default what clang's user can */
  constructor(
    construct: string,
    proposal: Proposal | "limit",
    offset: number,
    location: CodeLocation = {},
    remedy = proposal === "limit" ? "use a smaller module" : REMEDIES[proposal],
  ) {
    const problem =
      proposal === "limit" ? `unsupported size: ${construct}` : `unsupported: ${construct} (feature ${proposal})`;
    super(problem, offset, location, remedy);
    this.construct = construct;
    this.proposal = proposal;
  }

  /** The same refusal with another remedy. */
  withRemedy(remedy: string): UnsupportedError {
    return new UnsupportedError(this.construct, this.proposal, this.offset, this, remedy);
  }

  protected override copy(location: CodeLocation): UnsupportedError {
    return new UnsupportedError(this.construct, this.proposal, this.offset, location, this.hint);
  }
}

/**
 * Adds what is known of the place to an error that passes by; errors that are not about the module
 * stay as they are.
 */
export function located(error: unknown, location: CodeLocation): unknown {
  return error instanceof ModuleError ? error.in(location) : error;
}

function describePlace(offset: number, { function: fn, instruction }: CodeLocation): string {
  const name = fn?.name === undefined ? "" : ` (${printableName(fn.name)})`;
  const code = instruction === undefined ? "" : `${instruction} `;
  const within = fn === undefined ? "" : ` in function ${fn.index}${name}`;
  return `${code}at byte ${offset} (0x${offset.toString(16)})${within}`;
}
