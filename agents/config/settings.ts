/**
 * The settings that commands share: their names in the file, in the environment and among the
 * flags. Without their checks, which need a library: help is quick.
 */

/** How a setting is written. */
export interface Setting {
  /** What it is, for `--help`, the JSON schema and messages; a phrase without a full stop. */
  readonly help: string;
  /** As commander declares it. */
  readonly flag: string;
  readonly environment: string;
  /**
   * `path`: relative to the folder of the file that says it, or to where the command was typed.
   * `list`: several flags, or one variable with commas.
   */
  readonly kind: "text" | "number" | "path" | "list" | "switch";
}

/** Every setting by its name in the file. */
export const SETTINGS = {
  chainId: {
    help: "id of the chain: a node of another chain is refused",
    flag: "--chain-id <number>",
    environment: "ARBITER_CHAIN_ID",
    kind: "number",
  },
  endpoints: {
    help: "JSON-RPC addresses of nodes, http, https, ws or wss; more than half of them must agree",
    flag: "--endpoint <url>",
    environment: "ARBITER_ENDPOINTS",
    kind: "list",
  },
  privateEndpoint: {
    help: "a JSON-RPC address that shows a transaction to nobody before it is mined: claims and challenges go there first (default: none)",
    flag: "--private-endpoint <url>",
    environment: "ARBITER_PRIVATE_ENDPOINT",
    kind: "text",
  },
  account: {
    help: "the key that signs: keystore:FILE, file:FILE, env:NAME, remote:URL#ADDRESS, or local:NUMBER for a test account of a local node",
    flag: "--account <source>",
    environment: "ARBITER_ACCOUNT",
    kind: "text",
  },
  passwordFile: {
    help: "a file whose first line is the keystore's password; without it the password is asked for",
    flag: "--password-file <file>",
    environment: "ARBITER_PASSWORD_FILE",
    kind: "path",
  },
  deployment: {
    help: "the file in which deploy notes what it deployed, and in which deal create looks the addresses up",
    flag: "--deployment <file>",
    environment: "ARBITER_DEPLOYMENT",
    kind: "path",
  },
  deal: {
    help: "address of the Deal; everything else about it is read from the chain",
    flag: "--deal <address>",
    environment: "ARBITER_DEAL",
    kind: "text",
  },
  module: {
    help: "the WebAssembly module that the Deal runs",
    flag: "--module <file>",
    environment: "ARBITER_MODULE",
    kind: "path",
  },
  convention: {
    help: "how transactions reach the module: payload, typed or command (default: the one whose program is the Deal's)",
    flag: "--convention <name>",
    environment: "ARBITER_CONVENTION",
    kind: "text",
  },
  links: {
    help: "further modules, NAME=FILE, in the order in which they are instantiated",
    flag: "--link <name=module>",
    environment: "ARBITER_LINKS",
    kind: "list",
  },
  allowMissingImports: {
    help: "let functions that nothing provides trap when they are called",
    flag: "--allow-missing-imports",
    environment: "ARBITER_ALLOW_MISSING_IMPORTS",
    kind: "switch",
  },
  maxMemory: {
    help: "the most that a memory may grow to, as in 256MiB; part of the program",
    flag: "--max-memory <size>",
    environment: "ARBITER_MAX_MEMORY",
    kind: "text",
  },
  data: {
    help: "the folder in which a service keeps what it must not lose (default: arbiter-data)",
    flag: "--data <folder>",
    environment: "ARBITER_DATA",
    kind: "path",
  },
  interval: {
    help: "seconds between two looks for a new block",
    flag: "--interval <seconds>",
    environment: "ARBITER_INTERVAL",
    kind: "number",
  },
  healthPort: {
    help: "a port of this machine's loopback interface where a service answers /healthz, /readyz and /metrics; 0 for a free one (default: none)",
    flag: "--health-port <port>",
    environment: "ARBITER_HEALTH_PORT",
    kind: "number",
  },
} as const satisfies Record<string, Setting>;

/** Name of a setting. */
export type SettingName = keyof typeof SETTINGS;

/** All names, in the order in which they are shown. */
export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];

/** The file that is read if it is there and no other is named. */
export const DEFAULT_FILE = "arbiter.json";

/** Names another file. */
export const FILE_VARIABLE = "ARBITER_CONFIG";

/** The property under which commander keeps an option's value: `--chain-id <id>` → `chainId`. */
export function optionKey({ flag }: Setting): string {
  const [name = ""] = flag.replace(/^--/, "").split(" ");
  return name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
