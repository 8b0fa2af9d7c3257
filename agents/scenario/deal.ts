/**
 * The main job: a customer's Deal on the embedded chain, four workers of whom one lies about one step, a validator who finds out, the dispute,
 * the verdict, the slashing and the payment.
 */
import { encodeDeployData, type Hex, keccak256, stringToHex, zeroAddress } from "viem";
import { bytesToHex } from "viem";
import { Crash } from "../../verifier/errors.ts";
import type { Executor } from "../../verifier/state/executor.ts";
import { Trace, type Progress as TraceProgress } from "../../verifier/history/trace.ts";
import type { Program } from "../../verifier/program/build.ts";
import { decodeTransactions } from "../../verifier/program/transactions.ts";
import { initialState } from "../../verifier/state/program.ts";
import { dealBytecode } from "../../contracts/abi/Deal.bytecode.ts";
import { dealAbi } from "../../contracts/abi/Deal.ts";
import { depositsAbi } from "../../contracts/abi/Deposits.ts";
import type { Call, Sent } from "../chain/chain.ts";
import { DealLog } from "../chain/deal-log.ts";
import { type EmbeddedChain, startEmbeddedChain } from "../stage/embedded.ts";
import { programTerms } from "../chain/program-terms.ts";
import { SELFISH } from "../players/adversaries/habits.ts";
import { Validator } from "../validator/validator.ts";
import { Replay, type Run } from "../worker/replay.ts";
import { Worker } from "../worker/worker.ts";
import { nextDeadline } from "../stage/deadline.ts";
import { deploy, type Deployment } from "../stage/deploy.ts";
import { GasBook } from "../report/gas-book.ts";
import { LieError, lyingTrace, storeAfter, storeBehindAnswer } from "../players/adversaries/lie-site.ts";
import { type Balance, explain, gasOf, pathOf, type Report } from "../report/report.ts";
import { takeTurns } from "../stage/turns.ts";

/** Wei. */
const ETHER = 10n ** 18n;
const COLLATERAL = ETHER;
const PRICE = ETHER / 100n;
const REPORTER_SHARE = 2_500;

/** Steps a fragment may take. */
export const BUDGET = 1n << 40n;

/** Where the lie is told if nobody says where: at this share of all steps. */
const DEPTH = { numerator: 6n, denominator: 10n };

/** What the job is about. */
export interface DealJob {
  readonly program: Program;
  /** Input of each fragment. */
  readonly fragments: readonly Uint8Array[];
  readonly executor: Executor;
  /** Step, counted from 1 over all fragments, about which the liar lies; by default one deep inside. */
  readonly lieAt?: bigint | undefined;
  /** A transaction about whose output the liar lies, if `lieAt` is not given: its fragment and its index in it, from 0. */
  readonly lieAbout?: { readonly fragment: number; readonly transaction: number } | undefined;
}

/** Hears what happens. */
export interface Narrator {
  /** A chapter begins. */
  chapter(title: string): void;
  /** A fact worth a line. */
  fact(line: string): void;
  /** Somebody sent a transaction. */
  sent(name: string, sent: Sent): void;
  /** Work off chain goes on. */
  progress(name: string, progress: TraceProgress): void;
}

interface Cast {
  readonly customer: Hex;
  readonly sequencer: Hex;
  readonly validator: Hex;
  readonly workers: readonly Hex[];
  readonly liar: Hex;
  readonly names: ReadonlyMap<Hex, string>;
}

/** Plays the whole job and tells how it ended. */
export async function playDeal(job: DealJob, narrator: Narrator): Promise<Report> {
  const embedded = await startEmbeddedChain();
  try {
    const cast = castOf(embedded.accounts);
    const gas = new GasBook();
    embedded.chain.observe((sent) => {
      gas.add(sent);
      narrator.sent(cast.names.get(sent.from) ?? sent.from, sent);
    });
    const deployment = await deploy(embedded);
    const { heights } = deployment.tournaments.params;

    narrator.chapter("Replaying the history off chain");
    const honest = honestReplay(job, heights, narrator);
    const runs: Run[] = [];
    for (const [i, input] of job.fragments.entries()) {
      if (honest.endedBefore(i)) break;
      runs.push(honest.run(i, input));
    }
    const traces = runs.map(({ trace }) => trace);
    const lengths = traces.map((trace) => trace.halt());
    const steps = lengths.reduce((sum, length) => sum + length, 0n);
    const lie = placeLie(job, traces, lengths);
    const unreached = job.fragments.length - runs.length;
    if (unreached > 0) narrator.fact(`the program ends in fragment ${runs.length}; ${unreached} more are never run`);
    narrator.fact(`${runs.length} fragments, ${steps} steps; the lie is told at step ${lie.global}`);

    narrator.chapter("Setting up the chain");
    const deal = await makeDeal(embedded, deployment, cast, job);
    const before = await depositsOf(embedded, deployment, deal, cast);

    narrator.chapter("Work, and a lie");
    const liar = lyingReplay(job, heights, { honest, lie });
    const lied = liar.run(lie.fragment, job.fragments[lie.fragment] ?? new Uint8Array());
    await perform(embedded, deployment, deal, cast, { honest, liar });

    const after = await depositsOf(embedded, deployment, deal, cast);
    const game = await deployment.tournaments.state();
    const executed = [...game.matches.values()].find(
      (match) => match.phase === "done" && match.height === 0 && !game.tournaments.has(match.id),
    );
    if (executed === undefined) throw new Crash("no dispute came down to a step");
    const honestTrace = traces[lie.fragment] ?? lied.trace;
    const input = job.fragments[lie.fragment] ?? new Uint8Array();
    const disputed = explain(job.program, { input, honest: honestTrace, liar: lied.trace }, pathOf(game, executed));
    const { transaction } = disputed;
    const slashed = (after.get(cast.liar) ?? 0n) < (before.get(cast.liar) ?? 0n);
    return {
      verdict: slashed ? "liar lost" : "liar won",
      disputed: {
        ...disputed,
        step: disputed.step + lie.global - lie.step,
        ...(transaction && {
          transaction: { ...transaction, number: transaction.number + earlier(job, lie.fragment) },
        }),
      },
      steps,
      ...gasOf(gas),
      deposits: await balances(embedded, deployment, deal, cast, before, after),
    };
  } finally {
    await embedded.close();
  }
}

/** Transactions in the fragments before one. */
function earlier({ fragments }: DealJob, fragment: number): number {
  return fragments.slice(0, fragment).reduce((sum, input) => sum + decodeTransactions(input).length, 0);
}

/** Where the lie is told. */
interface LieSite {
  readonly fragment: number;
  /** Step of the fragment, from 1. */
  readonly step: bigint;
  /** Step of the whole job, from 1. */
  readonly global: bigint;
}

function placeLie(job: DealJob, traces: readonly Trace[], lengths: readonly bigint[]): LieSite {
  if (job.lieAt === undefined && job.lieAbout !== undefined) {
    const { fragment, transaction } = job.lieAbout;
    const trace = traces[fragment];
    const step = trace && storeBehindAnswer(trace, transaction, job.executor);
    const offset = lengths.slice(0, fragment).reduce((sum, length) => sum + length, 0n);
    if (step !== undefined) return { fragment, step, global: offset + step };
  }
  const total = lengths.reduce((sum, length) => sum + length, 0n);
  const wanted = job.lieAt ?? (total * DEPTH.numerator) / DEPTH.denominator;
  if (wanted < 1n || wanted > total) {
    throw new LieError(`--lie-at ${wanted} lies outside the computation, whose steps are 1 to ${total}`);
  }
  let offset = 0n;
  for (const [fragment, length] of lengths.entries()) {
    const trace = traces[fragment];
    if (wanted <= offset + length && trace !== undefined) {
      const step = job.lieAt === undefined ? storeAfter(trace, wanted - offset) : wanted - offset;
      return { fragment, step, global: offset + step };
    }
    offset += length;
  }
  throw new LieError(`the job has no step ${wanted}`);
}

function honestReplay(job: DealJob, heights: readonly number[], narrator: Narrator): Replay {
  const onProgress = (progress: TraceProgress): void => narrator.progress("replay", progress);
  return new Replay(
    initialState(job.program.image),
    BUDGET,
    (initial) => new Trace(initial, heights, { executor: job.executor, onProgress }),
  );
}

function lyingReplay(job: DealJob, heights: readonly number[], told: { honest: Replay; lie: LieSite }): Replay {
  const { honest, lie } = told;
  const replay = new Replay(initialState(job.program.image), BUDGET, (initial, fragment) => {
    if (fragment !== lie.fragment) return new Trace(initial, heights, { executor: job.executor });
    const truth = honest.run(fragment, job.fragments[fragment] ?? new Uint8Array()).trace;
    return lyingTrace(
      truth,
      lie.step,
      (fault) => new Trace(initial, heights, { executor: job.executor, faults: [fault] }),
    );
  });
  job.fragments.slice(0, lie.fragment).forEach((input, i) => replay.run(i, input));
  return replay;
}

function castOf(accounts: readonly Hex[]): Cast {
  const [, customer, sequencer, validator, first, second, third, fourth] = accounts;
  if (!customer || !sequencer || !validator || !first || !second || !third || !fourth) {
    throw new Crash(`the embedded chain has ${accounts.length} accounts; the job needs 8`);
  }
  const names = new Map<Hex, string>([
    [customer, "customer"],
    [sequencer, "sequencer"],
    [validator, "validator"],
    [first, "worker 1"],
    [second, "worker 2"],
    [third, "worker 3 (liar)"],
    [fourth, "worker 4"],
  ]);
  return { customer, sequencer, validator, workers: [first, second, third, fourth], liar: third, names };
}

/** Deploys the Deal, funds it, lets the workers join and submits the fragments. */
async function makeDeal({ chain }: EmbeddedChain, deployment: Deployment, cast: Cast, job: DealJob): Promise<DealLog> {
  const terms = {
    customer: cast.customer,
    sequencer: cast.sequencer,
    arbiter: deployment.arbiter,
    deposits: deployment.deposits,
    program: programTerms(job.program),
    budget: BUDGET,
    collateralToken: zeroAddress,
    collateral: COLLATERAL,
    paymentToken: zeroAddress,
    price: PRICE,
    reporterShare: REPORTER_SHARE,
    maxWorkers: cast.workers.length,
    maxPending: 16,
    maxInput: 65_536,
    notice: 7_200,
  };
  const data = encodeDeployData({ abi: dealAbi, bytecode: dealBytecode, args: [terms] });
  const address = await chain.deploy(cast.customer, "deploy Deal", data);
  const deal = new DealLog(chain, address);
  const termsHash = await chain.reader.readContract({ address, abi: dealAbi, functionName: "termsHash" });
  const deposits = (label: string, functionName: string, args: readonly unknown[], value = 0n): Call => ({
    label,
    to: deployment.deposits,
    abi: depositsAbi,
    functionName,
    args,
    value,
  });
  for (const worker of cast.workers) {
    await chain.send(worker, deposits("deposit", "deposit", [zeroAddress, COLLATERAL], COLLATERAL));
    await chain.send(worker, deposits("lock", "lock", [address, zeroAddress, COLLATERAL, termsHash]));
  }
  const funds = PRICE * BigInt(job.fragments.length);
  await chain.send(cast.customer, deal.call("fund", "fund", [funds], funds));
  for (const input of job.fragments) {
    await chain.send(cast.sequencer, deal.call("submit", "submit", [bytesToHex(input)]));
  }
  return deal;
}

/** Lets everybody act until nothing is left to do. */
async function perform(
  embedded: EmbeddedChain,
  { tournaments }: Deployment,
  deal: DealLog,
  cast: Cast,
  replays: { honest: Replay; liar: Replay },
): Promise<void> {
  const { chain } = embedded;
  const { period } = tournaments.params;
  const salt = (name: string): Hex => keccak256(stringToHex(`salt of ${name}`));
  const worker = (self: Hex): Worker =>
    new Worker(chain, deal, self, self === cast.liar ? replays.liar : replays.honest, period);
  const common = { chain, deal, tournaments };
  const validator = new Validator({
    ...common,
    self: cast.validator,
    replay: replays.honest,
    salt: salt("validator"),
  });
  const defence = new Validator({
    ...common,
    self: cast.liar,
    replay: replays.liar,
    salt: salt("liar"),
    habits: SELFISH,
  });
  const liarFirst = [cast.liar, ...cast.workers.filter((address) => address !== cast.liar)];
  const agents = [...liarFirst.map(worker), validator, defence];
  await takeTurns(embedded, agents, async (now) =>
    nextDeadline(await tournaments.state(), await deal.view(), period, now),
  );
}

/** The deposits that the workers have locked for the Deal, by address. */
async function depositsOf(
  { chain }: EmbeddedChain,
  { deposits }: Deployment,
  deal: DealLog,
  cast: Cast,
): Promise<Map<Hex, bigint>> {
  const locks = new Map<Hex, bigint>();
  for (const worker of cast.workers) {
    const args = [zeroAddress, worker, deal.address] as const;
    const lock = await chain.reader.readContract({ address: deposits, abi: depositsAbi, functionName: "lockOf", args });
    locks.set(worker, lock);
  }
  return locks;
}

async function balances(
  { chain }: EmbeddedChain,
  { deposits }: Deployment,
  deal: DealLog,
  cast: Cast,
  before: ReadonlyMap<Hex, bigint>,
  after: ReadonlyMap<Hex, bigint>,
): Promise<Balance[]> {
  const list: Balance[] = cast.workers.map((worker) => ({
    name: cast.names.get(worker) ?? worker,
    role: "deposit",
    before: before.get(worker) ?? 0n,
    after: after.get(worker) ?? 0n,
    note: after.get(worker) === 0n ? "slashed" : "locked",
  }));
  for (const worker of cast.workers) {
    const args = [worker] as const;
    const earned = await chain.reader.readContract({
      address: deal.address,
      abi: dealAbi,
      functionName: "earningsOf",
      args,
    });
    list.push({
      name: cast.names.get(worker) ?? worker,
      role: "earnings",
      before: 0n,
      after: earned,
      note: earned > 0n ? "confirmed work" : "",
    });
  }
  const free = await chain.reader.readContract({
    address: deposits,
    abi: depositsAbi,
    functionName: "freeOf",
    args: [zeroAddress, cast.validator],
  });
  const burned = await chain.reader.readContract({
    address: deposits,
    abi: depositsAbi,
    functionName: "burned",
    args: [zeroAddress],
  });
  list.push({ name: "validator", role: "reward", before: 0n, after: free, note: "reporter's share" });
  list.push({ name: "nobody", role: "burned", before: 0n, after: burned, note: "the rest of the slashed deposit" });
  return list;
}
