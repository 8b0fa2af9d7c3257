/** `validator`: watches a Deal and disputes what is wrong. What it needs is loaded when it runs. */
import { type Command, Option } from "commander";
import type { ValidatorOptions } from "../actions/validator.ts";
import { guarded } from "../failure.ts";
import { withEngine } from "../options/engine.ts";
import { LOGS_JSON, REHEARSE, SERVING, withSettings } from "../options/settings.ts";
import { MODES } from "../../validator/modes.ts";

/** Adds the command. */
export function addValidator(program: Command): void {
  const mode = new Option(
    "--mode <name>",
    "watch: replay and tell, without an account; defend: play in disputes where somebody stands for what this machine computes; full: challenge wrong claims, too",
  );
  withSettings(withEngine(program.command("validator")), [...SERVING, "privateEndpoint"], LOGS_JSON)
    .description("replay every fragment, challenge wrong claims, play their disputes; until SIGINT or SIGTERM")
    .addOption(mode.choices(MODES).default("full"))
    .option("--dry-run", REHEARSE)
    .addHelpText("after", "\nExample: arbiter validator --module my.wasm --account keystore:validator.json")
    .action((options: ValidatorOptions) =>
      guarded(async () => (await import("../actions/validator.ts")).validate(options), options.json),
    );
}
