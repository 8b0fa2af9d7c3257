/** `dispute MODULE [ARGS…] --lie-at N`: plays a dispute about one run, without a Deal. */
import type { Command } from "commander";
import { MOST_LIARS, playDispute } from "../../scenario/dispute.ts";
import { OVERHEAD } from "../../../verifier/program/fragment.ts";
import { engineOf } from "../engine.ts";
import { stderr, stdout } from "../channels.ts";
import { guarded, UserError } from "../failure.ts";
import { heightsOf, type LevelOptions, requireRoom, storeOf, withLevels } from "../levels.ts";
import { narratorOn } from "../narrator.ts";
import { prepare } from "../prepare.ts";
import { parseNumber } from "../program-file.ts";
import { conclude } from "../report-text.ts";
import { invocationOf, type InvocationOptions, withInvocation } from "./invocation.ts";

interface DisputeOptions extends InvocationOptions, LevelOptions {
  readonly lieAt: string;
  readonly liars: string;
}

/** Adds the command. */
export function addDispute(program: Command): void {
  withLevels(withInvocation(program.command("dispute")))
    .description("play a dispute about one run on the embedded chain, down to the executed step")
    .requiredOption("--lie-at <step>", "the step, from 1, about whose result the liar lies")
    .option("--liars <count>", "how many liars there are, each about another step", "1")
    .addHelpText("after", "\nExample: arbiter dispute fib.wasm --export fib 20 --lie-at 1000 --liars 3")
    .action((module: string, args: string[], options: DisputeOptions) =>
      guarded(() => dispute(module, args, options), options.json),
    );
}

async function dispute(module: string, args: readonly string[], options: DisputeOptions): Promise<number> {
  const invocation = invocationOf(module, args, options);
  const lieAt = parseNumber(options.lieAt, "--lie-at", 1n);
  const liars = Number(parseNumber(options.liars, "--liars", 1n));
  if (liars > MOST_LIARS) throw new UserError(`--liars goes from 1 to ${MOST_LIARS}, not ${liars}`);
  const { program, input } = prepare(invocation);
  const budget = invocation.fuel + OVERHEAD;
  const { executor, refusedGrowth } = engineOf(options.engine, program);
  const narrator = narratorOn(options.json === true ? stderr : stdout);
  const heights = heightsOf(options);
  requireRoom(invocation, heights);
  const store = storeOf(options);
  const job = { program, input, budget, executor, lieAt, liars, heights, ...(store === undefined ? {} : { store }) };
  const report = await playDispute(job, narrator);
  return conclude(report, options.json === true, refusedGrowth());
}
