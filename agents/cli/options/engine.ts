/**
 * `--engine`: who executes a program. Both give the same states; the native engine needs far less
 * time for long runs.
 */
import { type Command, Option } from "commander";

/** Names that the option takes. */
export type EngineName = "native" | "interpreter";

/** Adds the option. */
export function withEngine(command: Command): Command {
  const names: readonly EngineName[] = ["native", "interpreter"];
  const option = new Option(
    "--engine <name>",
    "who executes: native runs at about V8's speed, and interprets what it must",
  );
  return command.addOption(option.choices(names).default("native"));
}
