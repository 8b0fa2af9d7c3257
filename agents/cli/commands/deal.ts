/** `deal create | show | fund | close | withdraw`. What they need is loaded when they run. */
import type { Command } from "commander";
import type { CreateOptions } from "../actions/deal-create.ts";
import type { CustomerOptions } from "../actions/deal-customer.ts";
import { guarded } from "../failure.ts";
import { PROGRAM, READING, SENDING, type SettingOptions, withSettings } from "../options/settings.ts";

/** Help for `--dry-run`. */
const DRY_RUN = "tell what would be sent, and send nothing";

/** Adds the commands. */
export function addDeal(program: Command): void {
  const deal = program.command("deal").description("a customer's Deal: create, show, fund, close, withdraw");
  withSettings(deal.command("create"), [...SENDING, ...PROGRAM, "deployment"])
    .description("deploy a Deal for a module, over the contracts that deploy has noted")
    .requiredOption("--terms <file>", "a file with the terms, or one of the project's: quick, local, sepolia")
    .option("--sequencer <address>", "who submits fragments (default: what the terms say, or the account)")
    .option("--save", "write the Deal's address into the file of settings")
    .option("--accept-risk", "create it although the terms break a rule")
    .option("--dry-run", "explain and check the terms, and deploy nothing")
    .addHelpText("after", "\nExample: arbiter deal create --terms terms.json --module my.wasm --save")
    .action((options: CreateOptions) =>
      guarded(async () => (await import("../actions/deal-create.ts")).createDeal(options), options.json),
    );
  withSettings(deal.command("show"), [...READING, "deal"])
    .description("terms, contracts, money and progress of a Deal, from its address alone")
    .action((options: SettingOptions) =>
      guarded(async () => (await import("../actions/deal-show.ts")).showDeal(options), options.json),
    );
  withSettings(deal.command("fund"), [...SENDING, "deal"])
    .description("pay into a Deal; anybody may")
    .argument("<amount>", 'as in "0.5 ether"; a token in its smallest unit')
    .option("--dry-run", DRY_RUN)
    .action((amount: string, options: CustomerOptions) =>
      guarded(async () => (await import("../actions/deal-customer.ts")).fundDeal(amount, options), options.json),
    );
  withSettings(deal.command("close"), [...SENDING, "deal"])
    .description("take no more fragments and workers; what is submitted may be claimed until the notice ends")
    .option("--dry-run", DRY_RUN)
    .action((options: CustomerOptions) =>
      guarded(async () => (await import("../actions/deal-customer.ts")).closeDeal(options), options.json),
    );
  withSettings(deal.command("withdraw"), [...SENDING, "deal"])
    .description("take out what is not reserved for pending claims")
    .argument("[amount]", "how much (default: all of it)")
    .option("--to <address>", "who gets it (default: the account)")
    .option("--dry-run", DRY_RUN)
    .action((amount: string | undefined, options: CustomerOptions) =>
      guarded(async () => (await import("../actions/deal-customer.ts")).withdrawFunds(amount, options), options.json),
    );
}
