/** The program of a Deal, from the module of the settings. */
import { bytesToHex, type Hex } from "viem";
import type { BuildOptions, Convention, ModuleSource, Program } from "../../verifier/program/build.ts";
import { initialState } from "../../verifier/state/program.ts";
import { recordBytes } from "../../verifier/state/state.ts";
import type { DealFacts } from "../chain/deal-facts.ts";
import type { Config } from "../config/config.ts";
import type { ProgramTerms } from "../chain/program-terms.ts";
import { buildingOf } from "./building.ts";
import { stderr } from "./channels.ts";
import { UserError } from "./failure.ts";
import { CONVENTIONS, GUEST, programFrom } from "./program-file.ts";
import { differences, matchProgram, twinNote } from "./program-match.ts";
import { readUserFile } from "./user-file.ts";

/** A program, and what it was built from. */
export interface DealProgram {
  readonly program: Program;
  readonly modules: readonly ModuleSource[];
  readonly options: Omit<BuildOptions, "onProgress">;
}

/** Builds the program that the settings name. */
export function programOf(config: Config, convention?: Convention): DealProgram {
  const { links = [], allowMissingImports, maxMemory } = config.values;
  const building = buildingOf({
    link: links,
    ...(allowMissingImports === undefined ? {} : { allowMissingImports }),
    ...(maxMemory === undefined ? {} : { maxMemory }),
  });
  const path = config.need("module");
  const program = programFrom(path, convention ?? config.values.convention, building);
  const { links: linked = [], ...options } = building;
  return {
    program,
    modules: [...linked, { name: GUEST, bytes: readUserFile(path, "module") }],
    options: { ...options, convention: program.convention },
  };
}

/**
 * Builds the program of a Deal: the convention is the one that the Deal's program has. A debug twin
 * of it will do, and is told of on stderr.
 *
 * @throws UserError if the module is not the Deal's
 */
export function programOfDeal(config: Config, { address, initialRecord, terms }: DealFacts): DealProgram {
  const { convention } = config.values;
  const first = programOf(config);
  if (isOf(first.program, initialRecord)) return accepted(first, terms.program);
  for (const other of convention === undefined ? CONVENTIONS : []) {
    const built = other === first.program.convention ? undefined : buildable(config, other);
    if (built !== undefined && isOf(built.program, initialRecord)) return accepted(built, terms.program);
  }
  throw new UserError(
    `${config.need("module")} is not the program of the Deal ${address}: ${differences(matchProgram(first.program, terms.program))}`,
    { hint: "the module, its --link modules, --max-memory and the convention must be those of the customer" },
  );
}

/** Tells of a program that is not the Deal's own, but its debug twin. */
function accepted(built: DealProgram, terms: ProgramTerms): DealProgram {
  const note = twinNote(matchProgram(built.program, terms));
  if (note !== undefined) stderr.line(note);
  return built;
}

function isOf({ image }: Program, initialRecord: Hex): boolean {
  return bytesToHex(recordBytes(initialState(image))) === initialRecord;
}

/** The program in another convention, if the module has what it asks for. */
function buildable(config: Config, convention: Convention): DealProgram | undefined {
  try {
    return programOf(config, convention);
  } catch {
    return undefined;
  }
}
