/** What a replay thread is told when it begins: plain data. */
import type { Hex } from "viem";
import type { BuildOptions, ModuleSource } from "../../verifier/program/build.ts";

/** The Deal that a thread computes for, and where it keeps what it knows. */
export interface ThreadJob {
  readonly modules: readonly ModuleSource[];
  readonly options: Omit<BuildOptions, "onProgress">;
  /** The program's root, as the Deal has it: another program is refused. */
  readonly root: Hex;
  /** Steps that a fragment may take. */
  readonly budget: bigint;
  /** Of the levels' trees. */
  readonly heights: readonly number[];
  /** Runs natively, at about the speed of V8, or in the interpreter. */
  readonly engine: boolean;
  /** Directory for the newest states; without it a restart begins with the first fragment. */
  readonly states?: string | undefined;
  /** Directory for histories in dispute; without it a restart computes them again. */
  readonly histories?: string | undefined;
}
