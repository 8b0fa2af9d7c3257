/** Calls of contracts, before anything is done with them. */
import type { Abi, Address } from "viem";

/** A call to be sent. */
export interface Call {
  /** What the call is for, in a word or two: `move`, `join level 1`. */
  readonly label: string;
  readonly to: Address;
  readonly abi: Abi;
  readonly functionName: string;
  readonly args: readonly unknown[];
  /** In wei. */
  readonly value?: bigint;
}
