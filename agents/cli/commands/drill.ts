/** `drill`: a lie on purpose, to see one's own validator act. What it needs is loaded when it runs. */
import type { Command } from "commander";
import { FALSE_CLAIMANTS, LIAR } from "../../players/adversaries/registry.ts";
import type { DrillOptions } from "../actions/drill.ts";
import { guarded } from "../failure.ts";
import { withEngine } from "../options/engine.ts";
import { PROGRAM, SENDING, withSettings } from "../options/settings.ts";

/** Adds the command. */
export function addDrill(program: Command): void {
  withSettings(withEngine(program.command("drill")), [...SENDING, "deal", ...PROGRAM, "data", "interval"])
    .description(
      "lie as a worker of a Deal on a test network, to see that one's own validator acts; it loses its collateral",
    )
    .option("--adversary <name>", `how it plays for the lie: ${FALSE_CLAIMANTS.join(", ")}`, LIAR.name)
    .option("--at-most <amount>", "the most that it may cost, without gas", "0.1 ether")
    .option("--validator <address>", "whose challenge is expected (default: anybody's)")
    .option("--join", "lock the collateral first, if the account has no seat")
    .option("--real-money", "also on a chain that is not known as a test network")
    .option("--yes", "do not ask before it begins")
    .addHelpText(
      "after",
      "\nIt claims falsely the next fragment that nobody has claimed, and defends the claim until it is struck." +
        "\nIf nobody has challenged it after three quarters of the window, it challenges itself, so that no lie is confirmed." +
        "\nExit code 0: a validator has acted; 1: none has; 2: the lie was not struck." +
        '\n\nExample: arbiter drill --at-most "2 ether" --join --module my.wasm --account keystore:drill.json',
    )
    .action((options: DrillOptions) =>
      guarded(async () => (await import("../actions/drill.ts")).drill(options), options.json),
    );
}
