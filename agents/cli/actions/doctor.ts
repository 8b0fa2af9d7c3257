/** What `doctor` does: tells whether this machine, with these settings, can validate the Deal. */
import { Trace } from "../../../verifier/history/trace.ts";
import { runFragment } from "../../../verifier/program/fragment.ts";
import { initialState } from "../../../verifier/state/program.ts";
import { depositsAbi } from "../../../contracts/abi/Deposits.ts";
import { DealLog } from "../../chain/deal-log.ts";
import { type DealFacts, readDeal } from "../../chain/deal-facts.ts";
import { durationText, etherText } from "../../config/amounts.ts";
import { explainTerms } from "../../deployment/explain.ts";
import { requiredPeriod } from "../../game/required-period.ts";
import { commitmentCost } from "../../players/purse.ts";
import { assumedOf } from "../block-time.ts";
import { stdout } from "../channels.ts";
import { connectSigning, type Signing } from "../connection.ts";
import { type DealProgram, programOfDeal } from "../deal-program.ts";
import { ExitCode, UserError } from "../failure.ts";
import { grouped } from "../narrator.ts";
import type { EngineName } from "../options/engine.ts";
import type { SettingOptions } from "../options/settings.ts";
import { text } from "../printable.ts";
import { executorOf } from "../engine.ts";
import { configOf } from "../settings.ts";

/** Options as commander gives them. */
export interface DoctorOptions extends SettingOptions {
  readonly engine: EngineName;
}

/** One thing that was looked at. */
interface Finding {
  readonly name: string;
  /** `unknown`: it could not be measured yet. */
  readonly state: "good" | "bad" | "unknown";
  readonly told: string;
}

/** Does what the command says, and gives the exit code: failure if anything is bad. */
export async function examine(options: DoctorOptions): Promise<number> {
  const config = configOf(options);
  const address = config.need("deal");
  config.need("module");
  const signing = await connectSigning(config);
  const deal = await readDeal(signing.chain, address);
  const built = programOfDeal(config, deal);
  const findings = [
    { name: "endpoints", state: "good", told: `${signing.open.length} answer for chain ${signing.chainId}` } as const,
    { name: "program", state: "good", told: `the Deal's, convention ${built.program.convention}` } as const,
    await clock(signing),
    await contracts(signing, deal),
    await balance(signing, deal),
    ...(await terms(signing, deal)),
    await speed(signing, deal, built, options.engine),
  ];
  const isBad = findings.some(({ state }) => state === "bad");
  if (options.json === true) stdout.json({ findings, isGood: !isBad });
  else for (const { name, state, told } of findings) stdout.line(text`${state.padEnd(8)} ${name.padEnd(10)} ${told}`);
  return isBad ? ExitCode.failure : ExitCode.success;
}

/** Seconds that this machine's clock may be away from the newest block's time, beside a block. */
const SKEW = 30;

async function clock({ chain }: Signing): Promise<Finding> {
  const away = Date.now() / 1000 - (await chain.now());
  const { blockTime } = await assumedOf(chain);
  const state = away > -SKEW && away < SKEW + 4 * blockTime ? "good" : "bad";
  const side = away < 0 ? "ahead of" : "behind";
  return {
    name: "clock",
    state,
    told: `the newest block is ${durationText(Math.abs(away))} ${side} this machine's clock`,
  };
}

async function contracts({ chain }: Signing, { deposits, arbiter, verifier }: DealFacts): Promise<Finding> {
  const codes = await Promise.all([deposits, arbiter, verifier].map((address) => chain.reader.getCode({ address })));
  if (codes.some((code) => code === undefined || code === "0x"))
    return { name: "contracts", state: "bad", told: "a contract that the Deal names is not there" };
  const coolingOff = await chain.reader
    .readContract({ address: deposits, abi: depositsAbi, functionName: "coolingOff" })
    .catch((cause: unknown) => {
      throw new UserError(`${deposits} is no Deposits`, { cause });
    });
  return {
    name: "contracts",
    state: "good",
    told: `all there; collateral cools off for ${durationText(Number(coolingOff))}`,
  };
}

async function balance({ chain, self }: Signing, { params, terms: { maxPending } }: DealFacts): Promise<Finding> {
  const held = await chain.balance(self);
  const one = params.heights.reduce((sum, _, level) => sum + commitmentCost(params, level, 1), 0n);
  const all = one * BigInt(maxPending);
  const wanted = `one dispute may ask for ${etherText(one)}, ${maxPending} at once for ${etherText(all)}`;
  return { name: "balance", state: held >= one ? "good" : "bad", told: `${self} has ${etherText(held)}; ${wanted}` };
}

async function terms({ chain }: Signing, { terms: made, params }: DealFacts): Promise<Finding[]> {
  const wrong = explainTerms(made, params, await assumedOf(chain)).filter(({ kind }) => kind === "wrong");
  return wrong.map(({ text: told }): Finding => ({ name: "terms", state: "bad", told }));
}

/** Runs and commits to the Deal's first fragment, and compares with what its terms ask for. */
async function speed(
  { chain }: Signing,
  { address, block, terms: made, params }: DealFacts,
  { program }: DealProgram,
  engine: EngineName,
): Promise<Finding> {
  const [first] = (await new DealLog(chain, address, block).view()).fragments;
  if (first === undefined)
    return { name: "speed", state: "unknown", told: "no fragment is submitted yet that could be measured" };
  const executor = executorOf(engine, program);
  const before = initialState(program.image);
  const replay = await timed(() => runFragment(before, first.input, { budget: made.budget, executor }));
  const { initial, steps } = replay.result;
  const { heights, period, grace } = params;
  const level = heights.length - 1;
  const trace = new Trace(initial, heights, { executor });
  const upper = await timed(() => trace.commitment(0, 0n));
  const lower = level === 0 ? undefined : await timed(() => trace.commitment(level, 0n));
  const rate = (count: bigint, seconds: number): number => Number(count) / Math.max(seconds, 1e-6);
  const hashed = lower === undefined ? undefined : rate(BigInt(lower.result.distinct), lower.seconds);
  const rates = { replayRate: rate(steps, replay.seconds), commitmentRate: rate(steps, upper.seconds) };
  const need = requiredPeriod(
    { ...made, period, grace, heights },
    {
      ...rates,
      hashedRate: hashed ?? rates.commitmentRate,
      censored: 0,
      answer: 3 * (await assumedOf(chain)).blockTime,
    },
  );
  const measured = `${grouped(steps)} steps at ${grouped(Math.round(rates.replayRate))} a second, committed to at ${grouped(Math.round(rates.commitmentRate))}`;
  const told = `${measured}: at worst ${durationText(need.total)} of the period of ${durationText(period)} are needed`;
  return { name: "speed", state: need.total <= period ? "good" : "bad", told };
}

async function timed<T>(work: () => T | Promise<T>): Promise<{ result: T; seconds: number }> {
  const begun = performance.now();
  const result = await work();
  return { result, seconds: (performance.now() - begun) / 1000 };
}
