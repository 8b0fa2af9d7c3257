/**
 * Floats as text: what WebAssembly's text format allows (core specification, section 6.3.2),
 * rounded once and exactly. `1.5`, `-0`, `6.02e23`, `0x1.8p-3`, `inf`, `nan` (the canonical one),
 * `nan:0x200000` (the fraction of another).
 */
import { CANONICAL_NAN, toNumber } from "../machine/floats.ts";

type Width = 32 | 64;

interface Format {
  /** Digits of a fraction in bits, with the one before the point. */
  readonly precision: bigint;
  /** The exponent of the least number above zero. */
  readonly least: bigint;
  /** The bits of infinity. */
  readonly infinity: bigint;
}

const FORMATS: Readonly<Record<Width, Format>> = {
  32: { precision: 24n, least: -149n, infinity: 0x7f80_0000n },
  64: { precision: 53n, least: -1074n, infinity: 0x7ff0_0000_0000_0000n },
};

/** No exponent beyond this changes what a text of reasonable length stands for. */
const EXPONENT_LIMIT = 10_000;

const DECIMAL = /^(\d(?:_?\d)*)(?:\.((?:\d(?:_?\d)*)?))?(?:[eE]([+-]?\d(?:_?\d)*))?$/;
const HEXADECIMAL =
  /^0x([\da-fA-F](?:_?[\da-fA-F])*)(?:\.((?:[\da-fA-F](?:_?[\da-fA-F])*)?))?(?:[pP]([+-]?\d(?:_?\d)*))?$/;

/**
 * The bits of a literal; undefined if the text is none, or stands for a number that is out of
 * range.
 */
export function parseFloatText(text: string, width: Width): bigint | undefined {
  const isNegative = text.startsWith("-");
  const magnitude = parseMagnitude(/^[+-]/.test(text) ? text.slice(1) : text, width);
  if (magnitude === undefined) return undefined;
  return isNegative ? magnitude | (1n << BigInt(width - 1)) : magnitude;
}

function parseMagnitude(text: string, width: Width): bigint | undefined {
  const { infinity } = FORMATS[width];
  if (text === "inf") return infinity;
  if (text === "nan") return CANONICAL_NAN[width];
  const payload = /^nan:(0x[\da-fA-F]+(?:_[\da-fA-F]+)*)$/.exec(text)?.[1];
  if (payload !== undefined) {
    const fraction = BigInt(payload.replaceAll("_", ""));
    const isFraction = fraction > 0n && fraction < 1n << (FORMATS[width].precision - 1n);
    return isFraction ? infinity | fraction : undefined;
  }
  const hexadecimal = HEXADECIMAL.exec(text);
  const match = hexadecimal ?? DECIMAL.exec(text);
  if (match === null) return undefined;
  const [whole = "", fraction = "", exponent = "0"] = match
    .slice(1)
    .map((part) => (part as string | undefined)?.replaceAll("_", ""));
  const digits = BigInt(`${hexadecimal === null ? "" : "0x"}${whole}${fraction}`);
  if (digits === 0n) return 0n;
  const scale = Math.max(-EXPONENT_LIMIT, Math.min(EXPONENT_LIMIT, Number(exponent)));
  return hexadecimal === null
    ? round(digits, 10n, BigInt(scale - fraction.length), width)
    : round(digits, 2n, BigInt(scale - 4 * fraction.length), width);
}

const length = (value: bigint): bigint => BigInt(value.toString(2).length);

/**
 * The bits of digits × base^exponent, to the nearest, ties to even; undefined if that is infinite.
 */
function round(digits: bigint, base: bigint, exponent: bigint, width: Width): bigint | undefined {
  const { precision, least, infinity } = FORMATS[width];
  const numerator = exponent > 0n ? digits * base ** exponent : digits;
  const denominator = exponent < 0n ? base ** -exponent : 1n;
  // The quotient has `precision` bits, or one more where the estimate is one too low.
  const estimate = length(numerator) - length(denominator) - precision;
  const quotient = divide(numerator, denominator, estimate < least ? least : estimate);
  const at = length(quotient.whole) > precision ? estimate + 1n : estimate;
  const unit = at < least ? least : at;
  const { whole, doubled, divisor } = divide(numerator, denominator, unit);
  const up = doubled > divisor || (doubled === divisor && whole % 2n === 1n);
  // The leading one of a normal number counts as one more in the exponent, and so does a carry out
  // of the fraction.
  const bits = ((unit - least) << (precision - 1n)) + whole + (up ? 1n : 0n);
  return bits < infinity ? bits : undefined;
}

/**
 * numerator ÷ (denominator × 2^unit): the whole part, twice the rest, and what that is to be
 * compared with.
 */
function divide(
  numerator: bigint,
  denominator: bigint,
  unit: bigint,
): { whole: bigint; doubled: bigint; divisor: bigint } {
  const dividend = unit < 0n ? numerator << -unit : numerator;
  const divisor = unit > 0n ? denominator << unit : denominator;
  return { whole: dividend / divisor, doubled: 2n * (dividend % divisor), divisor };
}

/** The shortest decimal text that stands for the bits; {@link parseFloatText} gives them back. */
export function formatFloat(bits: bigint, width: Width): string {
  const { infinity } = FORMATS[width];
  const magnitude = BigInt.asUintN(width - 1, bits);
  const sign = magnitude === bits ? "" : "-";
  if (magnitude === infinity) return `${sign}inf`;
  if (magnitude === CANONICAL_NAN[width]) return `${sign}nan`;
  if (magnitude > infinity) return `${sign}nan:0x${(magnitude - infinity).toString(16)}`;
  const value = toNumber(magnitude, width);
  return sign + (width === 64 ? String(value) : shortest(value));
}

/** Nine digits tell any two f32 apart. */
function shortest(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return String(candidate);
  }
  return String(Number(value.toPrecision(9)));
}
