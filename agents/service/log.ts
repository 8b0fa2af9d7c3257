/**
 * The log of a service: a JSON object a line (pino). Whatever is logged, no line has a key or a
 * password in it, and of a URL only its host: providers' keys are in its path.
 */
import { type DestinationStream, type Logger, pino, stdSerializers } from "pino";
import { escapedJson } from "../../verifier/printable.ts";
import { withBareUrls } from "./bare-urls.ts";

/** How a log is kept. */
export interface LogOptions {
  /** The least that is logged: `debug`, `info`, `warn` or `error`. */
  readonly level?: string;
  /** Texts that are hidden wherever they come up: passwords, keys of providers. */
  readonly secrets?: readonly string[];
  /** Else standard output. */
  readonly destination?: DestinationStream;
}

/** Properties that are hidden, at the top and one object below. */
const HIDDEN = ["key", "privateKey", "password", "mnemonic", "secret", "salt", "authorization", "raw"];

const CENSOR = "[hidden]";

/** Begins a log. */
export function serviceLog({ level = "info", secrets = [], destination }: LogOptions = {}): Logger {
  const options = {
    level,
    redact: { paths: HIDDEN.flatMap((name) => [name, `*.${name}`]), censor: CENSOR },
    serializers: { err: stdSerializers.errWithCause },
    timestamp: pino.stdTimeFunctions.isoTime,
    // The process's name and number say nothing that its supervisor doesn't know.
    base: null,
    hooks: { streamWrite: (line: string) => `${clean(line.trimEnd(), secrets)}\n` },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** A line without secrets, and fit for a terminal. */
function clean(line: string, secrets: readonly string[]): string {
  const bare = withBareUrls(line);
  return escapedJson(secrets.filter((secret) => secret !== "").reduce((text, secret) => hide(text, secret), bare));
}

/** In the line a secret is written as JSON has it. */
function hide(text: string, secret: string): string {
  return text.replaceAll(JSON.stringify(secret).slice(1, -1), CENSOR);
}
