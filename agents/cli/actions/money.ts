/** What `money` and `withdraw` do: every ledger of an account, and taking out what can be taken out. */
import { zeroAddress } from "viem";
import { tournamentCall } from "../../chain/tournament-calls.ts";
import { dealCall, depositsCall } from "../../chain/calls.ts";
import type { Call } from "../../chain/call.ts";
import { type DealFacts, readDeal } from "../../chain/deal-facts.ts";
import { type Entry, type Ledger, ledgersOf } from "../../chain/ledgers.ts";
import { etherText } from "../../config/amounts.ts";
import { addressOf } from "../addresses.ts";
import { stdout } from "../channels.ts";
import { connect, connectSigning } from "../connection.ts";
import { jsonValue } from "../facts.ts";
import { ExitCode, UserError } from "../failure.ts";
import type { SettingOptions } from "../options/settings.ts";
import { text } from "../printable.ts";
import { configOf } from "../settings.ts";
import { transact } from "../transact.ts";

/** Options of `withdraw` as commander gives them. */
export interface WithdrawOptions extends SettingOptions {
  readonly to?: string;
  readonly dryRun?: boolean;
}

/** What each ledger is, in words. */
const MEANINGS: Readonly<Record<Ledger, string>> = {
  wallet: "wallet",
  free: "deposits, free",
  locked: "deposits, locked for the Deal",
  cooling: "deposits, cooling off",
  earnings: "earned in the Deal",
  funds: "the Deal's funds",
  credit: "tournament, bonds and rewards",
};

/** Shows all ledgers of an account: the given one, or that of the settings. */
export async function showMoney(given: string | undefined, options: SettingOptions): Promise<number> {
  const config = configOf(options);
  const address = config.need("deal");
  const account = addressOf(given, "money");
  const { chain, self } =
    account === undefined ? await connectSigning(config) : { ...(await connect(config)), self: account };
  const entries = await ledgersOf(chain, await readDeal(chain, address), self);
  if (options.json === true) {
    stdout.json(jsonValue({ account: self, entries }));
    return ExitCode.success;
  }
  stdout.line(text`${self}`);
  for (const { ledger, token, amount, available } of entries) {
    const rest = amount === available ? "" : `, ${shown(available, token)} of it can be taken out`;
    stdout.line(text`  ${MEANINGS[ledger].padEnd(30)} ${shown(amount, token)}${rest}`);
  }
  return ExitCode.success;
}

function shown(amount: bigint, token: string): string {
  return token === zeroAddress ? etherText(amount) : `${amount} units of ${token}`;
}

/** Most entries of the queue of cooling amounts that are looked at. */
const MOST_COOLING = 32n;

/** Takes out everything that is the account's and locked by nothing. */
export async function withdraw(options: WithdrawOptions): Promise<number> {
  const config = configOf(options);
  const address = config.need("deal");
  const signing = await connectSigning(config);
  const { chain, self } = signing;
  const to = addressOf(options.to, "--to") ?? self;
  const deal = await readDeal(chain, address);
  const calls = withdrawals(await ledgersOf(chain, deal, self), deal, self, to);
  if (calls.length === 0) throw new UserError(`${self} has nothing that can be taken out`);
  return transact(signing, calls, options);
}

function withdrawals(entries: readonly Entry[], deal: DealFacts, self: Entry["token"], to: Entry["token"]): Call[] {
  const available = (ledger: Ledger): bigint => entries.find((entry) => entry.ledger === ledger)?.available ?? 0n;
  const { collateralToken } = deal.terms;
  const calls: Call[] = [];
  const [cooled, free] = [available("cooling"), available("free")];
  if (cooled > 0n) calls.push(depositsCall(deal.deposits, "mature", [collateralToken, self, MOST_COOLING]));
  if (cooled + free > 0n) calls.push(depositsCall(deal.deposits, "withdraw", [collateralToken, cooled + free, to]));
  if (available("earnings") > 0n) calls.push(dealCall(deal.address, "withdrawEarnings", [to]));
  if (available("funds") > 0n) calls.push(dealCall(deal.address, "withdrawFunds", [available("funds"), to]));
  if (available("credit") > 0n) calls.push(tournamentCall(deal.tournament, { kind: "withdraw", to }));
  return calls;
}
