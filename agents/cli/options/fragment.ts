/** The options that say which fragment a command is about, instead of one call. */
import type { Command } from "commander";
import { SETTINGS } from "../../config/settings.ts";
import { READING } from "./settings.ts";

/** Options as commander gives them. */
export interface FragmentOptions {
  readonly config?: string;
  readonly deal?: string;
  readonly fragment?: string;
  readonly transactions: readonly string[];
  readonly budget?: string;
  readonly from?: string;
}

const append = (value: string, list: readonly string[] | undefined): string[] => [...(list ?? []), value];

/** Adds `--deal`, and the options that say where to read it. */
export function withDeal(command: Command, help: string): Command {
  command
    .option(SETTINGS.deal.flag, help)
    .option("--config <file>", "the file of settings for the chain (default: arbiter.json, if it is there)");
  for (const name of READING) {
    const { flag, help: meaning, kind } = SETTINGS[name];
    if (kind === "list") command.option(flag, `${meaning} (any number of them)`, append);
    else command.option(flag, meaning);
  }
  return command;
}

/** Adds the options. */
export function withFragment(command: Command): Command {
  return withDeal(command, "address of the Deal whose fragment it is")
    .option("--fragment <number>", "a fragment of a Deal, from 0: it and all before it are read from the chain")
    .option(
      "--transactions <file>",
      "transactions as JSON, as start and submit take them: a fragment a file, of which the last one counts (any number of them)",
      append,
      [],
    )
    .option(
      "--budget <steps>",
      "the most steps that a fragment may take, as the Deal's terms say (needed by --transactions)",
    )
    .option(
      "--from <state>",
      "a file with the state to begin in, as run --save writes it (default: the program's initial state)",
    );
}
