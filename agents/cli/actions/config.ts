/** What `config show` does: prints the settings in force. */
import { SETTING_NAMES } from "../../config/settings.ts";
import { shownValue } from "../../config/shown.ts";
import { stdout } from "../channels.ts";
import { factLines } from "../facts.ts";
import { ExitCode } from "../failure.ts";
import type { SettingOptions } from "../options/settings.ts";
import { text } from "../printable.ts";
import { configOf } from "../settings.ts";

/** Does what the command says, and gives the exit code. */
export function showConfig(options: SettingOptions): number {
  const config = configOf(options);
  const said = SETTING_NAMES.filter((name) => config.values[name] !== undefined);
  const rows = said.map((name) => ({
    name,
    value: shownValue(name, config.values[name]),
    place: config.placeOf(name) ?? "",
  }));
  if (options.json === true) {
    stdout.json(Object.fromEntries(rows.map(({ name, value, place }) => [name, { value, from: place }])));
    return ExitCode.success;
  }
  const shown = (value: unknown): string => (Array.isArray(value) ? value.join(", ") : String(value));
  if (rows.length === 0) stdout.line(text`nothing is set`);
  for (const line of factLines(rows.map(({ name, value, place }) => [name, text`${shown(value)}  (${place})`])))
    stdout.line(line);
  return ExitCode.success;
}
