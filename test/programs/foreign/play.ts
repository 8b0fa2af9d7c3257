/** Repeats the calls of a recording on the machine, as transactions of the typed convention. */
import { interpreterExecutor } from "../../../verifier/interpreter/execute.ts";
import { MASK_64 } from "../../../verifier/machine/machine.ts";
import { Status } from "../../../verifier/machine/opcodes.ts";
import { buildProgram, type Program } from "../../../verifier/program/build.ts";
import { TRANSACTION_HEADER } from "../../../verifier/program/drivers/loop.ts";
import { FIRST_CELL, PAGE_LEAVES, regionDepthOf } from "../../../verifier/program/layout.ts";
import {
  decodeTypedOutput,
  encodeTransactions,
  encodeTypedPayload,
  readResults,
  type Transaction,
} from "../../../verifier/program/transactions.ts";
import { initialState, load, MAX_INPUT_BYTES } from "../../../verifier/state/program.ts";
import type { State } from "../../../verifier/state/state.ts";
import type { ValueType } from "../../../verifier/wasm/types.ts";
import { describeOutcome } from "../../verifier/program/map-access.ts";
import { GUEST } from "./program.ts";
import type { Call, Recording } from "./record.ts";

/** As much as any program here could want. */
const FUEL = 2n ** 40n;
const BUDGET = 2n ** 60n;

/** What the machine makes of a recording. */
export interface Playback {
  readonly program: Program;
  /** For each fragment its input and the steps that it takes. */
  readonly fragments: readonly { readonly input: Uint8Array; readonly steps: bigint }[];
  /** What each call gave: bits, or how it ended if it did not succeed. */
  readonly results: readonly (readonly bigint[] | string)[];
  /** The foreign module's memory at the end. */
  readonly memory: Uint8Array;
  /** Bits of the globals that the foreign module exports, at the end. */
  readonly globals: ReadonlyMap<string, bigint>;
}

/** Plays a recording from its beginning to its end. */
export function play(recording: Recording): Playback {
  const program = buildProgram(recording.modules, { convention: "typed", allowMissingImports: true });
  const results: (readonly bigint[] | string)[] = [];
  const fragments: { input: Uint8Array; steps: bigint }[] = [];
  let state = initialState(program.image);
  let calls = 0;
  for (const input of inputsOf(program, recording.calls)) {
    const execution = interpreterExecutor.load(load(state, input, BUDGET));
    const steps = execution.run(BUDGET);
    state = execution.save();
    if (state.registers.status !== Status.yielded) throw new Error(`a fragment ended in ${state.registers.status}`);
    for (const result of readResults(state.header, state.registers, (index) => state.memory.get(index))) {
      const call = recording.calls[calls++];
      const types = program.exports.find(({ name }) => name === call?.name)?.type.results ?? [];
      const outcome = describeOutcome(result);
      results.push(outcome === "success" ? bitsOf(result.output, types) : outcome);
    }
    fragments.push({ input, steps });
  }
  return { program, fragments, results, memory: guestMemory(program, state), globals: guestGlobals(program, state) };
}

/** Total steps of a playback. */
export function stepsOf({ fragments }: Playback): bigint {
  return fragments.reduce((sum, { steps }) => sum + steps, 0n);
}

/**
 * Plays once more, and stops at some steps.
 * @param stops - numbers of steps over all fragments, in ascending order
 * @returns for each of them the state before that step and the one after it
 */
export function* statesAt(
  { program, fragments }: Playback,
  stops: readonly bigint[],
): Generator<{ readonly step: bigint; readonly before: State; readonly after: State }> {
  let state = initialState(program.image);
  let next = 0;
  let begin = 0n;
  for (const { input, steps } of fragments) {
    const execution = interpreterExecutor.load(load(state, input, BUDGET));
    let done = 0n;
    for (let step = stops[next]; step !== undefined && step < begin + steps; step = stops[++next]) {
      done += execution.run(step - begin - done);
      const before = execution.save();
      done += execution.run(1n);
      yield { step, before, after: execution.save() };
    }
    execution.run(steps - done);
    state = execution.save();
    begin += steps;
  }
}

/** The calls as inputs of fragments, each as full as it can be. */
function inputsOf(program: Program, calls: readonly Call[]): Uint8Array[] {
  const numbers = new Map(program.exports.map(({ name }, number) => [name, number]));
  const groups: Transaction[][] = [];
  let left = 0;
  for (const { name, args } of calls) {
    const payload = encodeTypedPayload(numbers.get(name) ?? -1, args);
    const length = TRANSACTION_HEADER + payload.length;
    if (length > left) {
      groups.push([]);
      left = MAX_INPUT_BYTES;
    }
    groups.at(-1)?.push({ fuel: FUEL, keep: true, payload });
    left -= length;
  }
  return groups.map(encodeTransactions);
}

function bitsOf(output: Uint8Array, types: readonly ValueType[]): bigint[] {
  return decodeTypedOutput(output, types).map((value, i) => BigInt.asUintN(types[i]?.endsWith("64") ? 64 : 32, value));
}

function guestOf(program: Program): Program["instances"][number] {
  return program.instances.find(({ name }) => name === GUEST)!;
}

function guestMemory(program: Program, { header, registers, memory, cells }: State): Uint8Array {
  const { region, sizeIndex } = guestOf(program).memories[0]!;
  const inRecord = (registers.sizes >> BigInt(192 - 64 * sizeIndex)) & MASK_64;
  const pages = Number(sizeIndex < FIRST_CELL ? inRecord : cells.get(sizeIndex));
  return memory.readBytes(region * 2 ** regionDepthOf(header), pages * PAGE_LEAVES);
}

function guestGlobals(program: Program, { cells }: State): Map<string, bigint> {
  const { module, globals } = guestOf(program);
  const exported = module.exports.filter(({ kind }) => kind === "global");
  return new Map(exported.map(({ name, index }) => [name, cells.get(globals[index]!.cell)]));
}
