/**
 * `dispute ID`: shows one dispute of a Deal. `dispute MODULE [ARGS…] --lie-at N`: plays one about a
 * run, without a Deal. What they need is loaded when they run.
 */
import type { Command } from "commander";
import { ADVERSARIES, LIAR } from "../../players/adversaries/registry.ts";
import type { DisputeOptions } from "../actions/dispute.ts";
import { guarded } from "../failure.ts";
import { withDeal } from "../options/fragment.ts";
import { withInvocation } from "../options/invocation.ts";
import { withLevels } from "../options/levels.ts";

/** Adds the command. */
export function addDispute(program: Command): void {
  const command = withDeal(withInvocation(program.command("dispute")), "the Deal whose dispute it is");
  withLevels(command)
    .usage("[options] <id>\n       arbiter dispute [options] <module> [args...] --lie-at <step>")
    .summary("show a dispute of a Deal by its id; or play one about a run, on the embedded chain")
    .description(
      "With an id, 0x and the first digits of a claim or a tournament as claims and disputes print them: show that dispute, with its matches, its clocks, and what can be done next.\nWith a module: play a dispute about one run on the embedded chain, down to the executed step.",
    )
    .option("--lie-at <step>", "the step, from 1, about whose result the liar lies")
    .option("--liars <count>", "how many liars there are, each about another step", "1")
    .option("--adversary <name>", `how they play: ${ADVERSARIES.join(", ")}`, LIAR.name)
    .addHelpText(
      "after",
      "\nExamples: arbiter dispute 0x3fa2\n          arbiter dispute fib.wasm --export fib 20 --lie-at 1000 --liars 3",
    )
    .action((module: string, args: string[], options: DisputeOptions) =>
      guarded(
        async () =>
          /^0x[0-9a-fA-F]+$/.test(module)
            ? (await import("../actions/dispute-show.ts")).showDispute(module, options)
            : (await import("../actions/dispute.ts")).dispute(module, args, options),
        options.json,
      ),
    );
}
