/** Scripts for shells that complete commands and options, from the commands themselves. */
import type { Command } from "commander";

/** Shells that can be served. */
export const SHELLS = ["bash", "zsh"] as const;

/** One of {@link SHELLS}. */
export type Shell = (typeof SHELLS)[number];

/**
 * The lines of the script. What may follow is looked up by the words before it that are commands;
 * files are completed where nothing else fits.
 */
export function completionScript(program: Command, shell: Shell): string[] {
  const cases = [...tree(program, "")].map(([path, words]) => `    "${path}") words="${words.join(" ")}" ;;`);
  return [
    ...(shell === "zsh" ? ["autoload -U +X bashcompinit && bashcompinit"] : []),
    "_arbiter() {",
    '  local path="" words="" word candidate',
    '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
    `    candidate="\${path:+$path }$word"`,
    '    case " $_arbiter_paths " in *"|$candidate|"*) path="$candidate" ;; esac',
    "  done",
    '  case "$path" in',
    ...cases,
    "  esac",
    '  COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))',
    "}",
    `_arbiter_paths="|${[...tree(program, "")].map(([path]) => path).join("|")}|"`,
    "complete -o default -F _arbiter arbiter",
  ];
}

/** Every command by the words that lead to it, with what may follow. */
function* tree(command: Command, path: string): Generator<[path: string, words: string[]], void> {
  const options = command.options.flatMap(({ long }) => (long === undefined ? [] : [long]));
  yield [path, [...command.commands.map((one) => one.name()), ...options, "--help"]];
  for (const one of command.commands) yield* tree(one, path === "" ? one.name() : `${path} ${one.name()}`);
}
