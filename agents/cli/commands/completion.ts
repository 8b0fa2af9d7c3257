/** `completion`: a script that lets bash or zsh complete commands and options. */
import { Argument, type Command } from "commander";
import { stdout } from "../channels.ts";
import { ExitCode, guarded } from "../failure.ts";
import { completionScript, type Shell, SHELLS } from "../completion.ts";
import { Printable, text } from "../printable.ts";

/** Adds the command. */
export function addCompletion(program: Command): void {
  program
    .command("completion")
    .description("print a script for a shell that completes commands and options")
    .addArgument(new Argument("<shell>", "whose").choices(SHELLS))
    .addHelpText("after", '\nExample, in ~/.bashrc: eval "$(arbiter completion bash)"')
    .action((shell: Shell) =>
      guarded(() => {
        stdout.line(Printable.lines(completionScript(program, shell).map((line) => text`${line}`)));
        return ExitCode.success;
      }),
    );
}
