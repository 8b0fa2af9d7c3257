/** `claims`, `disputes`, `monitor` and `deposits` of a Deal. What they need is loaded when they run. */
import type { Command } from "commander";
import type { ClaimsOptions } from "../actions/claims.ts";
import { guarded } from "../failure.ts";
import type { MonitorOptions } from "../actions/monitor.ts";
import { withEngine } from "../options/engine.ts";
import { PROGRAM, READING, type SettingOptions, withSettings } from "../options/settings.ts";

/** Adds the commands. */
export function addClaims(program: Command): void {
  withSettings(program.command("claims"), [...READING, "deal"])
    .description("what workers have claimed in a Deal, and how it ended")
    .option("--pending", "only those that are neither confirmed nor struck nor dead")
    .action((options: ClaimsOptions) =>
      guarded(async () => (await import("../actions/claims.ts")).showClaims(options), options.json),
    );
  withSettings(program.command("disputes"), [...READING, "deal"])
    .description("disputes of a Deal that are not over: their matches, whose turn it is, and how long")
    .action((options: SettingOptions) =>
      guarded(async () => (await import("../actions/claims.ts")).showDisputes(options), options.json),
    );
  const monitor = withEngine(program.command("monitor"));
  withSettings(monitor, [...READING, "deal", ...PROGRAM, "data", "interval"], "print one JSON object a look on stdout")
    .description(
      "watch a Deal: of each pending claim whether this machine's own replay agrees, who is ahead in its dispute, what is at risk, and the nearest deadline",
    )
    .option("--once", "wait until everything is replayed, show it, and end")
    .option("--of <address>", "an account whose bonds are told beside all others")
    .addHelpText(
      "after",
      "\nExit code with --once: 0, or 4 if a claim is pending that this machine disagrees with.\n\nExample: arbiter monitor --module my.wasm",
    )
    .action((options: MonitorOptions) =>
      guarded(async () => (await import("../actions/monitor.ts")).monitor(options), options.json),
    );
  withSettings(program.command("deposits"), [...READING, "deal"])
    .description("collateral that is locked, free, or cooling off: of an account, or of a Deal's workers")
    .argument("[address]", "whose (default: all that ever had a seat in the Deal)")
    .action((address: string | undefined, options: SettingOptions) =>
      guarded(async () => (await import("../actions/deposits.ts")).showDeposits(address, options), options.json),
    );
}
