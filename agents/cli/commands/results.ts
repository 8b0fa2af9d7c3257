/** `results FRAGMENT`: what transactions answered. What it needs is loaded when it runs. */
import type { Command } from "commander";
import type { ResultsOptions } from "../actions/results.ts";
import { guarded } from "../failure.ts";
import { withEngine } from "../options/engine.ts";
import { PROGRAM, READING, withSettings } from "../options/settings.ts";

/** Adds the command. */
export function addResults(program: Command): void {
  withSettings(withEngine(program.command("results")), [...READING, "deal", ...PROGRAM])
    .description("replay up to a fragment, and print what its transactions answered and whether that is confirmed")
    .argument("<fragment>", "its number, from 0")
    .option("-t, --transaction <number>", "one transaction of it, from 0 (default: all)")
    .option("--proof", "with --json: a proof of each answer against the state root, for contracts and clients")
    .option("--wait", "wait until the fragment is confirmed or decided")
    .addHelpText(
      "after",
      "\nExit code 0: confirmed; 3: not yet.\n\nExample: arbiter results 0 --transaction 2 --proof --json",
    )
    .action((fragment: string, options: ResultsOptions) =>
      guarded(async () => (await import("../actions/results.ts")).results(fragment, options), options.json),
    );
}
