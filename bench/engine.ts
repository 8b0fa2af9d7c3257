/**
 * The native engine beside V8 and the interpreter, in one process and by turns: medians, and how many times as long as V8's
 * compiled code of the same module each takes. `node bench/engine.ts [GUEST…]`
 */
import Table from "cli-table3";
import { engineExecutor } from "../verifier/engine/executor.ts";
import { Interpreter } from "../verifier/interpreter/interpreter.ts";
import { buildProgram } from "../verifier/program/build.ts";
import { encodeTransactions, encodeTypedPayload } from "../verifier/program/transactions.ts";
import { initialState, load } from "../verifier/state/program.ts";
import type { State } from "../verifier/state/state.ts";
import { cGuest, type CGuest } from "../test/programs/guests.ts";

/** Arguments for some 300 ms of V8's time each. */
const ARGUMENTS: Partial<Record<CGuest, number>> = {
  copy: 500,
  fib: 40,
  keccak: 300_000,
  matmul: 120,
  mix: 5_000,
  nbody: 3_000_000,
  sha256: 600,
  sort: 16,
  switch: 14_000_000,
};

/** Turns of which the median counts. */
const TURNS = 5;

/** Steps between two pauses, where the engine pauses. */
const STRETCH = 10n ** 8n;

/** The interpreter's share of the work: it is extrapolated. */
const INTERPRETED = 50_000_000;

const FUEL = 10n ** 15n;

interface Measured {
  readonly v8: number;
  readonly whole: number;
  readonly paused: number;
  readonly interpreted: number;
  readonly steps: bigint;
}

/** Seconds of processor time that this thread has used: other processes do not count, nor does V8's compiler thread. */
function clock(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e6;
}

/** Seconds that something takes. */
function timed(action: () => void): number {
  const begin = clock();
  action();
  return clock() - begin;
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0;
}

async function measure(name: CGuest, argument: number): Promise<Measured> {
  const bytes = await cGuest(name);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(bytes)));
  const plain = exports["run"] as (n: number) => number;
  const program = buildProgram([{ name, bytes }], { convention: "typed" });
  const number = program.exports.findIndex((e) => e.name === "run");
  const payload = encodeTypedPayload(number, [BigInt(argument)]);
  const input = encodeTransactions([{ fuel: FUEL, keep: false, payload }]);
  const start: State = load(initialState(program.image), input, 2n * FUEL);
  const engine = engineExecutor(program);
  let steps = 0n;
  const whole = (): void => {
    const execution = engine.load(start);
    steps = execution.run(FUEL);
    execution.save();
  };
  const paused = (): void => {
    const execution = engine.load(start);
    while (execution.run(STRETCH) === STRETCH) execution.save();
  };
  // The first turns are compiled while they run.
  for (const action of [() => plain(argument), whole, paused]) action();
  const times: { v8: number[]; whole: number[]; paused: number[] } = { v8: [], whole: [], paused: [] };
  for (let turn = 0; turn < TURNS; turn++) {
    times.v8.push(timed(() => plain(argument)));
    times.whole.push(timed(whole));
    times.paused.push(timed(paused));
  }
  const interpreter = Interpreter.load(start);
  let taken = 0;
  const interpreting = timed(() => (taken = interpreter.run(INTERPRETED)));
  const interpreted = (interpreting * Number(steps)) / taken;
  return { v8: median(times.v8), whole: median(times.whole), paused: median(times.paused), interpreted, steps };
}

const wanted = process.argv.slice(2);
const table = new Table({
  head: ["guest", "G steps", "V8 ms", "G steps/s", "times V8", "with pauses", "interpreter"],
  style: { head: [], border: [] },
});
const ratios: { whole: number; paused: number }[] = [];
for (const [name, argument] of Object.entries(ARGUMENTS) as [CGuest, number][]) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const { v8, whole, paused, interpreted, steps } = await measure(name, argument);
  ratios.push({ whole: whole / v8, paused: paused / v8 });
  const cells = [
    Number(steps) / 1e9,
    v8 * 1000,
    Number(steps) / whole / 1e9,
    whole / v8,
    paused / v8,
    interpreted / v8,
  ];
  table.push([name, ...cells.map((x) => x.toFixed(2))]);
}
const mean = (key: "whole" | "paused"): string =>
  Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio[key]), 0) / ratios.length).toFixed(2);
table.push(["geometric mean", "", "", "", mean("whole"), mean("paused"), ""]);
console.log(table.toString());
