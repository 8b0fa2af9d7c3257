/** Whether the Tournament contract says what its logs tell about some tournaments. */
import type { Hex } from "viem";
import { tournamentAbi } from "../../contracts/abi/Tournament.ts";
import type { GameState, MatchState, TournamentState } from "../game/types.ts";
import type { BlockReader, Reading } from "./block-reader.ts";
import { differs } from "./deal-contradiction.ts";

/** `Phase` in States.sol. */
const PHASES = [undefined, "playing", "inner", "done"] as const;

/** `Side` in States.sol. */
const SIDES = [undefined, "one", "two"] as const;

const NOBODY = `0x${"00".repeat(32)}`;

/**
 * What the contract says otherwise in a block, in one line; undefined if nothing.
 *
 * @param names of the tournaments and matches that are compared; those that the game does not have
 *   are left out
 */
export async function gameContradiction(
  tournament: Hex,
  game: GameState,
  names: Iterable<Hex>,
  block: Hex,
  blocks: BlockReader,
): Promise<string | undefined> {
  const questions: { readonly reading: Reading; readonly judge: (said: unknown) => string | undefined }[] = [];
  const ask = (functionName: string, id: Hex, judge: (said: unknown) => string | undefined): void => {
    questions.push({ reading: { to: tournament, abi: tournamentAbi, functionName, args: [id] }, judge });
  };
  for (const name of names) {
    const [row, match] = [game.tournaments.get(name), game.matches.get(name)];
    if (row !== undefined) ask("tournamentState", name, (said) => rowContradiction(row, said));
    if (match !== undefined) ask("matchState", name, (said) => matchContradiction(match, said));
  }
  const said = await blocks.callsAt(
    block,
    questions.map(({ reading }) => reading),
  );
  for (const [i, { judge }] of questions.entries()) {
    const one = judge(said[i]);
    if (one !== undefined) return one;
  }
  return undefined;
}

function rowContradiction(row: TournamentState, said: unknown): string | undefined {
  const { waiting, live, collected } = said as { waiting: Hex; live: number; collected: boolean };
  const about = (what: string): string => `${what} of tournament ${row.id}`;
  return (
    differs<string>(about("whoever waits"), waiting, row.waiting ?? NOBODY) ??
    differs(about("the running matches"), live, row.live) ??
    differs(about("the bond, collected,"), collected, row.collected)
  );
}

function matchContradiction(match: MatchState, said: unknown): string | undefined {
  const { pos, height, phase, turn, since } = said as Record<"pos", bigint> &
    Record<"height" | "phase" | "turn" | "since", number>;
  const about = (what: string): string => `${what} of match ${match.id}`;
  const ended = differs<string>(about("the phase"), PHASES[phase] ?? "none", match.phase);
  if (ended !== undefined || match.phase === "done") return ended;
  const playing = match.phase === "playing";
  return (
    differs(about("the place"), pos, match.pos) ??
    differs(about("the height"), height, match.height) ??
    (playing ? differs<string>(about("the turn"), SIDES[turn] ?? "none", match.turn) : undefined) ??
    (playing ? differs(about("the clock's beginning"), since, match.since) : undefined)
  );
}
