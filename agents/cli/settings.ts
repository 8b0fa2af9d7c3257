/** The settings that are in force for a command. */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { type Config, readConfig } from "../config/config.ts";
import { DEFAULT_FILE, FILE_VARIABLE, type SettingName } from "../config/settings.ts";
import type { SettingOptions } from "./options/settings.ts";
import { readUserFile, userPath } from "./user-file.ts";

/** Reads them from the file, the environment and the command's options. */
export function configOf(options: SettingOptions): Config {
  return readConfig({ file: options.config, environment: process.env, flags: options, folder: userPath(".") });
}

/** Writes a setting into the file of settings, and gives the file's path. */
export function saveSetting(options: SettingOptions, name: SettingName, value: string): string {
  const path = userPath(options.config ?? process.env[FILE_VARIABLE] ?? DEFAULT_FILE);
  const content: unknown = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
  const fresh = `${path}.new`;
  writeFileSync(fresh, `${JSON.stringify({ ...(content as object), [name]: value }, null, 2)}\n`);
  renameSync(fresh, path);
  return path;
}

/** Files of parameters that come with the project, by name. */
const SHIPPED = ["quick", "local", "sepolia"] as const;

/** A file of parameters: one of the project's by its name, or the user's. */
export interface ParametersText {
  readonly name: string;
  readonly text: string;
}

/** Reads it. */
export function parametersText(name: string): ParametersText {
  const shipped = SHIPPED.find((known) => known === name);
  if (shipped === undefined) return { name, text: new TextDecoder().decode(readUserFile(name, "file of parameters")) };
  const file = new URL(`../../deploy/parameters/${shipped}.json`, import.meta.url);
  return { name: `${shipped}.json`, text: readFileSync(file, "utf8") };
}
