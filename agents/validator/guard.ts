/** Asks the rules about everything that is to be sent: what they refuse is a fault of our own. */
import { bytesToHex, type Hex, hexToBytes } from "viem";
import { Crash } from "../../verifier/errors.ts";
import { verifyStep } from "../../verifier/proof/verify.ts";
import { WitnessError } from "../../verifier/proof/witness-reader.ts";
import type { Duty } from "../chain/duty.ts";
import type { Failure } from "../chain/intent.ts";
import { Refused } from "../game/refused.ts";
import { apply, type Rules } from "../game/rules.ts";
import type { Action, GameState, Params } from "../game/types.ts";
import type { Deed } from "../players/play.ts";

/** Stands for the Arbiter, which opens a tournament for whoever challenges. */
const ARBITER: Hex = `0x${"00".repeat(20)}`;

/** What may be sent, and what the rules refuse. */
export interface Guarded {
  readonly allowed: readonly Duty[];
  readonly refused: readonly Failure[];
}

/**
 * Applies each duty to the game as it is, in a block one second later. A refusal is told as the
 * crash that it is, and the duty is not sent.
 *
 * @param now timestamp of the latest block, in seconds
 * @param step executes a step from its witness; that of the machine by default
 */
export function guard(
  duties: readonly Duty[],
  game: GameState,
  params: Params,
  now: number,
  step: Rules["step"] = stepOf,
): Guarded {
  const rules: Rules = { params, arbiter: ARBITER, step };
  const allowed: Duty[] = [];
  const refused: Failure[] = [];
  for (const duty of duties) {
    const refusal = refusalOf(duty, game, now + 1, rules);
    if (refusal === undefined) allowed.push(duty);
    else refused.push({ intent: duty, cause: new Crash(`we decided on what the rules refuse: ${duty.key}`, refusal) });
  }
  return { allowed, refused };
}

function refusalOf({ deed, from }: Duty, game: GameState, time: number, rules: Rules): Refused | undefined {
  const action = inGame(deed, from);
  if (action === undefined) return undefined;
  try {
    apply(game, action, { sender: action.kind === "open" ? ARBITER : from, time }, rules);
    return undefined;
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
}

/** What a deed does in the game; undefined if it is the Deal's alone. */
function inGame(deed: Deed, owner: Hex): Action | undefined {
  switch (deed.kind) {
    case "claim":
    case "back":
    case "confirm":
    case "settle":
    case "reveal":
      return undefined;
    case "challenge": {
      const { tournament, commitment } = deed;
      // The rules take any initial state: only the Deal knows which one it is.
      return { kind: "open", tournament, initial: "0x", owner, commitment };
    }
    default:
      return deed;
  }
}

/** The step verifier, off chain. */
function stepOf(agreed: Hex, witness: Hex): Hex | undefined {
  try {
    return bytesToHex(verifyStep(hexToBytes(agreed), hexToBytes(witness)));
  } catch (error) {
    if (error instanceof WitnessError) return undefined;
    throw error;
  }
}
