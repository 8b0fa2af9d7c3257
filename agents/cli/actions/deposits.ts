/** What `deposits` does: collateral that is free, locked or cooling off, of an account or of a Deal's workers. */
import { type Address, zeroAddress } from "viem";
import { type DealFacts, readDeal } from "../../chain/deal-facts.ts";
import type { Chain } from "../../chain/chain.ts";
import { type Deposit, depositOf, lockers } from "../../chain/deposits.ts";
import { durationText, etherText } from "../../config/amounts.ts";
import { addressOf } from "../addresses.ts";
import { stdout } from "../channels.ts";
import { connect } from "../connection.ts";
import { jsonValue } from "../facts.ts";
import { ExitCode } from "../failure.ts";
import type { SettingOptions } from "../options/settings.ts";
import { type Printable, text } from "../printable.ts";
import { configOf } from "../settings.ts";

/** Does what the command says, and gives the exit code. */
export async function showDeposits(given: string | undefined, options: SettingOptions): Promise<number> {
  const account = addressOf(given, "deposits");
  const config = configOf(options);
  const address = config.need("deal");
  const { chain } = await connect(config);
  const deal = await readDeal(chain, address);
  const [now, found] = await Promise.all([
    chain.now(),
    account === undefined ? ofDeal(chain, deal) : ofAccount(chain, deal, account),
  ]);
  const token = deal.terms.collateralToken;
  if (options.json === true) {
    stdout.json(jsonValue({ contract: deal.deposits, token, now, deposits: found }));
    return ExitCode.success;
  }
  const whose = account === undefined ? `of all that ever had a seat in the Deal ${deal.address}` : "";
  stdout.line(text`deposits in ${deal.deposits} ${whose}`);
  for (const deposit of found) for (const line of depositLines(deposit, deal, now)) stdout.line(line);
  return ExitCode.success;
}

/** Of everybody who ever had a seat: what they have locked for this Deal, free, and cooling off. */
async function ofDeal(chain: Chain, deal: DealFacts): Promise<Deposit[]> {
  const ledger = ledgerOf(deal);
  const { accounts } = await lockers(chain, ledger, { holder: deal.address }, deal.block);
  return Promise.all(accounts.map((one) => depositOf(chain, ledger, one, [deal.address])));
}

/** Of one account, with its locks for every Deal that the contract has logged. */
async function ofAccount(chain: Chain, deal: DealFacts, account: Address): Promise<Deposit[]> {
  const ledger = ledgerOf(deal);
  // Other Deals may be older than this one; a provider that allows no such range tells of this one.
  const { holders } = await lockers(chain, ledger, { account }, 0n).catch(() => ({ holders: [deal.address] }));
  return [await depositOf(chain, ledger, account, holders)];
}

function ledgerOf({ deposits, terms }: DealFacts): { readonly deposits: Address; readonly token: Address } {
  return { deposits, token: terms.collateralToken };
}

function depositLines({ account, free, locked, cooling }: Deposit, deal: DealFacts, now: number): Printable[] {
  const token = deal.terms.collateralToken;
  const shown = (amount: bigint): string => (token === zeroAddress ? etherText(amount) : `${amount} units of ${token}`);
  const here = (holder: Address): string => (holder === deal.address ? "this Deal" : `the Deal ${holder}`);
  return [
    text`${account}`,
    ...locked.map(({ holder, amount }) => text`  locked       ${shown(amount)} for ${here(holder)}`),
    ...cooling.map(({ amount, availableAt }) => {
      const when = availableAt > now ? `free in ${durationText(availableAt - now)}` : "can be taken out";
      return text`  cooling off  ${shown(amount)}, ${when}`;
    }),
    text`  free         ${shown(free)}`,
  ];
}
