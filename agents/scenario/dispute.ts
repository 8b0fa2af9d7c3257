/**
 * A dispute without a Deal: one honest player and some liars about one run, on the embedded chain,
 * from the opening to the verdict.
 */
import { bytesToHex, type Hex, keccak256, stringToHex } from "viem";
import { Crash } from "../../verifier/errors.ts";
import { stepOf } from "../../verifier/history/game-levels.ts";
import type { HistoryStore } from "../../verifier/history/history-store.ts";
import type { Executor } from "../../verifier/state/executor.ts";
import { Trace, type TraceOptions } from "../../verifier/history/trace.ts";
import type { Program } from "../../verifier/program/build.ts";
import { type State, stateRoot } from "../../verifier/state/state.ts";
import { startEmbeddedChain } from "../stage/embedded.ts";
import { tournamentId } from "../game/openings.ts";
import { verdict } from "../game/rules.ts";
import type { GameState, MatchState, TournamentState } from "../game/types.ts";
import { garbageBook } from "../players/adversaries/garbage.ts";
import { LIAR, type Strategy } from "../players/adversaries/registry.ts";
import type { Seat } from "../players/decide.ts";
import { HistoryBook } from "../players/history-book.ts";
import { Player } from "../validator/player.ts";
import { nextDeadline } from "../stage/deadline.ts";
import { deploy } from "../stage/deploy.ts";
import { openWithoutDeal } from "../stage/opening.ts";
import { begin } from "../../verifier/program/fragment.ts";
import { GasBook, gasOf } from "../report/gas-book.ts";
import { type ChosenLie, LieError, LieSearch } from "../players/adversaries/lie-site.ts";
import { type DisputedStep, explain } from "../report/disputed-step.ts";
import { executedMatches, pathOf, topOf } from "../report/executed.ts";
import type { Balance, Report } from "../report/report.ts";
import { Stopwatch } from "../report/stopwatch.ts";
import { StageOutbox } from "../stage/outbox.ts";
import { type Agent, insist, takeTurns } from "../stage/turns.ts";
import type { Narrator } from "./narrator.ts";

/** Most liars: each has an account of the embedded chain. */
export const MOST_LIARS = 16;

/** What is in dispute. */
export interface DisputeJob {
  readonly program: Program;
  readonly input: Uint8Array;
  readonly budget: bigint;
  readonly executor: Executor;
  /**
   * Step, from 1, about which the first liar lies; the others lie about steps spread over the run.
   */
  readonly lieAt: bigint;
  readonly liars: number;
  /** How they play; for a lie about one step by default. */
  readonly adversary?: Strategy | undefined;
  /** Of the levels' trees; those of deploy/parameters/local.json by default. */
  readonly heights?: readonly number[] | undefined;
  /** Where the honest player keeps states and commitments. */
  readonly store?: (initial: State) => HistoryStore;
}

/** The phase in which the honest player runs the history from end to end. */
const REPLAY = "replay";

interface Party {
  readonly name: string;
  readonly seat: Seat;
  /** The history that it believes in; undefined if it believes in none. */
  readonly trace: Trace | undefined;
  readonly book: HistoryBook | undefined;
  readonly strategy?: Strategy;
}

/** Plays the dispute and tells how it ended. */
export async function playDispute(job: DisputeJob, narrator: Narrator): Promise<Report> {
  const embedded = await startEmbeddedChain();
  try {
    const gas = new GasBook();
    const watch = new Stopwatch();
    const names = new Map<Hex, string>();
    embedded.chain.observe((sent) => {
      gas.add(sent);
      watch.sent(sent.label);
      narrator.sent(names.get(sent.from) ?? sent.from, sent);
    });
    narrator.chapter("Setting up the chain");
    const deployment = await watch.phase("setting up the chain", () => deploy(embedded, job.heights));

    narrator.chapter("Replaying the history off chain");
    const initial = begin(job.program, job.input, job.budget);
    const { heights } = deployment.tournaments.params;
    const optionsOf = (name: string): TraceOptions => ({
      executor: job.executor,
      onProgress: ({ level, done, total }) => narrator.progress(`commitment, ${name}, level ${level}`, done, total),
    });
    const store = job.store?.(initial);
    const truth = new Trace(initial, heights, { ...optionsOf("validator"), ...(store === undefined ? {} : { store }) });
    const steps = await watch.phase(REPLAY, () => truth.halt());
    const [, opener, validator, ...rest] = embedded.accounts;
    if (!opener || !validator) throw new Crash("the embedded chain has no accounts");
    const claim = keccak256(stateRoot(initial));
    const tournament = tournamentId(opener, claim);
    const party = (name: string, owner: Hex, trace: Trace | undefined, strategy?: Strategy): Party => {
      names.set(owner, name);
      const salt = keccak256(stringToHex(`salt of ${name}`));
      const book = trace && new HistoryBook(trace);
      const seat: Seat = { owner, tournament, book: book ?? garbageBook(name, heights), salt };
      return { name, trace, book, seat, ...(strategy && { strategy }) };
    };
    const honest = party("validator", validator, truth);
    const lies = await watch.phase("finding lies that matter", () => choose(truth, lieSteps(job, steps), job.executor));
    const { adversary = LIAR } = job;
    // Who believes in the truth needs somebody who does not.
    const lying = adversary.belief === "truth" ? LIAR : adversary;
    const liars = lies.map((lie, i) => {
      const options = { ...optionsOf(liarName(i)), faults: [lie] };
      const trace = lying.belief === "lie" ? new Trace(initial, heights, options) : undefined;
      return party(liarName(i), rest[i] ?? validator, trace, lying);
    });
    const copying =
      adversary.belief === "truth" ? [party(adversary.name, rest.at(-1) ?? validator, truth, adversary)] : [];
    const players = [...copying, honest, ...liars];
    names.set(opener, "opener");
    for (const { name, seat, book } of players) {
      await watch.phase(`first commitment, ${name}`, async () => {
        seat.book.commitment([]);
        await settle(book);
      });
    }
    narrator.fact(
      `${steps} steps; ${liars.length === 1 ? "one liar" : `${liars.length} liars`}, the first about step ${job.lieAt}`,
    );

    narrator.chapter("The dispute");
    await openWithoutDeal(
      embedded.chain,
      deployment,
      { opener, claim, initial: bytesToHex(stateRoot(initial)) },
      (copying[0] ?? honest).seat,
    );
    const { tournaments } = deployment;
    const outbox = new StageOutbox(embedded.chain);
    const agents = players.map(({ name, seat, book, strategy }): Agent => {
      const player = new Player({ chain: embedded.chain, tournaments, seat, outbox, twist: strategy?.twist });
      return {
        look: () => watch.turn(name, () => player.look()),
        settled: () => watch.computing(name, () => settle(book)),
      };
    });
    await watch.phase("the game, from claim to verdict", () =>
      takeTurns(
        embedded,
        agents,
        async (now) =>
          nextDeadline(await tournaments.state(), undefined, tournaments.params.period, now, adversary.lead),
        (look, agent) => {
          // Who cheats is refused now and then.
          if (agent === agents[players.indexOf(honest)]) insist(look);
        },
      ),
    );
    const game = await tournaments.state();
    const winner = verdict(game, tournament, await embedded.chain.now()).winner;
    const honestRoot = honest.seat.book.commitment([])?.root;
    const match = executedMatch(game, honestRoot, heights, job.lieAt);
    return {
      verdict: winner === undefined ? "undecided" : winner.root === honestRoot ? "liar lost" : "liar won",
      disputed: match && explained(job, game, match, truth, opponent(game, match, honestRoot, liars)),
      steps,
      times: watch.times(REPLAY),
      ...gasOf(gas),
      deposits: bonds(game, tournaments.params.bonds, players),
    };
  } finally {
    await embedded.close();
  }
}

const liarName = (index: number): string => `liar ${index + 1}`;

/** The steps that the liars lie about: the one asked for, then others at even distances from it. */
function lieSteps(job: DisputeJob, steps: bigint): bigint[] {
  const count = BigInt(job.liars);
  if (job.lieAt < 1n || job.lieAt > steps) {
    throw new LieError(`there is no step ${job.lieAt} to lie about: the computation has steps 1 to ${steps}`);
  }
  if (count > steps) throw new LieError(`${count} liars need as many steps; the computation has ${steps}`);
  return Array.from({ length: job.liars }, (_, i) => 1n + ((job.lieAt - 1n + (BigInt(i) * steps) / count) % steps));
}

/** A lie about each of some steps; no two lead to the same final state. */
function choose(truth: Trace, steps: readonly bigint[], executor: Executor): ChosenLie[] {
  const taken: Uint8Array[] = [];
  return steps.map((step) => {
    const lie = new LieSearch(truth, executor, taken).at(step);
    taken.push(lie.finalRoot);
    return lie;
  });
}

/** Waits for what a book was asked for; tells whether that was anything. */
async function settle(book: HistoryBook | undefined): Promise<boolean> {
  const computed = (await book?.settled()) ?? false;
  const problems = book?.problems() ?? [];
  if (problems.length > 0) throw problems[0];
  return computed;
}

/**
 * The match of the honest commitment that ended with an executed step: the one about step `lieAt`,
 * else the first; undefined if there was none, because all were decided by time.
 */
function executedMatch(
  game: GameState,
  honestRoot: Hex | undefined,
  heights: readonly number[],
  lieAt: bigint,
): MatchState | undefined {
  const executed = executedMatches(game).filter((match) => {
    const top = topOf(game, match);
    return top.one === honestRoot || top.two === honestRoot;
  });
  return executed.find((match) => 1n + stepOf(heights, pathOf(game, match)) === lieAt) ?? executed[0];
}

/** The step at which a match ended, if its other side has a history to compare with. */
function explained(
  { program, input }: DisputeJob,
  game: GameState,
  match: MatchState,
  honest: Trace,
  { trace: liar }: Party,
): DisputedStep | undefined {
  return liar && explain(program, { input, honest, liar }, pathOf(game, match));
}

function opponent(game: GameState, match: MatchState, honestRoot: Hex | undefined, liars: readonly Party[]): Party {
  const top = topOf(game, match);
  const root = top.one === honestRoot ? top.two : top.one;
  const found = liars.find(({ seat }) => seat.book.commitment([])?.root === root);
  if (found === undefined) throw new Crash(`nobody here stands for commitment ${root}`);
  return found;
}

/** The bonds that everybody put in, and the credits that they have in the end. */
function bonds(game: GameState, amounts: readonly bigint[], players: readonly Party[]): Balance[] {
  const staked = (owner: Hex): bigint =>
    [...game.tournaments.values()].reduce((sum, row) => sum + joined(row, owner) * (amounts[row.level] ?? 0n), 0n);
  return players.map(({ name, seat }) => {
    const [before, after] = [staked(seat.owner), game.credits.get(seat.owner) ?? 0n];
    const note = after > 0n ? "credited" : before > 0n ? "lost" : "none";
    return { name, role: "bonds", before, after, note };
  });
}

function joined(row: TournamentState, owner: Hex): bigint {
  return BigInt([...row.commitments.values()].filter((commitment) => commitment.owner === owner).length);
}
