/**
 * `commit MODULE [ARGS…] --level K`: commits to the history of a run, as a player of the game does.
 * What it needs is loaded when it runs.
 */
import type { Command } from "commander";
import type { CommitOptions } from "../actions/commit.ts";
import { guarded } from "../failure.ts";
import { withFragment } from "../options/fragment.ts";
import { withInvocation } from "../options/invocation.ts";
import { withLevels } from "../options/levels.ts";

/** Adds the command. */
export function addCommit(program: Command): void {
  withLevels(withFragment(withInvocation(program.command("commit"))))
    .description("commit to the history of a run: a tree of state roots, as a player of the game has it at a level")
    .option(
      "--level <number>",
      "the level: 0 covers all of the history, each other one a stride of the level above",
      "0",
    )
    .option(
      "--at <step>",
      "the step that a commitment at a lower level begins with: a multiple of the stride above",
      "0",
    )
    .addHelpText("after", "\nExample: arbiter commit fib.wasm --export fib 40 --level 0 --heights 27,21")
    .action((module: string, args: string[], options: CommitOptions) =>
      guarded(async () => (await import("../actions/commit.ts")).commit(module, args, options), options.json),
    );
}
