/** What `dispute ID` does: shows one dispute of a Deal. */
import { tournamentId } from "../../game/openings.ts";
import { disputeTree } from "../../players/dispute-tree.ts";
import { outlook } from "../../players/outlook.ts";
import { durationText } from "../../config/amounts.ts";
import { stdout } from "../channels.ts";
import { disputePicture } from "../dispute-picture.ts";
import { jsonValue } from "../facts.ts";
import { ExitCode, UserError } from "../failure.ts";
import type { SettingOptions } from "../options/settings.ts";
import { text } from "../printable.ts";
import { claimNamed, look } from "../sight.ts";

/** Does what the command says, and gives the exit code. */
export async function showDispute(name: string, options: SettingOptions): Promise<number> {
  const sight = await look(options);
  const { deal, game, now } = sight;
  const claim = claimNamed(sight, name);
  const tournament = tournamentId(deal.address, claim.id);
  const row = game.tournaments.get(tournament);
  if (row === undefined) {
    throw new UserError(`nobody has disputed the claim ${claim.id} of fragment ${claim.fragment}`, {
      hint: `it is ${claim.phase}`,
    });
  }
  const tree = disputeTree({ game, params: deal.params, now }, row);
  const end = outlook(game, deal.params, tournament, now);
  const { id, fragment, phase, worker, finalState } = claim;
  if (options.json === true) {
    const winner = end?.winner;
    const ifNobodyMoves = end && { at: end.at, winner: winner && { root: winner.root, owner: winner.owner } };
    stdout.json(jsonValue({ claim: { id, fragment, phase, worker, finalState }, now, tree, ifNobodyMoves }));
    return ExitCode.success;
  }
  stdout.line(text`claim ${id} of fragment ${fragment}, by ${worker}: ${phase}`);
  const legend = { now, nameOf: (state: string) => (state === finalState ? "as claimed" : undefined) };
  for (const line of disputePicture(tree, legend)) stdout.line(line);
  if (end !== undefined && !tree.isFinished) {
    const who = end.winner === undefined ? "nobody wins" : `${end.winner.owner} wins`;
    stdout.line(text`if nobody joins or moves any more, ${who} in ${durationText(Math.max(0, end.at - now))}`);
  }
  return ExitCode.success;
}
