/** `money` and `withdraw`. What they need is loaded when they run. */
import type { Command } from "commander";
import type { WithdrawOptions } from "../actions/money.ts";
import { guarded } from "../failure.ts";
import { SENDING, type SettingOptions, withSettings } from "../options/settings.ts";

/** Adds the commands. */
export function addMoney(program: Command): void {
  withSettings(program.command("money"), [...SENDING, "deal"])
    .description("what an account has in every ledger: wallet, deposits, Deal, tournament")
    .argument("[address]", "whose (default: the account's)")
    .action((address: string | undefined, options: SettingOptions) =>
      guarded(async () => (await import("../actions/money.ts")).showMoney(address, options), options.json),
    );
  withSettings(program.command("withdraw"), [...SENDING, "deal"])
    .description("take out all that is the account's and locked by nothing, from every ledger")
    .option("--to <address>", "who gets it (default: the account)")
    .option("--dry-run", "tell what would be sent, and send nothing")
    .action((options: WithdrawOptions) =>
      guarded(async () => (await import("../actions/money.ts")).withdraw(options), options.json),
    );
}
