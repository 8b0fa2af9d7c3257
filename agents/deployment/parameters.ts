/**
 * Files of parameters: of the shared contracts, and of a Deal. `deploy/parameters/` has some, which
 * Ignition reads too.
 */
import { z } from "zod";
import { amountOf, secondsOf } from "../config/amounts.ts";
import { Problem } from "../../verifier/errors.ts";

const wei = z.unknown().transform((value, context): bigint => {
  const amount = amountOf(value);
  if (amount !== undefined) return amount;
  context.addIssue(`is no amount: "0.1 ether", "50 gwei", or a whole number in the smallest unit`);
  return z.NEVER;
});

const seconds = z.unknown().transform((value, context): number => {
  const duration = secondsOf(value);
  if (duration !== undefined) return duration;
  context.addIssue(`is no duration: "90 s", "10 min", "4 h", "7 d", or whole seconds`);
  return z.NEVER;
});

const whole = (least: number, greatest: number): z.ZodType<number> =>
  z.number(`is a whole number from ${least} to ${greatest}`).int().min(least).max(greatest);

const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, "is no address: 0x and 40 hexadecimal digits")
  .transform((value): `0x${string}` => value.toLowerCase() as `0x${string}`);

const arbiterSchema = z.strictObject({
  period: seconds,
  grace: seconds,
  heights: z.array(whole(3, 60)),
  bonds: z.array(wei),
  bounty: wei,
});

const depositsSchema = z.strictObject({ coolingOff: seconds });

const dealSchema = z.strictObject({
  customer: address.optional(),
  sequencer: address.optional(),
  budget: wei,
  collateralToken: address.optional(),
  collateral: wei,
  paymentToken: address.optional(),
  price: wei,
  reporterShare: whole(0, 2_500),
  maxWorkers: whole(1, 16),
  maxPending: whole(1, 64),
  maxPendingSteps: wei,
  maxInput: whole(1, 65_536),
  notice: seconds,
});

/** Parameters of the contracts that Deals share. */
export interface SharedParameters {
  /** `Params` of `ITournament.sol`; times in seconds, amounts in wei. */
  readonly arbiter: z.output<typeof arbiterSchema>;
  /** Seconds between a release and the free balance. */
  readonly coolingOff: number;
}

/**
 * Terms of a Deal as a file has them: without the program, and without contracts. Amounts in the
 * tokens' smallest units, `budget` and
 * `maxPendingSteps` in steps.
 */
export type TermsFile = z.output<typeof dealSchema>;

/** A file of parameters is not what it should be. */
export class ParametersProblem extends Problem {
  override readonly name = "ParametersProblem";
}

/**
 * The sections `Arbiter` and `Deposits` of a file's text.
 * @param name - of the file, for errors
 */
export function sharedParameters(text: string, name: string): SharedParameters {
  const file = objectOf(text, name);
  const arbiter = section(arbiterSchema, file["Arbiter"], `Arbiter in ${name}`);
  return { arbiter, coolingOff: section(depositsSchema, file["Deposits"], `Deposits in ${name}`).coolingOff };
}

/**
 * The terms in a file's text: its section `Deal`, or all of it.
 * @param name - of the file, for errors
 */
export function termsFile(text: string, name: string): TermsFile {
  const file = objectOf(text, name);
  return "Deal" in file ? section(dealSchema, file["Deal"], `Deal in ${name}`) : section(dealSchema, file, name);
}

function objectOf(text: string, name: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ParametersProblem(`${name} is no JSON: ${cause instanceof Error ? cause.message : ""}`, { cause });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new ParametersProblem(`${name} is no JSON object`);
}

function section<T>(schema: z.ZodType<T>, value: unknown, name: string): T {
  if (value === undefined) throw new ParametersProblem(`there is no section ${name}`);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (issue?.code === "unrecognized_keys") throw new ParametersProblem(`${name} has no ${issue.keys.join(", ")}`);
  const path = issue?.path.join(".") ?? "";
  const isMissing = path !== "" && !(String(issue?.path[0]) in (value as object));
  throw new ParametersProblem(
    `${path}${path === "" ? "" : " of "}${name} ${isMissing ? "is missing" : issue?.message}`,
  );
}
