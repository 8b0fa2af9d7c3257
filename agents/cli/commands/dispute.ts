/**
 * `dispute MODULE [ARGS…] --lie-at N`: plays a dispute about one run, without a Deal. What it needs
 * is loaded when it runs.
 */
import type { Command } from "commander";
import { ADVERSARIES, LIAR } from "../../players/adversaries/registry.ts";
import type { DisputeOptions } from "../actions/dispute.ts";
import { guarded } from "../failure.ts";
import { withInvocation } from "../options/invocation.ts";
import { withLevels } from "../options/levels.ts";

/** Adds the command. */
export function addDispute(program: Command): void {
  withLevels(withInvocation(program.command("dispute")))
    .description("play a dispute about one run on the embedded chain, down to the executed step")
    .requiredOption("--lie-at <step>", "the step, from 1, about whose result the liar lies")
    .option("--liars <count>", "how many liars there are, each about another step", "1")
    .option("--adversary <name>", `how they play: ${ADVERSARIES.join(", ")}`, LIAR.name)
    .addHelpText("after", "\nExample: arbiter dispute fib.wasm --export fib 20 --lie-at 1000 --liars 3")
    .action((module: string, args: string[], options: DisputeOptions) =>
      guarded(async () => (await import("../actions/dispute.ts")).dispute(module, args, options), options.json),
    );
}
