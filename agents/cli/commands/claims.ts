/** `claims` and `disputes` of a Deal. What they need is loaded when they run. */
import type { Command } from "commander";
import type { ClaimsOptions } from "../actions/claims.ts";
import { guarded } from "../failure.ts";
import { READING, type SettingOptions, withSettings } from "../options/settings.ts";

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
}
