/** What a command calls, as its arguments and options say. */
import { buildingOf } from "./building.ts";
import type { InvocationOptions } from "./options/invocation.ts";
import type { Invocation } from "./prepare.ts";
import { conventionOf, parseNumber } from "./program-file.ts";

/** What the arguments and options mean. */
export function invocationOf(module: string, args: readonly string[], options: InvocationOptions): Invocation {
  const { convention, env, file, dir, stdin, clock, seed } = options;
  return {
    module,
    args,
    convention: convention === undefined ? undefined : conventionOf(convention),
    export: options.export,
    input: options.input,
    process: { env, file, dir, stdin, clock, seed },
    fuel: parseNumber(options.fuel, "--fuel", 1n),
    building: buildingOf(options),
  };
}
