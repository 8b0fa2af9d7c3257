/** The options that commands share which call a function of a module. */
import type { Command } from "commander";
import { type Invocation, parseNumber } from "../program-file.ts";

/** Options as commander gives them. */
export interface InvocationOptions {
  readonly export?: string;
  readonly input?: string;
  readonly fuel: string;
  readonly json?: boolean;
}

/** Adds MODULE, ARGS and the options for a call. */
export function withInvocation(command: Command): Command {
  return command
    .argument("<module>", "a WebAssembly module (.wasm)")
    .argument(
      "[args...]",
      "arguments of the function: whole numbers, decimal or 0x; floats as 1.5, 6e23, inf, nan; negative ones after --",
    )
    .option("-e, --export <name>", "the exported function to call (default: the only one)")
    .option("-i, --input <file>", "call the payload convention's invoke with the content of a file")
    .option("--fuel <steps>", "the most steps that the call may take", String(2 ** 40))
    .option("--json", "print one JSON object on stdout");
}

/** What the arguments and options mean. */
export function invocationOf(module: string, args: readonly string[], options: InvocationOptions): Invocation {
  return {
    module,
    args,
    export: options.export,
    input: options.input,
    fuel: parseNumber(options.fuel, "--fuel", 1n),
  };
}
