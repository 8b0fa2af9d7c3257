/**
 * What the verifier is for, in one function that a browser and Node run alike: a program, its run,
 * a commitment, the proof of a step.
 */
import { engineExecutor } from "../../verifier/engine/executor.ts";
import { Trace } from "../../verifier/history/trace.ts";
import { buildProgram } from "../../verifier/program/build.ts";
import { begin, OVERHEAD, resultsOf } from "../../verifier/program/fragment.ts";
import { encodeTransactions, encodeTypedPayload } from "../../verifier/program/transactions.ts";
import { verifyStep } from "../../verifier/proof/verify.ts";
import { prove } from "../../verifier/proof/witness.ts";
import { programRoot } from "../../verifier/state/program.ts";
import { stateRoot } from "../../verifier/state/state.ts";

/** Bytes as hexadecimal digits, numbers in decimal. */
export interface JobOutcome {
  readonly programRoot: string;
  readonly steps: string;
  readonly result: string;
  readonly finalRoot: string;
  /** Commitments to the whole history, and to one stride of it step by step. */
  readonly commitments: readonly string[];
  readonly witness: string;
  /** The root after the proven step, by its executor and by its verifier. */
  readonly next: readonly string[];
  /** Whether most steps were native code's. */
  readonly isNative: boolean;
}

const FUEL = 1n << 40n;

/** 2^41 steps, a leaf every 2^14 of them. */
const HEIGHTS = [27, 14];

/** Calls the first export of a module with one i32. */
export async function job(module: Uint8Array, argument: number): Promise<JobOutcome> {
  const program = buildProgram([{ name: "guest", bytes: module }], { convention: "typed" });
  const payload = encodeTypedPayload(0, [BigInt(argument)]);
  const input = encodeTransactions([{ fuel: FUEL, keep: true, payload }]);
  const executor = engineExecutor(program, { warmUp: 0n });
  const trace = new Trace(begin(program, input, FUEL + OVERHEAD), HEIGHTS, { executor });
  const steps = trace.halt();
  const final = trace.stateAt(steps);
  const whole = await trace.commitment(0, 0n);
  const middle = (steps / 2n / trace.stride(0)) * trace.stride(0);
  const stride = await trace.commitment(1, middle);
  const state = trace.stateAt(middle + 5n);
  const { witness, next } = prove(state);
  const nexts = [stateRoot(next), verifyStep(stateRoot(state), witness)];
  return {
    programRoot: hex(programRoot(program.image)),
    steps: steps.toString(),
    result: resultsOf(final)
      .map(({ output }) => hex(output))
      .join(),
    finalRoot: hex(stateRoot(final)),
    commitments: [whole, stride].map(({ root }) => hex(root)),
    witness: hex(witness),
    next: nexts.map(hex),
    isNative: executor.report.nativeSteps > steps / 2n,
  };
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
