/** The program of a Deal, from the module of the settings. */
import { bytesToHex, type Hex } from "viem";
import type { Convention, Program } from "../../verifier/program/build.ts";
import { initialState } from "../../verifier/state/program.ts";
import { recordBytes } from "../../verifier/state/state.ts";
import type { DealFacts } from "../chain/deal-facts.ts";
import type { Config } from "../config/config.ts";
import { buildingOf } from "./building.ts";
import { UserError } from "./failure.ts";
import { CONVENTIONS, programFrom } from "./program-file.ts";

/** Builds the program that the settings name. */
export function programOf(config: Config, convention?: Convention): Program {
  const { links = [], allowMissingImports, maxMemory } = config.values;
  const building = buildingOf({
    link: links,
    ...(allowMissingImports === undefined ? {} : { allowMissingImports }),
    ...(maxMemory === undefined ? {} : { maxMemory }),
  });
  return programFrom(config.need("module"), convention ?? config.values.convention, building);
}

/**
 * Builds the program of a Deal: the convention is the one that the Deal's program has.
 *
 * @throws UserError if the module is not the Deal's
 */
export function programOfDeal(config: Config, { address, initialRecord }: DealFacts): Program {
  const { convention } = config.values;
  const first = programOf(config);
  if (isOf(first, initialRecord)) return first;
  for (const other of convention === undefined ? CONVENTIONS : []) {
    const program = other === first.convention ? undefined : buildable(config, other);
    if (program !== undefined && isOf(program, initialRecord)) return program;
  }
  throw new UserError(
    `${config.need("module")} is not the program of the Deal ${address}: its root is ${bytesToHex(first.root)}`,
    { hint: "the module, its --link modules, --max-memory and the convention must be those of the customer" },
  );
}

function isOf({ image }: Program, initialRecord: Hex): boolean {
  return bytesToHex(recordBytes(initialState(image))) === initialRecord;
}

/** The program in another convention, if the module has what it asks for. */
function buildable(config: Config, convention: Convention): Program | undefined {
  try {
    return programOf(config, convention);
  } catch {
    return undefined;
  }
}
