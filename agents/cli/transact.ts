/** Carries out what a command has to send, and tells it. */
import type { Hex } from "viem";
import type { Call } from "../chain/call.ts";
import { stderr, stdout } from "./channels.ts";
import type { Signing } from "./connection.ts";
import { ExitCode } from "./failure.ts";
import { jsonValue } from "./facts.ts";
import { grouped } from "./narrator.ts";
import { text } from "./printable.ts";

/** How it is done. */
export interface TransactOptions {
  /** Only the first call is tried, against the chain as it is; nothing is sent. */
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** A call that was mined. */
export interface Receipt {
  readonly label: string;
  readonly hash: Hex;
  readonly block: bigint;
  readonly gas: bigint;
}

/** Sends calls one after the other; each is mined before the next is sent. */
export async function sendAll({ chain, self }: Signing, calls: readonly Call[]): Promise<Receipt[]> {
  const receipts: Receipt[] = [];
  for (const call of calls) {
    const { label, hash, block, gas } = await chain.send(self, call);
    receipts.push({ label, hash, block, gas });
    stderr.line(text`  ${label.padEnd(16)} ${grouped(gas).padStart(9)} gas  ${hash}`);
  }
  return receipts;
}

/**
 * Sends calls, prints their receipts, and gives the exit code.
 * @param more - what `--json` prints besides
 */
export async function transact(
  signing: Signing,
  calls: readonly Call[],
  { dryRun, json }: TransactOptions,
  more: object = {},
): Promise<number> {
  if (dryRun === true) await rehearse(signing, calls);
  const transactions = dryRun === true ? [] : await sendAll(signing, calls);
  if (json === true) stdout.json(jsonValue({ transactions, ...more }));
  return ExitCode.success;
}

/** Tells what would be sent. */
async function rehearse({ chain, self }: Signing, calls: readonly Call[]): Promise<void> {
  const [first, ...others] = calls;
  if (first === undefined) return;
  await chain.rehearse(self, first);
  stderr.line(text`would send from ${self}`);
  for (const { label, to } of [first, ...others]) stderr.line(text`  ${label.padEnd(16)} to ${to}`);
}
