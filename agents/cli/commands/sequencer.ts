/** `sequencer`: a Deal's transactions over HTTP. What it needs is loaded when it runs. */
import type { Command } from "commander";
import type { SequencerOptions } from "../actions/sequencer.ts";
import { guarded } from "../failure.ts";
import { withEngine } from "../options/engine.ts";
import { LOGS_JSON, REHEARSE, SERVING, withSettings } from "../options/settings.ts";

/** Adds the command. */
export function addSequencer(program: Command): void {
  withSettings(withEngine(program.command("sequencer")), SERVING, LOGS_JSON)
    .description("take clients' transactions over HTTP, submit them in fragments, answer with results and proofs")
    .option("--host <name>", "what to listen on: others than this machine reach it only if you say so", "127.0.0.1")
    .option("--port <number>", "0 takes a free one", "8080")
    .option("--max-wait <seconds>", "how long a transaction waits for others before a fragment is submitted", "5")
    .option("--dry-run", REHEARSE)
    .addHelpText(
      "after",
      '\nPOST /transactions takes one transaction as submit does, {"payload": "…"}, and gives a ticket;' +
        "\nGET /transactions/TICKET tells how far it is, its output, and a proof when that is confirmed." +
        "\n\nExample: arbiter sequencer --module my.wasm --account keystore:sequencer.json",
    )
    .action((options: SequencerOptions) =>
      guarded(async () => (await import("../actions/sequencer.ts")).sequence(options), options.json),
    );
}
