/** `worker run | join | quit`. What they need is loaded when they run. */
import type { Command } from "commander";
import type { RunOptions, SeatOptions } from "../actions/worker.ts";
import { guarded } from "../failure.ts";
import { withEngine } from "../options/engine.ts";
import { LOGS_JSON, REHEARSE, SENDING, SERVING, withSettings } from "../options/settings.ts";

/** Adds the commands. */
export function addWorker(program: Command): void {
  const worker = program.command("worker").description("execute a Deal's fragments for its price: run, join, quit");
  withSettings(withEngine(worker.command("run", { isDefault: true })), [...SERVING, "privateEndpoint"], LOGS_JSON)
    .description("execute fragments, claim and back their final states, confirm what is due; until SIGINT or SIGTERM")
    .option("--join", "lock the collateral first, if the account has no seat")
    .option("--dry-run", REHEARSE)
    .addHelpText("after", "\nExample: arbiter worker run --join --module my.wasm --account keystore:worker.json")
    .action((options: RunOptions) =>
      guarded(async () => (await import("../actions/worker.ts")).runWorker(options), options.json),
    );
  withSettings(worker.command("join"), [...SENDING, "deal"])
    .description("deposit what is missing, and lock the collateral under the Deal's terms")
    .option("--dry-run", "tell what would be sent, and send nothing")
    .action((options: SeatOptions) =>
      guarded(async () => (await import("../actions/worker.ts")).joinDeal(options), options.json),
    );
  withSettings(worker.command("quit"), [...SENDING, "deal"])
    .description("leave the seat; the collateral cools off and can then be withdrawn")
    .option("--dry-run", "tell what would be sent, and send nothing")
    .action((options: SeatOptions) =>
      guarded(async () => (await import("../actions/worker.ts")).quitDeal(options), options.json),
    );
}
