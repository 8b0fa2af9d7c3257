/** What `dispute` does: plays a dispute about one run, without a Deal. */
import { adversary } from "../../players/adversaries/registry.ts";
import { MOST_LIARS, playDispute } from "../../scenario/dispute.ts";
import { OVERHEAD } from "../../../verifier/program/fragment.ts";
import { engineOf } from "../engine.ts";
import { stderr, stdout } from "../channels.ts";
import { UserError } from "../failure.ts";
import { heightsOf, requireRoom, storeOf } from "../levels.ts";
import { narratorOn } from "../narrator.ts";
import { prepare } from "../prepare.ts";
import { parseNumber } from "../program-file.ts";
import { conclude } from "../report-text.ts";
import { invocationOf } from "../invocation.ts";
import type { InvocationOptions } from "../options/invocation.ts";
import type { LevelOptions } from "../options/levels.ts";
import type { SettingOptions } from "../options/settings.ts";

/** Options of `arbiter dispute` as commander gives them. */
export interface DisputeOptions extends InvocationOptions, LevelOptions, SettingOptions {
  readonly lieAt?: string;
  readonly liars: string;
  readonly adversary: string;
}

/** Does what the command says, and gives the exit code. */
export async function dispute(module: string, args: readonly string[], options: DisputeOptions): Promise<number> {
  if (options.lieAt === undefined) {
    const hint = "an id, 0x and hexadecimal digits as claims and disputes print them, shows a dispute of a Deal";
    throw new UserError("--lie-at is missing: the step, from 1, about whose result the liar lies", { hint });
  }
  const invocation = invocationOf(module, args, options);
  const lieAt = parseNumber(options.lieAt, "--lie-at", 1n);
  const liars = Number(parseNumber(options.liars, "--liars", 1n));
  const strategy = adversary(options.adversary);
  if (liars > MOST_LIARS) throw new UserError(`--liars goes from 1 to ${MOST_LIARS}, not ${liars}`);
  const { program, input } = prepare(invocation);
  const budget = invocation.fuel + OVERHEAD;
  const { executor, refusedGrowth } = engineOf(options.engine, program);
  const narrator = narratorOn(options.json === true ? stderr : stdout);
  const heights = heightsOf(options);
  requireRoom(budget, heights);
  const store = storeOf(options);
  const job = {
    ...{ program, input, budget, executor, lieAt, liars, heights, adversary: strategy },
    ...(store === undefined ? {} : { store }),
  };
  const report = await playDispute(job, narrator);
  return conclude(report, options.json === true, refusedGrowth());
}
