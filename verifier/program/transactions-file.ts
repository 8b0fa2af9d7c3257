/**
 * Transactions as a user writes them, in JSON:
 *
 *     payload convention: [{"payload": "text or 0x and hexadecimal digits", "fuel": 100000}, …]
 *     typed convention:   [{"export": "name", "args": ["1", "-2"]}, …]
 *     command convention: [{"args": ["program", "-v"], "env": {"HOME": "/"}, "files": {"data/in.txt": "text or 0x…"},
 *                           "stdin": "text or 0x…", "clock": "nanoseconds since 1970", "seed": "0x and 64 digits"}]
 *
 * `fuel` (a number or a decimal string) and `keep` (a boolean) are optional in all, and so is every
 * field of a command. An integer is decimal or hexadecimal text, a float what `float-text.ts`
 * reads; a number of JSON may stand for its text, unless it is an integer that JSON cannot hold
 * exactly.
 */
import { isCallable, type NumberType, type TypedExport } from "./drivers/typed.ts";
import { TransactionError } from "./errors.ts";
import { parseFloatText } from "./float-text.ts";
import { encodeTypedPayload, type Transaction } from "./transactions.ts";
import { EMPTY_INPUT, encodeCommand } from "./wasi/command.ts";

/** What decides how a payload is written. */
export type ConventionExports =
  | { readonly convention: "payload" | "command" }
  | { readonly convention: "typed"; readonly exports: readonly TypedExport[] };

/** Fuel of a transaction that does not say how much it wants. */
export const DEFAULT_FUEL = 10_000_000n;

/**
 * Reads the content of a transactions file.
 * @throws TransactionError that names the transaction and what is wrong with it
 */
export function parseTransactions(text: string, target: ConventionExports, defaultFuel = DEFAULT_FUEL): Transaction[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new TransactionError("", `the transactions are no JSON: ${error instanceof Error ? error.message : "?"}`);
  }
  if (!Array.isArray(json)) throw new TransactionError("", `the transactions are no list but ${describe(json)}`);
  return json.map((item: unknown, i) => parseTransaction(item, `transaction ${i}`, target, defaultFuel));
}

function parseTransaction(item: unknown, place: string, target: ConventionExports, defaultFuel: bigint): Transaction {
  if (typeof item !== "object" || item === null || Array.isArray(item)) {
    throw new TransactionError(place, `expected an object, found ${describe(item)}`);
  }
  const known = [...FIELDS[target.convention], "fuel", "keep"];
  for (const key of Object.keys(item)) {
    if (!known.includes(key)) {
      throw new TransactionError(
        place,
        `unknown field "${key}", expected ${known.join(", ")} (${target.convention} convention)`,
      );
    }
  }
  const fields = item as Readonly<Record<string, unknown>>;
  const payload = payloadOf(fields, place, target);
  return { fuel: parseFuel(fields["fuel"], place, defaultFuel), keep: parseKeep(fields["keep"], place), payload };
}

/** What a transaction may say of its payload. */
const FIELDS: Readonly<Record<ConventionExports["convention"], readonly string[]>> = {
  payload: ["payload"],
  typed: ["export", "args"],
  command: ["args", "env", "files", "stdin", "clock", "seed"],
};

type Fields = Readonly<Record<string, unknown>>;

function payloadOf(fields: Fields, place: string, target: ConventionExports): Uint8Array {
  switch (target.convention) {
    case "payload":
      return bytesField(fields["payload"], "payload", place);
    case "typed":
      return typedPayload(fields, place, target.exports);
    case "command":
      return commandPayload(fields, place);
  }
}

function bytesField(value: unknown, name: string, place: string): Uint8Array {
  if (typeof value !== "string") {
    throw new TransactionError(place, `"${name}" must be a string, found ${describe(value)}`);
  }
  if (!value.startsWith("0x")) return new TextEncoder().encode(value);
  const digits = value.slice(2);
  if (!/^([0-9a-fA-F]{2})*$/.test(digits)) {
    throw new TransactionError(place, `"${name}" begins with 0x but is not an even number of hexadecimal digits`);
  }
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function commandPayload(fields: Fields, place: string): Uint8Array {
  const { args = [], env = {}, files = {}, stdin = "", clock, seed } = fields;
  if (!Array.isArray(args) || !args.every((arg) => typeof arg === "string")) {
    throw new TransactionError(place, `"args" must be a list of strings, found ${describe(args)}`);
  }
  const variables = entriesOf(env, "env", place).map(([name, value]): [string, string] => {
    if (typeof value === "string") return [name, value];
    throw new TransactionError(place, `the variable ${name} must be a string, found ${describe(value)}`);
  });
  const contents = entriesOf(files, "files", place);
  try {
    return encodeCommand({
      args,
      environment: new Map(variables),
      files: new Map(contents.map(([path, content]) => [path, bytesField(content, path, "")])),
      stdin: bytesField(stdin, "stdin", ""),
      clock: clock === undefined ? EMPTY_INPUT.clock : wholeNumber(clock, "clock", "nanoseconds", ""),
      seed: seed === undefined ? EMPTY_INPUT.seed : bytesField(seed, "seed", ""),
    });
  } catch (error) {
    if (error instanceof TransactionError) throw new TransactionError(place, error.message);
    throw error;
  }
}

function entriesOf(value: unknown, name: string, place: string): [string, unknown][] {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return Object.entries(value);
  throw new TransactionError(place, `"${name}" must be an object, found ${describe(value)}`);
}

function typedPayload(fields: Fields, place: string, exports: readonly TypedExport[]): Uint8Array {
  const { export: name, args = [] } = fields;
  if (typeof name !== "string") throw new TransactionError(place, `"export" must be a string, found ${describe(name)}`);
  if (!Array.isArray(args)) throw new TransactionError(place, `"args" must be a list, found ${describe(args)}`);
  const texts = args.map((arg: unknown, i) => {
    if (typeof arg === "string") return arg;
    if (typeof arg === "number" && (Number.isSafeInteger(arg) || !Number.isInteger(arg))) {
      return Object.is(arg, -0) ? "-0" : String(arg);
    }
    throw new TransactionError(place, `argument ${i} must be a decimal string, found ${describe(arg)}`);
  });
  return callPayload(exports, name, texts, place);
}

/**
 * Writes the payload of a call from what a user typed.
 * @param place - what the message begins with, for example "transaction 3"; may be empty
 * @throws TransactionError if there is no such export, or an argument is missing, superfluous or
 *   out of range
 */
export function callPayload(
  exports: readonly TypedExport[],
  name: string,
  args: readonly string[],
  place = "",
): Uint8Array {
  const number = exports.findIndex((e) => e.name === name);
  const found = exports[number];
  if (found === undefined) {
    const names = exports.slice(0, 20).map((e) => e.name);
    const list = names.length === 0 ? "none" : names.join(", ") + (exports.length > 20 ? ", …" : "");
    throw new TransactionError(place, `no function "${name}" is exported; exported functions: ${list}`);
  }
  const { params, results } = found.type;
  if (!isCallable(found.type)) {
    const type = `(${params.join(", ")}) → (${results.join(", ")})`;
    throw new TransactionError(place, `"${name}" ${type} cannot be called: only numbers can be passed`);
  }
  if (args.length !== params.length) {
    const expected = params.length === 0 ? "no arguments" : `${params.length} arguments (${params.join(", ")})`;
    throw new TransactionError(place, `"${name}" takes ${expected}, found ${args.length}`);
  }
  const values = found.type.params.map((type, i) =>
    argumentBits(type, args[i] ?? "", `argument ${i} of "${name}"`, place),
  );
  return encodeTypedPayload(number, values);
}

/** The bits of an argument; `what` names it. */
function argumentBits(type: NumberType, text: string, what: string, place: string): bigint {
  const width = type.endsWith("64") ? 64 : 32;
  if (type === "f32" || type === "f64") {
    const bits = parseFloatText(text, width);
    if (bits !== undefined) return bits;
    throw new TransactionError(place, `${what} is no ${type} such as 1.5, -0, 6e23, inf or nan: "${text}"`);
  }
  const value = parseInteger(text);
  if (value === undefined) throw new TransactionError(place, `${what} is no integer: "${text}"`);
  if (value < -(1n << BigInt(width - 1)) || value >= 1n << BigInt(width)) {
    throw new TransactionError(place, `${what} does not fit ${type}: ${text}`);
  }
  return BigInt.asUintN(width, value);
}

/** Decimal, or hexadecimal after 0x, with an optional minus. */
function parseInteger(text: string): bigint | undefined {
  const match = /^(-?)(\d+|0x[0-9a-fA-F]+)$/.exec(text);
  if (match?.[2] === undefined) return undefined;
  const value = BigInt(match[2]);
  return match[1] === "-" ? -value : value;
}

function parseFuel(fuel: unknown, place: string, defaultFuel: bigint): bigint {
  return fuel === undefined ? defaultFuel : wholeNumber(fuel, "fuel", "steps", place);
}

/** A u64, as a number of JSON or as decimal text. */
function wholeNumber(json: unknown, name: string, unit: string, place: string): bigint {
  const isNumber = typeof json === "number" && Number.isSafeInteger(json);
  const isText = typeof json === "string" && /^\d+$/.test(json);
  const value = isNumber || isText ? BigInt(json) : undefined;
  if (value === undefined || value < 0n || value >= 1n << 64n) {
    throw new TransactionError(
      place,
      `"${name}" must be a whole number of ${unit} below 2^64, found ${describe(json)}`,
    );
  }
  return value;
}

function parseKeep(keep: unknown, place: string): boolean {
  if (keep === undefined) return false;
  if (typeof keep !== "boolean")
    throw new TransactionError(place, `"keep" must be true or false, found ${describe(keep)}`);
  return keep;
}

/** A JSON value for a message, cut short. */
function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
