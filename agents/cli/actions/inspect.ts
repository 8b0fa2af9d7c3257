/** What `inspect` does: tells what a module becomes as a program. */
import { bytesToHex } from "viem";
import type { Program } from "../../../verifier/program/build.ts";
import { describeWord, wordAt } from "../../../verifier/program/map.ts";
import { programTerms } from "../../chain/program-terms.ts";
import { readDeal } from "../../chain/deal-facts.ts";
import { buildingOf } from "../building.ts";
import { connect } from "../connection.ts";
import { programOfDeal } from "../deal-program.ts";
import { factLines } from "../facts.ts";
import { ExitCode } from "../failure.ts";
import { stdout } from "../channels.ts";
import { type Printable, text } from "../printable.ts";
import { memorySize } from "../memory-limit.ts";
import { conventionOf, programFrom } from "../program-file.ts";
import { matchFacts, matchProgram, type ProgramMatch } from "../program-match.ts";
import { configOf } from "../settings.ts";
import { userPath } from "../user-file.ts";
import type { BuildingOptions } from "../options/building.ts";

/** Options of `arbiter inspect` as commander gives them. */
export interface InspectOptions extends BuildingOptions {
  readonly convention?: string;
  readonly deal?: string;
  readonly disassemble?: boolean;
  readonly json?: boolean;
}

/** Does what the command says, and gives the exit code. */
export async function inspect(module: string, options: InspectOptions): Promise<number> {
  const { program, match } = await inspected(module, options);
  const { image, exports } = program;
  const { header } = image;
  const words = program.map.length;
  const listing = options.disassemble === true ? disassemble(program) : undefined;
  const report = {
    programRoot: bytesToHex(program.root),
    convention: program.convention,
    exports: exports.map(({ name, type }) => ({ name, params: type.params, results: type.results })),
    functions: program.instances.map(({ name, functions }) => ({ module: name, functions: functions.length })),
    limits: program.limits,
    memories: memoriesOf(program),
    depths: {
      code: header.codeDepth,
      stack: header.stackDepth,
      memory: header.memoryDepth,
      cells: header.cellsDepth,
      regionBits: header.regionBits,
    },
    codeWords: words,
    program: programTerms(program),
    ...(match === undefined ? {} : { match }),
    ...(listing === undefined ? {} : { listing }),
  };
  if (options.json) {
    stdout.json(report);
    return ExitCode.success;
  }
  for (const line of match === undefined ? [] : factLines(matchFacts(match))) stdout.line(line);
  stdout.line(text`program root  ${report.programRoot}`);
  stdout.line(text`convention    ${report.convention}`);
  stdout.line(text`code          ${words} words`);
  const { code, stack, memory, cells } = report.depths;
  stdout.line(text`tree depths   code ${code}, stack ${stack}, memory ${memory}, cells ${cells}`);
  const { tableCapacity, slotLimit, outputBytes } = report.limits;
  stdout.line(text`limits        table ${tableCapacity}, stack ${slotLimit} slots, output ${outputBytes} bytes`);
  for (const { module: name, pages, maximum, declared } of report.memories) {
    const bound = declared === null ? "the module declares no maximum" : `the module declares ${memorySize(declared)}`;
    stdout.line(text`memory        ${memorySize(pages)} in ${name}, may grow to ${memorySize(maximum)} (${bound})`);
  }
  for (const { module: name, functions } of report.functions) stdout.line(text`functions     ${functions} in ${name}`);
  for (const { name, params, results } of report.exports) {
    stdout.line(text`export        ${name} (${params.join(", ")}) → (${results.join(", ")})`);
  }
  for (const line of listing ?? []) stdout.line(listingLine(line));
  return ExitCode.success;
}

interface Inspected {
  readonly program: Program;
  /** Beside a Deal's, if one is named. */
  readonly match: ProgramMatch | undefined;
}

/** Builds the program; with `--deal` it must be the Deal's, or a debug twin of it. */
async function inspected(module: string, options: InspectOptions): Promise<Inspected> {
  if (options.deal === undefined) {
    const convention = options.convention === undefined ? undefined : conventionOf(options.convention);
    return { program: programFrom(module, convention, buildingOf(options)), match: undefined };
  }
  const config = configOf({ ...options, module: userPath(module) });
  const { chain } = await connect(config);
  const facts = await readDeal(chain, config.need("deal"));
  const { program } = programOfDeal(config, facts);
  return { program, match: matchProgram(program, facts.terms.program) };
}

/** A memory, in pages. */
interface Memory {
  readonly module: string;
  readonly pages: number;
  readonly maximum: number;
  /** What its module lets it grow to; null if that says nothing. */
  readonly declared: number | null;
}

function memoriesOf({ instances }: Program): Memory[] {
  return instances.flatMap(({ name, module, memories }) =>
    memories
      .filter((_, index) => module.memories[index]?.imported === undefined)
      .map(({ entry: { limits }, maximum }): Memory => {
        return { module: name, pages: limits.minimum, maximum, declared: limits.maximum ?? null };
      }),
  );
}

interface Line {
  readonly pc: number;
  readonly word: string;
  readonly module: string;
  readonly function: string;
  readonly offset: number;
  readonly instruction: string;
}

function disassemble({ image, map }: Program): Line[] {
  const { code } = image;
  return Array.from({ length: map.length }, (_, pc): Line => {
    const place = map.locate(pc);
    const leaf = code instanceof Uint8Array ? wordAt(code, pc) : (code[pc] ?? 0n);
    return {
      pc,
      word: describeWord(leaf),
      module: place?.moduleName ?? "",
      function: place?.functionName ?? "",
      offset: place?.offset ?? 0,
      instruction: place?.mnemonic ?? "",
    };
  });
}

function listingLine({ pc, word, module, function: name, offset, instruction }: Line): Printable {
  const source = name === "" ? "" : `${module} ${name} 0x${offset.toString(16)} ${instruction}`;
  return text`${String(pc).padStart(7)}  ${word.padEnd(48)}  ${source}`;
}
