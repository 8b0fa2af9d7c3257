/** The flags of the settings that a command takes (agents/config/settings.ts). */
import type { Command } from "commander";
import { type Setting, type SettingName, SETTINGS } from "../../config/settings.ts";

/** Options as commander gives them. */
export interface SettingOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly [key: string]: unknown;
}

/** What every command needs that reads a chain. */
export const READING: readonly SettingName[] = ["chainId", "endpoints"];

/** What every command needs that sends to one. */
export const SENDING: readonly SettingName[] = [...READING, "account", "passwordFile"];

/** What names a program. */
export const PROGRAM: readonly SettingName[] = ["module", "convention", "links", "allowMissingImports", "maxMemory"];

/** What every service takes. */
export const SERVING: readonly SettingName[] = [...SENDING, "deal", ...PROGRAM, "data", "interval", "healthPort"];

/** Help for `--dry-run` of a service. */
export const REHEARSE = "decide and try everything, tell what would be sent, and send nothing";

const append = (value: string, list: readonly string[] | undefined): string[] => [...(list ?? []), value];

/** What `--json` does in a service. */
export const LOGS_JSON = "log on stdout, a JSON object a line";

/**
 * Adds `--config`, `--json`, and the flags of settings.
 *
 * @param json what `--json` does
 */
export function withSettings(
  command: Command,
  names: readonly SettingName[],
  json = "print one JSON object on stdout",
): Command {
  command.option("--config <file>", "the file of settings (default: arbiter.json, if it is there)");
  for (const name of names) {
    const setting: Setting = SETTINGS[name];
    const { flag, help, kind } = setting;
    if (kind === "list") command.option(flag, `${help} (any number of them)`, append);
    else command.option(flag, help);
  }
  return command.option("--json", json);
}
