/**
 * Transactions as a user writes them, in JSON:
 *
 *     payload convention: [{"payload": "text or 0x and hexadecimal digits", "fuel": 100000}, …]
 *     typed convention:   [{"export": "name", "args": ["1", "-2"]}, …]
 *
 * `fuel` (a number or a decimal string) and `keep` (a boolean) are optional in both. An integer is decimal or hexadecimal text, a float
 * what `float-text.ts` reads; a number of JSON may stand for its text, unless it is an integer that JSON cannot hold exactly.
 */
import { isCallable, type NumberType, type TypedExport } from "./drivers/typed.ts";
import { TransactionError } from "./errors.ts";
import { parseFloatText } from "./float-text.ts";
import { encodeTypedPayload, type Transaction } from "./transactions.ts";

/** What decides how a payload is written. */
export type ConventionExports =
  { readonly convention: "payload" } | { readonly convention: "typed"; readonly exports: readonly TypedExport[] };

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
  const known = target.convention === "typed" ? ["export", "args", "fuel", "keep"] : ["payload", "fuel", "keep"];
  for (const key of Object.keys(item)) {
    if (!known.includes(key)) {
      throw new TransactionError(
        place,
        `unknown field "${key}", expected ${known.join(", ")} (${target.convention} convention)`,
      );
    }
  }
  const fields = item as Readonly<Record<string, unknown>>;
  const payload =
    target.convention === "typed" ? typedPayload(fields, place, target.exports) : textPayload(fields["payload"], place);
  return { fuel: parseFuel(fields["fuel"], place, defaultFuel), keep: parseKeep(fields["keep"], place), payload };
}

function textPayload(payload: unknown, place: string): Uint8Array {
  if (typeof payload !== "string") {
    throw new TransactionError(place, `"payload" must be a string, found ${describe(payload)}`);
  }
  if (!payload.startsWith("0x")) return new TextEncoder().encode(payload);
  const digits = payload.slice(2);
  if (!/^([0-9a-fA-F]{2})*$/.test(digits)) {
    throw new TransactionError(place, `"payload" begins with 0x but is not an even number of hexadecimal digits`);
  }
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function typedPayload(
  fields: Readonly<Record<string, unknown>>,
  place: string,
  exports: readonly TypedExport[],
): Uint8Array {
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
 * @throws TransactionError if there is no such export, or an argument is missing, superfluous or out of range
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

/** Decimal, or hexadecimal behind 0x, with an optional minus. */
function parseInteger(text: string): bigint | undefined {
  const match = /^(-?)(\d+|0x[0-9a-fA-F]+)$/.exec(text);
  if (match?.[2] === undefined) return undefined;
  const value = BigInt(match[2]);
  return match[1] === "-" ? -value : value;
}

function parseFuel(fuel: unknown, place: string, defaultFuel: bigint): bigint {
  if (fuel === undefined) return defaultFuel;
  const value =
    typeof fuel === "number" && Number.isSafeInteger(fuel)
      ? BigInt(fuel)
      : typeof fuel === "string" && /^\d+$/.test(fuel)
        ? BigInt(fuel)
        : undefined;
  if (value === undefined || value < 0n || value >= 1n << 64n) {
    throw new TransactionError(place, `"fuel" must be a whole number of steps below 2^64, found ${describe(fuel)}`);
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
