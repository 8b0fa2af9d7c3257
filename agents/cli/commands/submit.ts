/** `submit TRANSACTIONS`: a sequencer's fragment, by hand. What it needs is loaded when it runs. */
import type { Command } from "commander";
import type { SubmitOptions } from "../actions/submit.ts";
import { guarded } from "../failure.ts";
import { PROGRAM, SENDING, withSettings } from "../options/settings.ts";

/** Adds the command. */
export function addSubmit(program: Command): void {
  withSettings(program.command("submit"), [...SENDING, "deal", ...PROGRAM])
    .description("submit a file of transactions to a Deal, as its sequencer")
    .argument("<transactions>", 'JSON: [{"payload": "…"}] or [{"export": "add", "args": ["1", "2"]}]')
    .option("--dry-run", "tell what would be sent, and send nothing")
    .addHelpText("after", "\nExample: arbiter submit day.json --module my.wasm --account keystore:sequencer.json")
    .action((path: string, options: SubmitOptions) =>
      guarded(async () => (await import("../actions/submit.ts")).submit(path, options), options.json),
    );
}
