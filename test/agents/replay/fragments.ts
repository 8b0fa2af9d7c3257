/** Fragments of a counter, and of a program that takes as long as one wishes. */
import { bytesToHex, concat, type Hex, keccak256, toHex } from "viem";
import type { ComputationParts, MakeComputation } from "../../../agents/replay/computation.ts";
import { honestComputation } from "../../../agents/replay/computation.ts";
import type { Lineup, RunFacts, Submitted } from "../../../agents/replay/replayer.ts";
import type { Replayer } from "../../../agents/replay/replayer.ts";
import { interpreterExecutor } from "../../../verifier/interpreter/execute.ts";
import { buildProgram, type Program } from "../../../verifier/program/build.ts";
import { runFragment } from "../../../verifier/program/fragment.ts";
import { encodeTransactions, encodeTypedPayload } from "../../../verifier/program/transactions.ts";
import { initialState, inputRoot } from "../../../verifier/state/program.ts";
import { stateRoot, type State } from "../../../verifier/state/state.ts";

/** Of the levels' trees in these tests: 2^30 steps. */
export const HEIGHTS = [18, 12];

export const BUDGET = 2n ** 29n;

/** A guest as a program of the typed convention. */
export function programOf(bytes: Uint8Array): Program {
  return buildProgram([{ name: "guest", bytes }], { convention: "typed" });
}

/** A fragment whose only transaction calls an export. The id binds position and input. */
export function calling(program: Program, index: number, name: string, args: readonly bigint[]): Submitted {
  const number = program.exports.findIndex((one) => one.name === name);
  const input = encodeTransactions([{ fuel: 2n ** 28n, keep: false, payload: encodeTypedPayload(number, [...args]) }]);
  const root = bytesToHex(inputRoot(input));
  return { index, id: keccak256(concat([toHex(index, { size: 32 }), root])), inputRoot: root, input };
}

/** Fragments that call the same export, each with an argument. */
export function callsOf(program: Program, name: string, args: readonly bigint[], from = 0): Submitted[] {
  return args.map((arg, at) => calling(program, from + at, name, [arg]));
}

/** The state after fragments, by the shortest way. */
export function stateAfter(program: Program, fragments: readonly Submitted[]): State {
  const options = { budget: BUDGET, executor: interpreterExecutor };
  return fragments.reduce((state, { input }) => runFragment(state, input, options).final, initialState(program.image));
}

/** Its root. */
export function rootAfter(program: Program, fragments: readonly Submitted[]): Hex {
  return bytesToHex(stateRoot(stateAfter(program, fragments)));
}

/** The chain's fragments, of which nothing is resolved. */
export function lineupOf(program: Program, fragments: readonly Submitted[], final = 0): Lineup {
  return { fragments, final, head: { index: final, root: rootAfter(program, fragments.slice(0, final)) } };
}

/** An honest computation in the interpreter. */
export function computationOf(program: Program, more: Partial<ComputationParts> = {}): MakeComputation {
  const parts = { image: program.image, executor: interpreterExecutor, budget: BUDGET, heights: HEIGHTS };
  return honestComputation({ ...parts, ...more });
}

/** Counts the fragments that a computation begins to run. */
export function counting(make: MakeComputation, runs: number[]): MakeComputation {
  return (pause) => {
    const computation = make(pause);
    return {
      ...computation,
      run(before, fragment) {
        runs.push(fragment.index);
        return computation.run(before, fragment);
      },
    };
  };
}

/** The run of a fragment, which must be known. */
export function runOf(replayer: Replayer, { id }: Submitted): RunFacts {
  const replayed = replayer.replayed(id);
  if (replayed.phase !== "done") throw new Error(`the fragment is ${JSON.stringify(replayed)}`);
  return replayed.run;
}
