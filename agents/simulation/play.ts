/** Plays one schedule from its first block to the moment at which nobody has anything left to do. */
import type { Hex } from "viem";
import { Chain } from "../chain/chain.ts";
import { DealLog, type DealView, isPending } from "../chain/deal-log.ts";
import { TournamentLog } from "../chain/tournament-log.ts";
import type { GameState } from "../game/types.ts";
import { SETTLING } from "../players/decide.ts";
import type { Twist } from "../players/play.ts";
import { nextDeadline } from "../stage/deadline.ts";
import { directAccess, quorumAccess } from "./access.ts";
import { Crowd, LATE } from "./crowd.ts";
import { simulatedDeal, type SimulatedDeal, submission } from "./deal.ts";
import { Draw } from "./draw.ts";
import { inputOf } from "./guest.ts";
import { HonestService } from "./honest.ts";
import { BLOCK_TIME, Network } from "./network.ts";
import { type Fault, HONEST, type Honest, PERIOD, type Schedule } from "./schedule.ts";
import { Truth } from "./truth.ts";
import { Weather } from "./weather.ts";
import { transportOf, type World } from "./world.ts";

/** What is left when all is over. */
export interface Ending {
  readonly world: World;
  readonly schedule: Schedule;
  readonly deal: SimulatedDeal;
  readonly truth: Truth;
  readonly view: DealView;
  readonly game: GameState;
  readonly services: Readonly<Record<Honest, HonestService>>;
  /** What honest accounts had when it began, in wei. */
  readonly before: Readonly<Record<Honest, bigint>>;
  /** Number of the first block after the Deal was made. */
  readonly firstBlock: bigint;
  /** Whether it came to an end by itself. */
  readonly isOver: boolean;
  readonly looks: number;
  readonly reorganisations: number;
}

/** What may differ from an ordinary play. */
export interface PlayOptions {
  /** What the honest validator leaves out or spoils, to show that this is noticed. */
  readonly twist?: Twist | undefined;
  /** How old a claim must be before the validator announces a bond for it, in seconds. */
  readonly settling?: number | undefined;
}

/** Seconds of a block where nothing but the end of a fault is waited for. */
const LONG_BLOCK = 120;

/** Blocks without anything in them after which the clock is moved on. */
const PATIENCE = 3;

/** The same where somebody says that it has something to do, and nothing comes of it. */
const LONG_PATIENCE = 40;

/** More than any play takes. */
const MOST_LOOKS = 30_000;

/** Plays a schedule on a world that is as it was after its start. */
export async function play(world: World, schedule: Schedule, options: PlayOptions = {}): Promise<Ending> {
  const { cast, program, reader } = world;
  const { settling = SETTLING } = options;
  const deployment = world.deployment(schedule.heights);
  const network = new Network(world.ask, BigInt(schedule.baseFee));
  const inputs = schedule.fragments.map((rounds) => inputOf(program, rounds));
  const deal = await simulatedDeal(world, network, deployment, inputs.length);
  const firstBlock = await reader.getBlockNumber();
  network.settle();

  const chain = new Chain(transportOf(world.ask));
  const log = new DealLog(chain, deal.address, deal.block);
  const tournaments = await TournamentLog.follow(chain, deployment.tournament, deal.block);
  const { params } = tournaments;
  const truth = new Truth(program);
  const contracts = { deal: deal.address, tournament: tournaments.address };
  const crowd = new Crowd(schedule, { contracts, params, truth, accounts: cast.liars });
  const weather = new Weather(schedule, network, new Draw(~schedule.seed));
  const hasRpcFaults = schedule.faults.some(({ kind }) => kind === "rpc");
  const access = hasRpcFaults
    ? quorumAccess(network, (endpoint) => weather.moodOf(endpoint), new Draw(schedule.seed ^ 0x5eed))
    : directAccess(network);
  const serviceOf = (role: Honest): HonestService =>
    new HonestService({
      ...{ role, world, deal, deployment, access, ends: endsOf(schedule.faults, role) },
      isFull: () => weather.isFull(role),
      twist: role === "validator" ? options.twist : undefined,
      settling,
    });
  const services = { validator: serviceOf("validator"), worker: serviceOf("worker") };
  const before = { validator: await chain.balance(cast.validator), worker: await chain.balance(cast.worker) };

  let [quiet, looks, isOver] = [0, 0, false];
  try {
    for (; looks < MOST_LOOKS && !isOver; looks++) {
      const view = await log.view();
      const game = await tournaments.state();
      const now = await chain.now();
      const sight = { view, game, now, announced: (hash: Hex) => tournaments.announced(hash) };
      const unsigned = await crowd.look(sight);
      const next = inputs[view.fragments.length];
      if (next !== undefined) unsigned.push(submission(world, deal.address, next));
      let busy = await crowd.settled();
      for (const role of HONEST) {
        if (weather.isDown(role)) await services[role].stop();
        else if (await services[role].look()) busy = true;
      }
      const isIdle = unsigned.length === 0 && network.pool.size === 0;
      quiet = isIdle ? quiet + 1 : 0;
      const waits = quiet < (busy ? LONG_PATIENCE : PATIENCE);
      const deadline = nextDeadline(game, view, PERIOD, now, LATE);
      const spell = earliest([weather.nextChange(now), nextSettling(game, view, now, settling)]);
      if (!waits && deadline === undefined && spell === undefined) {
        isOver = true;
        continue;
      }
      const until = Math.min(deadline ?? Infinity, spell ?? Infinity) - now;
      const rests = waits ? BLOCK_TIME : until;
      const wanted = weather.isStill && unsigned.length === 0 ? Math.min(LONG_BLOCK, until) : rests;
      const seconds = Math.max(wanted, BLOCK_TIME);
      await network.mine({
        ...{ seconds, unsigned, first: schedule.liarsFirst },
        leavesOut: () => weather.isCensored,
      });
      if (!waits) quiet = 0;
      if (await weather.pass(now + seconds)) crowd.forgive();
    }
    return {
      ...{ world, schedule, deal, truth, view: await log.view(), game: await tournaments.state(), services, before },
      ...{ firstBlock, isOver, looks, reorganisations: weather.reorganisations },
    };
  } finally {
    for (const role of HONEST) await services[role].close();
  }
}

/** When the next claim, or dispute about one, is old enough for an announcement. */
function nextSettling(game: GameState, view: DealView, now: number, settling: number): number | undefined {
  const made = [
    ...[...view.claims.values()].filter(isPending).map(({ since }) => since),
    ...[...game.tournaments.values()].filter(({ level }) => level === 0).map(({ closes }) => closes - PERIOD),
  ];
  return earliest(made.map((since) => since + settling).filter((instant) => instant > now));
}

function earliest(instants: readonly (number | undefined)[]): number | undefined {
  const known = instants.filter((instant) => instant !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function endsOf(faults: readonly Fault[], role: Honest): ReadonlyMap<number, "before" | "after"> {
  return new Map(
    faults.flatMap((fault) => (fault.kind === "kill" && fault.who === role ? [[fault.effect, fault.when]] : [])),
  );
}
