/** The options that commands share which call a function of a module, or run a program. */
import type { Command } from "commander";
import { type BuildingOptions, withBuilding } from "./building.ts";
import { type EngineName, withEngine } from "./engine.ts";

/** Options as commander gives them. */
export interface InvocationOptions extends BuildingOptions {
  readonly convention?: string;
  readonly export?: string;
  readonly input?: string;
  readonly env: readonly string[];
  readonly file: readonly string[];
  readonly dir: readonly string[];
  readonly stdin?: string;
  readonly clock?: string;
  readonly seed?: string;
  readonly fuel: string;
  readonly engine: EngineName;
  readonly json?: boolean;
}

/** Help for an option that several commands have. */
export const CONVENTION_HELP =
  "typed, payload or command: how transactions reach the module (default: command if it exports _start, payload if memory, allocate and invoke, else typed)";

const append = (value: string, list: readonly string[]): string[] => [...list, value];

/** Adds MODULE, ARGS and the options for a call. */
export function withInvocation(command: Command): Command {
  const own = withEngine(command)
    .argument("<module>", "a WebAssembly module (.wasm)")
    .argument(
      "[args...]",
      "arguments of the function: whole numbers, decimal or 0x; floats as 1.5, 6e23, inf, nan; negative ones after --. " +
        "Of a program with _start: any texts, after --",
    )
    .option("-c, --convention <name>", CONVENTION_HELP)
    .option("-e, --export <name>", "the exported function to call (default: the only one)")
    .option("-i, --input <file>", "call the payload convention's invoke with the content of a file")
    .option("--env <name=value>", "a variable of the program's environment (any number of them)", append, [])
    .option("--file <path[=file]>", "a file that the program finds at the path (any number of them)", append, [])
    .option(
      "--dir <host[::guest]>",
      "a directory with all that is in it, at the same path or at another, as in data::/ (any number of them)",
      append,
      [],
    )
    .option("--stdin <file>", "the program's standard input; - is that of this command")
    .option("--clock <ns>", "nanoseconds since 1970 at which the program's clock begins (default: 0)")
    .option("--seed <hex>", "0x and 64 digits that the program's random numbers follow from (default: zeros)")
    .option("--fuel <steps>", "the most steps that the call may take", String(2 ** 40));
  return withBuilding(own).option("--json", "print one JSON object on stdout");
}
