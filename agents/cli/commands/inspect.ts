/** `inspect MODULE`: what a module becomes as a program. What it needs is loaded when it runs. */
import type { Command } from "commander";
import type { InspectOptions } from "../actions/inspect.ts";
import { guarded } from "../failure.ts";
import { withBuilding } from "../options/building.ts";
import { withDeal } from "../options/fragment.ts";
import { CONVENTION_HELP } from "../options/invocation.ts";

/** Adds the command. */
export function addInspect(program: Command): void {
  withDeal(withBuilding(program.command("inspect")), "the Deal whose program it must be; its parts are compared")
    .description("functions, limits, tree depths, code size and program root of a module")
    .argument("<module>", "a WebAssembly module (.wasm)")
    .option("-c, --convention <name>", CONVENTION_HELP)
    .option("-d, --disassemble", "list the machine code beside the WebAssembly that it was made from")
    .option("--json", "print one JSON object on stdout")
    .addHelpText("after", "\nExample: arbiter inspect fib.wasm --disassemble")
    .action((module: string, options: InspectOptions) =>
      guarded(async () => (await import("../actions/inspect.ts")).inspect(module, options), options.json),
    );
}
