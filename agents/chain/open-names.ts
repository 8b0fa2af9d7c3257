/** Which tournaments and matches of a game can still change. */
import type { Hex, Log } from "viem";
import { dealAbi } from "../../contracts/abi/Deal.ts";
import { tournamentAbi } from "../../contracts/abi/Tournament.ts";
import { eventLogs } from "./event-logs.ts";
import type { GameState, TournamentState } from "../game/types.ts";

/**
 * Names of tournaments and matches to which something can still happen at an instant, in seconds.
 * One of both kinds has one name.
 */
export function openNames({ tournaments, matches }: GameState, time: number): Hex[] {
  const names = new Set<Hex>();
  for (const row of tournaments.values()) if (!isOver(row, time)) names.add(row.id);
  for (const { id, phase } of matches.values()) if (phase !== "done") names.add(id);
  return [...names];
}

/** Whether nobody can join a tournament or win anything in it any more. */
function isOver({ collected, closes, live, waiting }: TournamentState, time: number): boolean {
  return collected || (closes < time && live === 0 && waiting === undefined);
}

/** Names of tournaments and matches that begin with these logs of a Deal and of its tournaments. */
export function namesIn(logs: readonly Log[]): Hex[] {
  const challenged = eventLogs(dealAbi, logs).flatMap((log) =>
    log.eventName === "Challenged" ? [log.args.tournament] : [],
  );
  const paired = eventLogs(tournamentAbi, logs).flatMap((log) => (log.eventName === "Paired" ? [log.args.id] : []));
  return [...challenged, ...paired];
}
