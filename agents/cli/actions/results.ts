/** What `results` does: what a fragment's transactions answered, and a proof of each answer. */
import { setTimeout } from "node:timers/promises";
import { proveOutput } from "../../../verifier/proof/output.ts";
import { DealLog } from "../../chain/deal-log.ts";
import { readDeal } from "../../chain/deal-facts.ts";
import { Answers, proofJson, type Replayed, resultJson } from "../answers.ts";
import { stdout } from "../channels.ts";
import { connect } from "../connection.ts";
import { programOfDeal } from "../deal-program.ts";
import { ExitCode, UserError } from "../failure.ts";
import type { EngineName } from "../options/engine.ts";
import type { SettingOptions } from "../options/settings.ts";
import { text } from "../printable.ts";
import { parseNumber } from "../program-file.ts";
import { executorOf } from "../engine.ts";
import { INTERVAL } from "../serving.ts";
import { configOf } from "../settings.ts";

/** Options of `arbiter results` as commander gives them. */
export interface ResultsOptions extends SettingOptions {
  readonly engine: EngineName;
  readonly transaction?: string;
  readonly proof?: boolean;
  readonly wait?: boolean;
}

/** Exit code where the chain has not confirmed what we computed. */
const UNCONFIRMED = 3;

/** Does what the command says, and gives the exit code. */
export async function results(given: string, options: ResultsOptions): Promise<number> {
  const index = Number(parseNumber(given, "the fragment", 0n));
  const { transaction: number } = options;
  const only = number === undefined ? undefined : Number(parseNumber(number, "--transaction", 0n));
  const config = configOf(options);
  const address = config.need("deal");
  config.need("module");
  const { chain } = await connect(config);
  const deal = await readDeal(chain, address);
  const { program } = programOfDeal(config, deal);
  const answers = new Answers(program, executorOf(options.engine, program), deal);
  const log = new DealLog(chain, address, deal.block);
  for (;;) {
    const view = await log.view();
    const replayed = await answers.of(view, index);
    if (replayed === undefined && options.wait !== true) {
      throw new UserError(`the Deal has no fragment ${index}, or its program has ended before`, {
        hint: `${view.submitted} are submitted, counted from 0`,
      });
    }
    const isOver = replayed?.standing === "confirmed" || replayed?.standing === "decided";
    if (replayed !== undefined && (isOver || options.wait !== true)) return print(index, replayed, only, options);
    await setTimeout(1000 * (config.values.interval ?? INTERVAL));
  }
}

function print(
  index: number,
  { run, root, standing }: Replayed,
  only: number | undefined,
  { json, proof }: ResultsOptions,
): number {
  const shown = run.results
    .map((result, transaction) => ({ transaction, result }))
    .filter(({ transaction }) => only === undefined || transaction === only);
  const isConfirmed = standing === "confirmed";
  if (json === true) {
    const transactions = shown.map(({ transaction, result }) => ({
      ...{ transaction, ...resultJson(result) },
      ...(proof === true ? { proof: proofJson(proveOutput(run.final, transaction)) } : {}),
    }));
    stdout.json({ fragment: index, standing, isConfirmed, stateRoot: root, transactions });
  } else {
    stdout.line(text`fragment ${index}  ${standing}, state ${root}`);
    for (const { transaction, result } of shown) {
      const { outcome, text: answer, output } = resultJson(result);
      stdout.line(text`${String(transaction).padStart(5)}  ${outcome.padEnd(8)} ${answer ?? output}`);
    }
  }
  return isConfirmed ? ExitCode.success : UNCONFIRMED;
}
