/**
 * `challenge`, `move`, `resolve` and `settle`: what a validator does by itself, by hand. What they
 * need is loaded when they run.
 */
import type { Command } from "commander";
import type { HandOptions } from "../actions/by-hand.ts";
import { guarded } from "../failure.ts";
import { withEngine } from "../options/engine.ts";
import { PROGRAM, REHEARSE, SENDING, withSettings } from "../options/settings.ts";

/** What each does. */
const COMMANDS = {
  challenge: "challenge a claim that this machine has computed otherwise: announce the truth, then open the dispute",
  move: "play the next turn in a claim's dispute: join, move, or show the step on which the sides differ",
  resolve: "end the matches of a claim's dispute that are over, and collect bonds that are won",
  settle: "apply the verdict about a claim, and reveal the state that it has installed",
} as const;

/** Adds the commands. */
export function addByHand(program: Command): void {
  for (const [name, description] of Object.entries(COMMANDS)) {
    const request = name as keyof typeof COMMANDS;
    withSettings(withEngine(program.command(name)), [
      ...SENDING,
      "deal",
      ...PROGRAM,
      "data",
      "interval",
      "privateEndpoint",
    ])
      .description(`by hand: ${description}`)
      .argument("<claim>", "the number of a fragment, or 0x and the first digits of a claim's or tournament's id")
      .option("--yes", "do not ask before it is sent")
      .option("--dry-run", REHEARSE)
      .addHelpText(
        "after",
        "\nIt replays and decides as the validator does, and sends only what the rules allow and what can't lose." +
          "\nIt uses the validator's store: the service of the same account must not run." +
          `\n\nExample: arbiter ${name} 3 --module my.wasm --account keystore:validator.json`,
      )
      .action((claim: string, options: HandOptions) =>
        guarded(async () => (await import("../actions/by-hand.ts")).byHand(request, claim, options), options.json),
      );
  }
}
