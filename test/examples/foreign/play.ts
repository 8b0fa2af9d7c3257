/** Repeats the calls of a recording on the machine, as transactions of the typed convention. */
import { interpreterExecutor } from "../../../verifier/interpreter/execute.ts";
import { MASK_64 } from "../../../verifier/machine/machine.ts";
import { Status } from "../../../verifier/machine/codes.ts";
import { buildProgram, type Program } from "../../../verifier/program/build.ts";
import { FIRST_CELL, PAGE_LEAVES, regionDepthOf } from "../../../verifier/program/layout.ts";
import { runFragment } from "../../../verifier/program/fragment.ts";
import { decodeTypedOutput } from "../../../verifier/program/transactions.ts";
import { initialState, load } from "../../../verifier/state/program.ts";
import type { State } from "../../../verifier/state/state.ts";
import type { ValueType } from "../../../verifier/wasm/types.ts";
import { describeOutcome } from "../../verifier/program/map-access.ts";
import { GUEST } from "../../../examples/foreign/program.ts";
import { inputsOf, type Move } from "../../../examples/foreign/inputs.ts";
import type { Recording } from "../../../examples/foreign/record.ts";

/** Steps of a fragment, as many as it may want. */
const BUDGET = 2n ** 60n;

/** A recording's modules as a program of the machine, in its initial state. */
export interface Machine {
  readonly program: Program;
  readonly initial: State;
}

/** Builds the program. */
export function machineOf({ modules }: Recording): Machine {
  const program = buildProgram(modules, { convention: "typed", allowMissingImports: true });
  return { program, initial: initialState(program.image) };
}

/** What the machine makes of a recording. */
export interface Playback {
  /** For each fragment its input and the steps that it takes. */
  readonly fragments: readonly { readonly input: Uint8Array; readonly steps: bigint }[];
  /** What each call gave: bits, or how it ended if it did not succeed. */
  readonly results: readonly (readonly bigint[] | string)[];
  /** Steps that each call took. */
  readonly fuelUsed: readonly bigint[];
  /** How the attempts that precede some calls ended. */
  readonly attempts: readonly string[];
  /** The foreign module's memory at the end. */
  readonly memory: Uint8Array;
  /** Bits of the globals that the foreign module exports, at the end. */
  readonly globals: ReadonlyMap<string, bigint>;
}

/**
 * Plays a recording from its beginning to its end.
 * @param attempts - fuel for an attempt at a call, by the call's number, before it is made; it is
 *   rolled back when the fuel is spent
 */
export function play(
  { program, initial }: Machine,
  recording: Recording,
  attempts: ReadonlyMap<number, bigint> = new Map(),
): Playback {
  const moves = recording.calls.flatMap((call, number): Move[] => {
    const fuel = attempts.get(number);
    return fuel === undefined ? [{ call }] : [{ call, fuel }, { call }];
  });
  const results: (readonly bigint[] | string)[] = [];
  const fuelUsed: bigint[] = [];
  const ends: string[] = [];
  const fragments: { input: Uint8Array; steps: bigint }[] = [];
  let state = initial;
  let next = 0;
  for (const input of inputsOf(program, moves)) {
    const run = runFragment(state, input, { budget: BUDGET, executor: interpreterExecutor });
    const { steps } = run;
    state = run.final;
    if (state.registers.status !== Status.yielded) throw new Error(`a fragment ended in ${state.registers.status}`);
    for (const result of run.results) {
      const { call, fuel } = moves[next++]!;
      const outcome = describeOutcome(result);
      if (fuel !== undefined) {
        ends.push(outcome);
        continue;
      }
      const types = program.exports.find(({ name }) => name === call.name)?.type.results ?? [];
      results.push(outcome === "success" ? bitsOf(result.output, types) : outcome);
      fuelUsed.push(result.fuelUsed);
    }
    fragments.push({ input, steps });
  }
  const left = { memory: guestMemory(program, state), globals: guestGlobals(program, state) };
  return { fragments, results, fuelUsed, attempts: ends, ...left };
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
  { initial }: Machine,
  { fragments }: Playback,
  stops: readonly bigint[],
): Generator<{ readonly step: bigint; readonly before: State; readonly after: State }> {
  let state = initial;
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
