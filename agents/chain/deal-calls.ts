/** From a decision about a Deal to the call that carries it out. */
import type { Address } from "viem";
import type { DealAction } from "../players/play.ts";
import { dealCall } from "./calls.ts";
import type { Call } from "./call.ts";

/** The call of a Deal for an action. */
export function dealActionCall(to: Address, action: DealAction): Call {
  switch (action.kind) {
    case "claim":
      return dealCall(to, "claim", [action.fragment, action.previous, action.record]);
    case "challenge": {
      const { claim, input, previous, opening, commitment } = action;
      return dealCall(to, "challenge", [claim, input, previous, opening, commitment]);
    }
    case "reveal":
      return dealCall(to, "reveal", [action.record]);
    case "back":
    case "confirm":
    case "settle":
      return dealCall(to, action.kind, [action.claim]);
  }
}
