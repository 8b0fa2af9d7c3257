/** What `claims` and `disputes` do: what is claimed in a Deal, and how far its disputes are. */
import { isPending } from "../../chain/deal-log.ts";
import { durationText } from "../../config/amounts.ts";
import { tournamentId } from "../../game/openings.ts";
import { clockRuns, verdict } from "../../game/rules.ts";
import type { GameState, MatchState } from "../../game/types.ts";
import { stdout } from "../channels.ts";
import { jsonValue } from "../facts.ts";
import { ExitCode } from "../failure.ts";
import type { SettingOptions } from "../options/settings.ts";
import { type Printable, text } from "../printable.ts";
import { look } from "../sight.ts";

/** Options as commander gives them. */
export interface ClaimsOptions extends SettingOptions {
  readonly pending?: boolean;
}

/** Lists the claims, the oldest first. */
export async function showClaims(options: ClaimsOptions): Promise<number> {
  const { deal, view, now } = await look(options);
  const { period } = deal.params;
  const claims = [...view.claims.values()].filter((claim) => options.pending !== true || isPending(claim));
  if (options.json === true) {
    stdout.json(
      jsonValue({
        resolved: view.resolved,
        claims: claims.map(({ backers, since, ...claim }) => ({
          ...{ ...claim, since, backers: [...backers], windowEnds: since + period },
        })),
      }),
    );
    return ExitCode.success;
  }
  stdout.line(text`${view.submitted} fragments submitted, ${view.resolved} resolved, ${claims.length} claims`);
  for (const { id, fragment, phase, backers, since, finalState } of claims) {
    const left = since + period - now;
    const window = phase === "open" ? `, window open for ${durationText(Math.max(0, left))}` : "";
    stdout.line(text`fragment ${fragment}  ${phase.padEnd(9)} ${backers.size} backers${window}`);
    stdout.line(text`  claim ${id}, state ${finalState}`);
  }
  return ExitCode.success;
}

/** Lists the disputes that are not over, with their matches. */
export async function showDisputes(options: SettingOptions): Promise<number> {
  const { deal, view, game, now } = await look(options);
  const disputed = [...view.claims.values()].filter(({ phase }) => phase === "disputed");
  const disputes = disputed.map(({ id, fragment }) => {
    const tournament = tournamentId(deal.address, id);
    const inside = tournamentsUnder(game, tournament);
    const matches = [...game.matches.values()].filter(
      (match) => inside.has(match.tournament) && match.phase !== "done",
    );
    return { claim: id, fragment, tournament, matches, verdict: verdict(game, tournament, now) };
  });
  if (options.json === true) {
    stdout.json(
      jsonValue({
        disputes: disputes.map(({ matches, ...dispute }) => ({
          ...dispute,
          matches: matches.map((match) => ({ ...match, deadline: deadlineOf(match, now) ?? null })),
        })),
      }),
    );
    return ExitCode.success;
  }
  stdout.line(text`${disputes.length} disputes`);
  for (const { claim, fragment, tournament, matches, verdict: decided } of disputes) {
    const standing = decided.finished ? "finished, to be settled" : `${matches.length} matches`;
    stdout.line(text`fragment ${fragment}  claim ${claim}, tournament ${tournament}: ${standing}`);
    for (const match of matches) stdout.line(matchLine(game, match, now));
  }
  return ExitCode.success;
}

/** A tournament and all inside of its matches, which have the names of the matches. */
function tournamentsUnder(
  { matches }: GameState,
  root: MatchState["tournament"],
): ReadonlySet<MatchState["tournament"]> {
  const inside = new Set([root]);
  for (let size = 0; size < inside.size;) {
    size = inside.size;
    for (const { id, tournament } of matches.values()) if (inside.has(tournament)) inside.add(id);
  }
  return inside;
}

/** When the mover loses by time; undefined while no clock runs. */
function deadlineOf(match: MatchState, now: number): number | undefined {
  return match.phase === "playing" && clockRuns(match, now) ? match.since + match.clocks[match.turn] : undefined;
}

function matchLine({ tournaments }: GameState, match: MatchState, now: number): Printable {
  const level = tournaments.get(match.tournament)?.level ?? 0;
  const deadline = deadlineOf(match, now);
  const clock =
    deadline === undefined ? "no clock runs" : `${durationText(deadline - now)} left for side ${match.turn}`;
  return text`  match ${match.id}, level ${level}, height ${match.height}, ${match.phase}: ${clock}`;
}
