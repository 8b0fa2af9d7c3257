/** The settings that are in force for a command. */
import { readFileSync } from "node:fs";
import { type Config, readConfig } from "../config/config.ts";
import type { SettingOptions } from "./options/settings.ts";
import { readUserFile, userPath } from "./user-file.ts";

/** Reads them from the file, the environment and the command's options. */
export function configOf(options: SettingOptions): Config {
  return readConfig({ file: options.config, environment: process.env, flags: options, folder: userPath(".") });
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
