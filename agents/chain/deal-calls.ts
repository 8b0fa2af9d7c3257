/** From a decision about a Deal to the call that carries it out. */
import type { Address } from "viem";
import { dealAbi } from "../../contracts/abi/Deal.ts";
import type { DealAction } from "../players/play.ts";
import type { Call } from "./chain.ts";

/** The call of a Deal for an action. */
export function dealCall(to: Address, action: DealAction): Call {
  const call = (args: readonly unknown[], value = 0n): Call => {
    return { label: action.kind, to, abi: dealAbi, functionName: action.kind, args, value };
  };
  switch (action.kind) {
    case "claim":
      return call([action.fragment, action.previous, action.record]);
    case "challenge": {
      const { claim, input, previous, opening, commitment, value } = action;
      return call([claim, input, previous, opening, commitment], value);
    }
    case "reveal":
      return call([action.record]);
    case "back":
    case "confirm":
    case "settle":
      return call([action.claim]);
  }
}
