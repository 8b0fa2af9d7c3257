/** From a decision to the call that carries it out. */
import type { Address } from "viem";
import { Crash } from "../../verifier/errors.ts";
import { tournamentAbi } from "../../contracts/abi/Tournament.ts";
import type { Action } from "../game/types.ts";
import type { Call } from "./call.ts";

/**
 * The call of the Tournament contract for an action. `open` is not one: a Deal or the Arbiter sends
 * it.
 */
export function tournamentCall(to: Address, action: Action): Call {
  const call = (label: string, args: readonly unknown[], value = 0n): Call => ({
    label,
    to,
    abi: tournamentAbi,
    functionName: action.kind,
    args,
    value,
  });
  switch (action.kind) {
    case "announce":
      return call("announce", [action.announcement], action.value);
    case "join":
      return call("join", [action.tournament, action.commitment], action.value);
    case "move":
      return call("move", [action.id, action.digit, action.opp, action.siblings, action.next]);
    case "last": {
      const { pairing, shown } = action;
      return call(shown.witness === "0x" ? "seal" : "step", [pairing.tournament, pairing.one, pairing.two, shown]);
    }
    case "resolve":
      return call("resolve", [action.pairing.tournament, action.pairing.one, action.pairing.two]);
    case "collect":
      return call("collect", [action.tournament]);
    case "withdraw":
      return call("withdraw", [action.to]);
    case "open":
      throw new Crash("a root tournament is opened through the Arbiter, by a Deal");
  }
}
