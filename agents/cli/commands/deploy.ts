/** `deploy`: puts the contracts that Deals share on a chain. What it needs is loaded when it runs. */
import type { Command } from "commander";
import type { DeployOptions } from "../actions/deploy.ts";
import { guarded } from "../failure.ts";
import { SENDING, withSettings } from "../options/settings.ts";

/** Adds the command. */
export function addDeploy(program: Command): void {
  const command = program
    .command("deploy")
    .description("deploy the contracts that Deals share: step verifier, Arbiter with its Tournament, Deposits")
    .requiredOption("--parameters <file>", "a file of parameters, or one of the project's: quick, local, sepolia")
    .option("--accept-risk", "deploy although the parameters break a rule")
    .option("--dry-run", "explain and check the parameters, and deploy nothing");
  withSettings(command, [...SENDING, "deployment"])
    .addHelpText(
      "after",
      "\nWhat is deployed is noted in the file of --deployment: called again, it goes on where it stopped." +
        "\n\nExample: arbiter deploy --parameters sepolia --account keystore:deployer.json",
    )
    .action((options: DeployOptions) =>
      guarded(async () => (await import("../actions/deploy.ts")).deploy(options), options.json),
    );
}
