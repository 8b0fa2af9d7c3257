/**
 * `prove MODULE [ARGS…] --at N`: proves one step on the embedded chain. What it needs is loaded
 * when it runs.
 */
import type { Command } from "commander";
import type { ProveOptions } from "../actions/prove.ts";
import { guarded } from "../failure.ts";
import { withFragment } from "../options/fragment.ts";
import { withInvocation } from "../options/invocation.ts";

/** Adds the command. */
export function addProve(program: Command): void {
  withFragment(withInvocation(program.command("prove")))
    .description("prove one step on the embedded chain, and compare its result with the one computed off chain")
    .requiredOption("--at <step>", "the step, from 1: it leads from the state after N - 1 steps to the one after N")
    .addHelpText(
      "after",
      "\nExample: arbiter prove fib.wasm --export fib 20 --at 1000\n         arbiter prove my.wasm --deal 0x… --fragment 3 --at 1000",
    )
    .action((module: string, args: string[], options: ProveOptions) =>
      guarded(async () => (await import("../actions/prove.ts")).prove(module, args, options), options.json),
    );
}
