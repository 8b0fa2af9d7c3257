/** What `submit` does: sends transactions to a Deal, in as many fragments as they need. */
import { bytesToHex, parseEventLogs } from "viem";
import { dealAbi } from "../../../contracts/abi/Deal.ts";
import { dealCall } from "../../chain/calls.ts";
import { readDeal } from "../../chain/deal-facts.ts";
import { defaultFuel, fragmentsOf } from "../../service/fragments.ts";
import { stderr, stdout } from "../channels.ts";
import { connectSigning } from "../connection.ts";
import { programOfDeal } from "../deal-program.ts";
import { ExitCode, UserError } from "../failure.ts";
import type { SettingOptions } from "../options/settings.ts";
import { text } from "../printable.ts";
import { transactionsFrom } from "../program-file.ts";
import { configOf } from "../settings.ts";

/** Options of `arbiter submit` as commander gives them. */
export interface SubmitOptions extends SettingOptions {
  readonly dryRun?: boolean;
}

/** Does what the command says, and gives the exit code. */
export async function submit(path: string, options: SubmitOptions): Promise<number> {
  const config = configOf(options);
  const address = config.need("deal");
  config.need("module");
  const { chain, self } = await connectSigning(config);
  const deal = await readDeal(chain, address);
  const room = { bytes: deal.terms.maxInput, steps: deal.terms.budget };
  const transactions = transactionsFrom(path, programOfDeal(config, deal).program, defaultFuel(room));
  if (transactions.length === 0) throw new UserError(`${path} holds no transaction`);
  const fragments = fragmentsOf(transactions, room);
  const submitted: { fragment: number; id: string; transactions: number; hash: string }[] = [];
  for (const { input, count } of fragments) {
    const call = dealCall(deal.address, "submit", [bytesToHex(input)]);
    if (options.dryRun === true) {
      await chain.rehearse(self, call);
      stderr.line(text`would submit ${count} transactions in ${input.length} bytes`);
      continue;
    }
    const { hash, logs } = await chain.send(self, call);
    const [log] = parseEventLogs({ abi: dealAbi, logs: [...logs], eventName: "Submitted" });
    if (log === undefined) throw new UserError(`the transaction ${hash} submitted nothing`);
    const fragment = Number(log.args.fragment);
    submitted.push({ fragment, id: log.args.id, transactions: count, hash });
    if (options.json !== true) stdout.line(text`fragment ${fragment}  ${count} transactions  ${log.args.id}`);
  }
  if (options.json === true) stdout.json({ submitted });
  return ExitCode.success;
}
