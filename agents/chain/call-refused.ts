/** Refusal by the chain: a call would revert, or did. */
import { type Address, BaseError, ContractFunctionRevertedError } from "viem";
import { Problem } from "../../verifier/errors.ts";
import { type ContractError, isContractError } from "./contract-errors.ts";

/** What of a call is named when it is refused. */
interface Called {
  readonly to: Address;
  readonly functionName: string;
}

/** The reason of a call that reverted only when it was mined. */
export const REVERTED = "Reverted";

/** Why a call is refused. */
interface Refusal {
  /** Name of the contract's error; {@link REVERTED}; or undefined if the chain gave neither. */
  readonly reason?: ContractError | typeof REVERTED;
  /** The arguments of the contract's error, decoded. */
  readonly args?: readonly unknown[];
  /** What a reader is told. */
  readonly text: string;
}

/**
 * The chain refused a call. The message names the call and the contract's error with its arguments.
 */
export class CallRefused extends Problem {
  override readonly name = "CallRefused";
  readonly reason: Refusal["reason"];
  /** The arguments of the contract's error, decoded; none if there is no such error. */
  readonly args: readonly unknown[];

  constructor(call: Called, from: Address, { reason, args = [], text }: Refusal, cause?: unknown) {
    const place = `${call.functionName} on ${call.to} from ${from}`;
    super(text, { message: `${place} was refused: ${text}`, place, cause });
    this.reason = reason;
    this.args = args;
  }

  /** The refusal that viem found when it simulated a call. */
  static from(error: unknown, call: Called, from: Address): CallRefused {
    return new CallRefused(call, from, refusalOf(error), error);
  }
}

function refusalOf(error: unknown): Refusal {
  if (!(error instanceof BaseError)) return { text: String(error) };
  const revert = error.walk((cause) => cause instanceof ContractFunctionRevertedError);
  if (!(revert instanceof ContractFunctionRevertedError)) return { text: error.shortMessage };
  const { data, reason, signature } = revert;
  if (data === undefined) return { text: reason ?? signature ?? revert.shortMessage };
  const args = data.args ?? [];
  const text = `${data.errorName}(${args.map(shown).join(", ").replaceAll('"', "")})`;
  return isContractError(data.errorName) ? { reason: data.errorName, args, text } : { args, text };
}

function shown(arg: unknown): string {
  return JSON.stringify(arg, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
}
