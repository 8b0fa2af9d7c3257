/** A fragment of a Deal as the chain has it. */
import type { Program } from "../../verifier/program/build.ts";
import { type DealFacts, readDeal } from "../chain/deal-facts.ts";
import { type ClaimView, DealLog, type Fragment } from "../chain/deal-log.ts";
import { checkInput } from "../replay/reason.ts";
import { connect } from "./connection.ts";
import { programOfDeal } from "./deal-program.ts";
import { UserError } from "./failure.ts";
import type { SettingOptions } from "./options/settings.ts";
import { configOf } from "./settings.ts";
import { userPath } from "./user-file.ts";

/** What is known of it. */
export interface DealFragment {
  readonly facts: DealFacts;
  /** Built from the user's module, and known to be the Deal's. */
  readonly program: Program;
  readonly fragment: Fragment;
  /** Inputs of all fragments up to and with this one. */
  readonly inputs: readonly Uint8Array[];
  /** All claims about it, in the order of the chain. */
  readonly claims: readonly ClaimView[];
}

/**
 * Reads it.
 *
 * @throws UserError if there is no such fragment
 * @throws WrongInput if the node gives other bytes than those whose roots were submitted
 */
export async function dealFragment(options: SettingOptions, module: string, index: number): Promise<DealFragment> {
  const config = configOf({ ...options, module: userPath(module) });
  const address = config.need("deal");
  const { chain } = await connect(config);
  const facts = await readDeal(chain, address);
  const { program } = programOfDeal(config, facts);
  const { fragments, claims } = await new DealLog(chain, facts.address, facts.block).view();
  const fragment = fragments[index];
  if (fragment === undefined)
    throw new UserError(`--fragment ${index}: ${fragments.length} fragments have been submitted`);
  const upTo = fragments.slice(0, index + 1);
  upTo.forEach(checkInput);
  return {
    ...{ facts, program, fragment },
    inputs: upTo.map(({ input }) => input),
    claims: [...claims.values()].filter((claim) => claim.fragment === index),
  };
}
