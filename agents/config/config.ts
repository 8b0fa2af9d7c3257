/**
 * The settings that are in force: what the file says, unless the environment says something else,
 * unless a flag does.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { Problem } from "../../verifier/errors.ts";
import { type SettingValues, settingsSchema } from "./schema.ts";
import {
  DEFAULT_FILE,
  FILE_VARIABLE,
  optionKey,
  type Setting,
  type SettingName,
  SETTING_NAMES,
  SETTINGS,
} from "./settings.ts";

/** A setting is wrong, or missing. */
export class ConfigProblem extends Problem {
  override readonly name = "ConfigProblem";
}

/** Where settings come from. */
export interface Sources {
  /** The file that a flag names. */
  readonly file?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Options as commander gives them, by {@link optionKey}. */
  readonly flags: Readonly<Record<string, unknown>>;
  /** The folder in which the command was typed. */
  readonly folder: string;
}

/** What one source says. */
interface Said {
  readonly value: unknown;
  /** For messages: `--deal`, `ARBITER_DEAL`, `deal in arbiter.json`. */
  readonly place: string;
  /** What relative paths are relative to. */
  readonly folder: string;
}

/** Settings in force, and where each was said. */
export class Config {
  readonly values: SettingValues;
  readonly #places: ReadonlyMap<SettingName, string>;

  constructor(values: SettingValues, places: ReadonlyMap<SettingName, string>) {
    this.values = values;
    this.#places = places;
  }

  /** Where a setting was said; undefined if nowhere. */
  placeOf(name: SettingName): string | undefined {
    return this.#places.get(name);
  }

  /** A setting that a command cannot do without. */
  need<Name extends SettingName>(name: Name): NonNullable<SettingValues[Name]> {
    const value = this.values[name];
    if (value !== undefined) return value;
    const { flag, environment, help } = SETTINGS[name];
    throw new ConfigProblem(`${name} is missing: ${help}`, {
      hint: `give ${flag}, or ${environment} in the environment, or "${name}" in ${DEFAULT_FILE}`,
    });
  }
}

/** Reads all sources. */
export function readConfig({ file, environment, flags, folder }: Sources): Config {
  const named = file ?? environment[FILE_VARIABLE];
  const path = resolve(folder, named ?? DEFAULT_FILE);
  const content = named !== undefined || existsSync(path) ? fileOf(path, named ?? DEFAULT_FILE) : {};
  const said = new Map<SettingName, Said>();
  for (const name of SETTING_NAMES) {
    const setting: Setting = SETTINGS[name];
    const variable = environment[setting.environment];
    const flag = flags[optionKey(setting)];
    const [label = ""] = setting.flag.split(" ");
    if (flag !== undefined && !isEmpty(flag)) {
      said.set(name, { value: typeof flag === "string" ? parsed(flag, setting) : flag, place: label, folder });
    } else if (variable !== undefined && variable !== "") {
      said.set(name, { value: parsed(variable, setting), place: setting.environment, folder });
    } else if (name in content) {
      const value = content[name];
      said.set(name, { value, place: `${name} in ${named ?? DEFAULT_FILE}`, folder: dirname(path) });
    }
  }
  return checked(said);
}

const isEmpty = (flag: unknown): boolean => Array.isArray(flag) && flag.length === 0;

/** A setting from a text; what is no number stays a text, and is refused with its place. */
function parsed(value: string, { kind }: Setting): unknown {
  if (kind === "list") return value.split(",").map((part) => part.trim());
  if (kind === "switch") return value === "1" || value === "true" ? true : value === "0" ? false : value;
  return kind === "number" && /^\d+(\.\d+)?$/.test(value) ? Number(value) : value;
}

function fileOf(path: string, name: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    const why = isMissing ? "there is no such file" : cause instanceof Error ? cause.message : String(cause);
    throw new ConfigProblem(`cannot read the settings ${name}: ${why}`, { cause });
  }
  const known = new Set<string>(["$schema", ...SETTING_NAMES]);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new ConfigProblem(`the settings ${name} are no JSON object`);
  const unknown = Object.keys(value).find((key) => !known.has(key));
  if (unknown !== undefined) {
    const hint = `the settings are ${SETTING_NAMES.join(", ")}`;
    throw new ConfigProblem(`"${unknown}" in ${name} is no setting`, { hint });
  }
  return value as Readonly<Record<string, unknown>>;
}

function checked(said: ReadonlyMap<SettingName, Said>): Config {
  const result = settingsSchema.safeParse(Object.fromEntries([...said].map(([name, { value }]) => [name, value])));
  if (!result.success) {
    const [issue] = result.error.issues;
    const [name, index] = issue?.path ?? [];
    const place = said.get(name as SettingName)?.place ?? String(name);
    const which = index === undefined ? "" : `, number ${Number(index) + 1},`;
    throw new ConfigProblem(`${place}${which} ${issue?.message ?? "is wrong"}`);
  }
  const values = Object.fromEntries(
    Object.entries(result.data).map(([name, value]) => [name, located(name as SettingName, value, said)]),
  ) as SettingValues;
  return new Config(values, new Map([...said].map(([name, { place }]) => [name, place])));
}

/** What names a file, as a path that holds wherever the command runs. */
function located(name: SettingName, value: unknown, said: ReadonlyMap<SettingName, Said>): unknown {
  const folder = said.get(name)?.folder ?? "";
  if (name === "links") {
    return (value as readonly string[]).map((link) => {
      const [module = "", ...file] = link.split("=");
      return `${module}=${resolve(folder, file.join("="))}`;
    });
  }
  if (name === "account") {
    const [, scheme, path] = /^(keystore|file):(.+)$/.exec(value as string) ?? [];
    return scheme === undefined || path === undefined ? value : `${scheme}:${resolve(folder, path)}`;
  }
  return SETTINGS[name].kind === "path" ? resolve(folder, value as string) : value;
}
