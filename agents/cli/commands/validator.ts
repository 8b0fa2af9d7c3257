/** `validator`: watches a Deal and disputes what is wrong. What it needs is loaded when it runs. */
import type { Command } from "commander";
import { guarded } from "../failure.ts";
import { withEngine } from "../options/engine.ts";
import { LOGS_JSON, PROGRAM, SENDING, withSettings } from "../options/settings.ts";
import type { ServiceOptions } from "../serving.ts";

/** Adds the command. */
export function addValidator(program: Command): void {
  withSettings(
    withEngine(program.command("validator")),
    [...SENDING, "deal", ...PROGRAM, "interval", "healthPort", "privateEndpoint"],
    LOGS_JSON,
  )
    .description("replay every fragment, challenge wrong claims, play their disputes; until SIGINT or SIGTERM")
    .addHelpText("after", "\nExample: arbiter validator --module my.wasm --account keystore:validator.json")
    .action((options: ServiceOptions) =>
      guarded(async () => (await import("../actions/validator.ts")).validate(options), options.json),
    );
}
