/** A program as the terms of a Deal name it. */
import { bytesToHex, type Hex } from "viem";
import { packHeader } from "../../verifier/machine/record.ts";
import type { Program } from "../../verifier/program/build.ts";
import { initialState } from "../../verifier/state/program.ts";

/** `IStepVerifier.Program`: what a program root commits to. */
export interface ProgramTerms {
  readonly codeRoot: Hex;
  readonly memoryRoot: Hex;
  readonly cellsRoot: Hex;
  readonly sizes: Hex;
  readonly header: Hex;
  readonly sourcesRoot: Hex;
}

/** The terms of a program; hashes its whole initial state. */
export function programTerms({ image }: Pick<Program, "image">): ProgramTerms {
  const initial = initialState(image);
  return {
    codeRoot: bytesToHex(initial.code.root()),
    memoryRoot: bytesToHex(initial.memory.root()),
    cellsRoot: bytesToHex(initial.cells.root()),
    sizes: word(image.sizes),
    header: word(packHeader(image.header)),
    sourcesRoot: bytesToHex(image.sourcesRoot),
  };
}

function word(value: bigint): Hex {
  return `0x${value.toString(16).padStart(64, "0")}`;
}
