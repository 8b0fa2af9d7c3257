/** What `simulate` does: plays schedules, and tells what did not hold. */
import { formatEther } from "viem";
import { campaign, type Played } from "../../simulation/campaign.ts";
import { killedAt, killedEverywhere, ONE_DISPUTE } from "../../simulation/kill-points.ts";
import {
  drawSchedule,
  type FaultKind,
  FAULTS,
  MOST_LIARS,
  type Range,
  type Schedule,
} from "../../simulation/schedule.ts";
import { stderr, stdout } from "../channels.ts";
import { ExitCode, UserError } from "../failure.ts";
import { parseNumber } from "../program-file.ts";
import { text } from "../printable.ts";
import { reportProgress } from "../progress.ts";

/** Options of `arbiter simulate` as commander gives them. */
export interface SimulateOptions {
  readonly schedules: string;
  readonly seed: string;
  readonly liars: string;
  readonly faults: string;
  readonly everyKillPoint?: boolean;
  readonly killPoint?: string;
  readonly json?: boolean;
}

/** Does what the command says, and gives the exit code: failure if anything did not hold. */
export async function simulate(options: SimulateOptions): Promise<number> {
  const schedules = await schedulesOf(options);
  const progress = reportProgress();
  let [done, broken] = [0, 0];
  for await (const played of campaign(schedules)) {
    done++;
    progress.update("schedules", done, schedules.length);
    if (options.json === true) stdout.json(jsonOf(played));
    if (played.judgement.broken.length === 0) continue;
    broken++;
    progress.clear();
    tellBroken(played, options);
  }
  progress.clear();
  if (options.json !== true) stdout.line(text`${done} schedules, in ${broken} of them something did not hold`);
  return broken === 0 ? ExitCode.success : ExitCode.failure;
}

async function schedulesOf(options: SimulateOptions): Promise<Schedule[]> {
  if (options.killPoint !== undefined) return [killPointOf(options.killPoint)];
  if (options.everyKillPoint === true) return everyKillPoint();
  const range: Range = { liars: rangeOf(options.liars), faults: faultsOf(options.faults) };
  const count = Number(parseNumber(options.schedules, "--schedules", 1n));
  const seed = Number(parseNumber(options.seed, "--seed", 0n));
  return Array.from({ length: count }, (_, place) => drawSchedule(seed + place, range));
}

/** The effects of a run without a fault are counted first. */
async function everyKillPoint(): Promise<Schedule[]> {
  for await (const { effects } of campaign([ONE_DISPUTE])) return killedEverywhere(effects);
  return [];
}

function killPointOf(given: string): Schedule {
  const [, when, effect = ""] = /^(before|after)-(\d+)$/.exec(given) ?? [];
  if (when === "before" || when === "after") return killedAt(Number(effect), when);
  throw new UserError(`--kill-point is ${JSON.stringify(given)}`, { hint: "before-17 or after-17, for effect 17" });
}

function rangeOf(given: string): readonly [number, number] {
  const [, least = "", most = least] = /^(\d+)(?:-(\d+))?$/.exec(given) ?? [];
  const range = [Number(least), Number(most)] as const;
  if (least !== "" && range[0] >= 1 && range[0] <= range[1] && range[1] <= MOST_LIARS) return range;
  throw new UserError(`--liars is ${JSON.stringify(given)}`, {
    hint: `a number, or two with a dash between them, from 1 to ${MOST_LIARS}`,
  });
}

function faultsOf(given: string): FaultKind[] {
  if (given === "none") return [];
  return given.split(",").map((name) => {
    const found = FAULTS.find((kind) => kind === name.trim());
    if (found !== undefined) return found;
    throw new UserError(`--faults has ${JSON.stringify(name)} in it`, {
      hint: `choose from ${FAULTS.join(", ")}, with commas between them, or none`,
    });
  });
}

function tellBroken(
  { schedule, judgement }: Played,
  { liars, faults, everyKillPoint, killPoint }: SimulateOptions,
): void {
  const [kill] = schedule.faults;
  const point =
    (everyKillPoint === true || killPoint !== undefined) && kill?.kind === "kill"
      ? `${kill.when}-${kill.effect}`
      : undefined;
  const name = point === undefined ? `seed ${schedule.seed}` : `killed ${point}`;
  for (const line of judgement.broken) stderr.line(text`${name}: ${line}`);
  const drawn = `--schedules 1 --seed ${schedule.seed} --liars ${liars} --faults ${faults}`;
  stderr.line(text`play it again: arbiter simulate ${point === undefined ? drawn : `--kill-point ${point}`}`);
}

/** A line of `--json`. */
function jsonOf({ schedule, judgement: { broken, measured }, effects }: Played): object {
  const about = { seed: schedule.seed, broken, effects };
  if (measured === undefined) return { ...about, schedule };
  const { locked, liarsLocked, gas, validatorGas, ...numbers } = measured;
  const amounts = {
    ...{ lockedEther: formatEther(locked), liarsLockedEther: formatEther(liarsLocked) },
    ...{ gas: String(gas), validatorGas: String(validatorGas) },
  };
  return { ...about, ...numbers, ...amounts, schedule };
}
