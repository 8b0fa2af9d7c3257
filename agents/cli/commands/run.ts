/** `run MODULE [ARGS…]`: executes a function off chain. What it needs is loaded when it runs. */
import type { Command } from "commander";
import { guarded } from "../failure.ts";
import type { RunOptions } from "../actions/run.ts";
import { withFragment } from "../options/fragment.ts";
import { withInvocation } from "../options/invocation.ts";

/** Adds the command. */
export function addRun(program: Command): void {
  withFragment(withInvocation(program.command("run")))
    .description("execute a function, or a program with _start, off chain: result, steps, state root")
    .option("--save <file>", "write the state after it to a file, for --from")
    .addHelpText(
      "after",
      "\nA program's output is printed as it is, and its exit code is that of this command, but for those above 255:" +
        " they are told on stderr and become 255. To a terminal only its text and colours are written; --json tells the steps and roots." +
        "\n\nExamples: arbiter run fib.wasm --export fib 20\n" +
        "          arbiter run sort.wasm --stdin names.txt --file rules.txt --env LANG=C -- --reverse\n" +
        "          arbiter run my.wasm --deal 0x… --fragment 3",
    )
    .action((module: string, args: string[], options: RunOptions) =>
      guarded(async () => (await import("../actions/run.ts")).run(module, args, options), options.json),
    );
}
