/** A typed call in words. */
import type { Program } from "../../../verifier/program/build.ts";
import { callPayload } from "../../../verifier/program/transactions-file.ts";
import { decodeTypedOutput, encodeTransactions } from "../../../verifier/program/transactions.ts";
import { describeOutcome, type MapMachine } from "./map-access.ts";

/** What a call of the guest returns, or its trap; what it did stays. */
export function call(program: Program, machine: MapMachine, name: string, ...args: string[]): string {
  const payload = callPayload(program.exports, name, args);
  machine.load(encodeTransactions([{ fuel: 1_000_000n, keep: true, payload }]), 10_000_000n);
  machine.run();
  const [result] = machine.results();
  if (result === undefined) return `status ${machine.registers.status}`;
  if (result.kind !== 0) return describeOutcome(result);
  const type = program.exports.find((e) => e.name === name)?.type;
  return decodeTypedOutput(result.output, type?.results ?? []).join(" ");
}
