/** What `run` tells of a fragment: each transaction, the state after it, and who claimed what. */
import { bytesToHex } from "viem";
import { Status } from "../../verifier/machine/codes.ts";
import { endingAt, type FragmentRun } from "../../verifier/program/fragment.ts";
import { decodeTransactions } from "../../verifier/program/transactions.ts";
import { inputRoot } from "../../verifier/state/program.ts";
import { stateRoot } from "../../verifier/state/state.ts";
import { outputText, payloadText } from "../report/transaction-text.ts";
import { stdout } from "./channels.ts";
import { type EngineFigures, engineLines } from "./engine.ts";
import { factLines } from "./facts.ts";
import { ExitCode } from "./failure.ts";
import type { Unit } from "./fragment.ts";
import { grouped } from "./narrator.ts";
import { Printable, text } from "./printable.ts";

/** Names of a halted machine's statuses. */
const STATUSES = new Map<number, string>([
  [Status.yielded, "yielded: another fragment may follow"],
  [Status.finished, "finished"],
  [Status.trapped, "trapped"],
]);

/**
 * Tells it, and gives the exit code: a failure if a claim that has not been struck says something
 * else.
 */
export function tellFragment(unit: Unit, run: FragmentRun, isJson: boolean, engine: EngineFigures | undefined): number {
  const { program, before, input, budget, deal } = unit;
  const own = bytesToHex(stateRoot(run.final));
  const claims = (deal?.claims ?? []).map(({ id, worker, finalState, phase }) => {
    return { id, worker, finalState, phase, agrees: finalState === own };
  });
  const report = {
    ...(deal === undefined ? {} : { deal: deal.facts.address, fragment: deal.fragment.index, id: deal.fragment.id }),
    transactions: transactionsOf(unit, run),
    budget: budget.toString(),
    inputRoot: bytesToHex(inputRoot(input)),
    before: bytesToHex(stateRoot(before)),
    stateRoot: own,
    status: STATUSES.get(run.final.registers.status) ?? "running",
    steps: run.steps.toString(),
    programRoot: bytesToHex(program.root),
    ...(deal === undefined ? {} : { claims }),
    ...(engine === undefined ? {} : { engine }),
  };
  if (isJson) stdout.json(report);
  else {
    const { transactions, inputRoot: root, status } = report;
    if (deal !== undefined) stdout.line(text`fragment ${deal.fragment.index} of the Deal ${deal.facts.address}`);
    for (const { payload, ending, output } of transactions) {
      stdout.line(
        text`  ${Printable.whole(payload)}: ${ending}${output === "" ? "" : text` ${Printable.whole(output)}`}`,
      );
    }
    for (const line of factLines([
      ["input root", root],
      ["state root before", report.before],
      ["state root", own],
      ["status", status],
      ["steps", `${grouped(run.steps)} of ${grouped(budget)}`],
      ["program root", report.programRoot],
      ...claims.map(({ worker, finalState, phase, agrees }): [string, string] => [
        "claim",
        `${finalState} by ${worker}, ${phase}: ${agrees ? "the same" : "DIFFERENT"}`,
      ]),
    ])) {
      stdout.line(text`  ${line}`);
    }
    for (const line of engineLines(engine)) stdout.line(line);
  }
  const isWrong = claims.some(({ agrees, phase }) => !agrees && phase !== "struck" && phase !== "dead");
  return isWrong ? ExitCode.failure : ExitCode.success;
}

function transactionsOf(
  { program, input }: Unit,
  { final }: FragmentRun,
): Record<"payload" | "ending" | "output", string>[] {
  return decodeTransactions(input).map(({ payload }, index) => {
    const { status, trap, output } = endingAt(final, index) ?? { status: "not reached", trap: null, output: undefined };
    return {
      payload: payloadText(program, payload),
      ending: trap === null ? status : `trapped: ${trap}`,
      output: output === undefined || output.length === 0 ? "" : outputText(program, payload, output),
    };
  });
}
