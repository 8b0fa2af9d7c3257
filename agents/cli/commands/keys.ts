/** `keys new | list`: encrypted keys. What they need is loaded when they run. */
import type { Command } from "commander";
import type { KeysOptions } from "../actions/keys.ts";
import { guarded } from "../failure.ts";

/** Adds the commands. */
export function addKeys(program: Command): void {
  const keys = program.command("keys").description("encrypted keys, in files as geth and foundry have them: new, list");
  keys
    .command("new")
    .description("make a key, write it encrypted into a new file, print its address")
    .argument("<file>", "the keystore, which must not be there yet")
    .option("--password-file <file>", "a file whose first line is the password; without it the password is asked for")
    .option("--json", "print one JSON object on stdout")
    .addHelpText("after", "\nExample: arbiter keys new worker.json")
    .action((file: string, options: KeysOptions) =>
      guarded(async () => (await import("../actions/keys.ts")).newKey(file, options), options.json),
    );
  keys
    .command("list")
    .description("addresses of the keystores in a folder")
    .argument("[folder]", "where to look", ".")
    .option("--json", "print one JSON object on stdout")
    .action((folder: string, options: KeysOptions) =>
      guarded(async () => (await import("../actions/keys.ts")).listKeys(folder, options), options.json),
    );
}
