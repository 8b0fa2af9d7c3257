/** `doctor`: whether this machine can validate a Deal. What it needs is loaded when it runs. */
import type { Command } from "commander";
import type { DoctorOptions } from "../actions/doctor.ts";
import { guarded } from "../failure.ts";
import { withEngine } from "../options/engine.ts";
import { PROGRAM, SENDING, withSettings } from "../options/settings.ts";

/** Adds the command. */
export function addDoctor(program: Command): void {
  withSettings(withEngine(program.command("doctor")), [...SENDING, "deal", ...PROGRAM])
    .description("check clock, endpoints, key, balance, terms, and this machine's speed against what the Deal asks for")
    .addHelpText("after", "\nExit code 0: nothing is bad. Example: arbiter doctor --account keystore:validator.json")
    .action((options: DoctorOptions) =>
      guarded(async () => (await import("../actions/doctor.ts")).examine(options), options.json),
    );
}
