/** A fragment whose transactions answer with outputs of all kinds. */
import { interpreterExecutor } from "../../verifier/interpreter/execute.ts";
import { buildProgram } from "../../verifier/program/build.ts";
import { type FragmentRun, runFragment } from "../../verifier/program/fragment.ts";
import { initialState } from "../../verifier/state/program.ts";
import { ECHO } from "../agents/cli/echo.ts";
import { assemble } from "../agents/guests.ts";

/** Bytes of payloads: outputs that begin and end inside leaves, at their borders, and nowhere. */
export const LENGTHS = [0, 30, 31, 32, 200, 1, 4_000, 0];

/** Runs it. */
export async function answered(): Promise<FragmentRun> {
  const program = buildProgram([{ name: "guest", bytes: await assemble(ECHO) }], { convention: "payload" });
  const transactions = LENGTHS.map((length, i) => ({
    // The fifth runs out of fuel.
    fuel: i === 4 ? 3n : 100_000n,
    keep: false,
    payload: new Uint8Array(length).fill(65 + i),
  }));
  return runFragment(initialState(program.image), transactions, { budget: 1n << 30n, executor: interpreterExecutor });
}
