/** `config show`: the settings in force. What it needs is loaded when it runs. */
import type { Command } from "commander";
import { SETTING_NAMES } from "../../config/settings.ts";
import { guarded } from "../failure.ts";
import { type SettingOptions, withSettings } from "../options/settings.ts";

/** Adds the command. */
export function addConfig(program: Command): void {
  const config = program.command("config").description("the settings that commands share");
  withSettings(config.command("show"), SETTING_NAMES)
    .description("print the settings in force and where each was said; secrets are hidden")
    .addHelpText(
      "after",
      "\nA flag goes before the environment, the environment before the file; docs/arbiter.schema.json describes the file.",
    )
    .action((options: SettingOptions) =>
      guarded(async () => (await import("../actions/config.ts")).showConfig(options), options.json),
    );
}
