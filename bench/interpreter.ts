/**
 * How fast the interpreter is: steps a second on a few guests, and how many times as long it takes
 * as V8's compiled code takes for the same module in the same process.
 * `node bench/interpreter.ts [GUEST…]`
 */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import Table from "cli-table3";
import { Interpreter } from "../verifier/interpreter/interpreter.ts";
import { useNode } from "../verifier/node/use-node.ts";
import { ModuleWriter } from "../verifier/wasm/module-writer.ts";
import { buildProgram, type ModuleSource } from "../verifier/program/build.ts";
import { encodeTransactions, encodeTypedPayload } from "../verifier/program/transactions.ts";
import { initialState, load } from "../verifier/state/program.ts";
import { type State, stateRoot } from "../verifier/state/state.ts";

/**
 * Straight integer code, calls, memory, 64-bit arithmetic, and floats; each function takes one
 * number and gives one.
 */
const SOURCE = `
export function mix(n: i32): i32 {
  let x: i32 = 123456789, s: i32 = 0;
  for (let i: i32 = 0; i < n; i++) { x ^= x << 13; x ^= x >>> 17; x ^= x << 5; s = s * 31 + (x & 0xffff); }
  return s;
}
export function mix64(n: i32): i32 {
  let x: u64 = 0x9e3779b97f4a7c15, s: u64 = 0;
  for (let i: i32 = 0; i < n; i++) { x ^= x >> 12; x ^= x << 25; x ^= x >> 27; s += rotl(x * 0x2545f4914f6cdd1d, 17); }
  return <i32>s;
}
export function fib(n: i32): i32 { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
export function sieve(n: i32): i32 {
  memory.fill(4096, 1, n);
  let count: i32 = 0;
  for (let i: i32 = 2; i < n; i++) {
    if (!load<u8>(4096 + i)) continue;
    count++;
    for (let j: i32 = i + i; j < n; j += i) store<u8>(4096 + j, 0);
  }
  return count;
}
export function stores(n: i32): i32 {
  for (let k: i32 = 0; k < n; k++) for (let i: i32 = 0; i < 262144; i += 8) {
    store<i32>(4096 + i, i); store<i32>(4096 + i, k, 4);
  }
  return load<i32>(8192);
}
function quicksort(low: i32, high: i32): void {
  while (low < high) {
    const pivot = load<i32>(4096 + (((low + high) >> 1) << 2));
    let i = low, j = high;
    while (i <= j) {
      while (load<i32>(4096 + (i << 2)) < pivot) i++;
      while (load<i32>(4096 + (j << 2)) > pivot) j--;
      if (i <= j) {
        const t = load<i32>(4096 + (i << 2));
        store<i32>(4096 + (i << 2), load<i32>(4096 + (j << 2)));
        store<i32>(4096 + (j << 2), t);
        i++; j--;
      }
    }
    quicksort(low, j);
    low = i;
  }
}
export function sort(n: i32): i32 {
  let x: i32 = 1;
  for (let i: i32 = 0; i < n; i++) { x = x * 1103515245 + 12345; store<i32>(4096 + (i << 2), x); }
  quicksort(0, n - 1);
  return load<i32>(4096 + (n << 1));
}
export function hash(n: i32): i32 {
  let a: u64 = 1, b: u64 = 2, c: u64 = 3, d: u64 = 4;
  for (let i: i32 = 0; i < n; i++) {
    const at = 4096 + ((i & 8191) << 3);
    a += b ^ load<u64>(at); d = rotr(d ^ a, 32); c += d; b = rotr(b ^ c, 24);
    a += b; d = rotr(d ^ a, 16); c += d; b = rotr(b ^ c, 63);
    store<u64>(at, a ^ c);
  }
  return <i32>(a ^ b ^ c ^ d);
}
export function mandelbrot(n: i32): i32 {
  let count: i32 = 0;
  for (let i: i32 = 0; i < n; i++) {
    const cr: f64 = <f64>(i & 1023) / 512.0 - 1.5, ci: f64 = <f64>(i >> 10 & 1023) / 512.0 - 1.0;
    let x: f64 = 0, y: f64 = 0;
    for (let k: i32 = 0; k < 50 && x * x + y * y < 4.0; k++) { const t = x * x - y * y + cr; y = 2.0 * x * y + ci; x = t; count++; }
  }
  return count;
}
export function filter(n: i32): i32 {
  let a: f32 = 0, b: f32 = 1;
  for (let i: i32 = 0; i < n; i++) {
    const at = 4096 + ((i & 8191) << 2), v = load<f32>(at);
    a = a * <f32>0.75 + v; b = max(b, abs(a - v)); store<f32>(at, sqrt(b) + <f32>i);
  }
  return <i32>b;
}
`;

/** Arguments for some 60 to 300 million steps each. */
const GUESTS = {
  mix: 5_000_000,
  mix64: 4_000_000,
  fib: 32,
  sieve: 4_000_000,
  stores: 200,
  sort: 400_000,
  hash: 3_000_000,
  mandelbrot: 300_000,
  filter: 4_000_000,
} as const;

/** Guests that are measured on another memory than the first as well. */
const OTHER_MEMORY = ["sieve", "stores", "sort"] as const;

/**
 * The compiler's package. Its types are not imported: they would change those of JavaScript's own
 * arrays.
 */
const COMPILER = createRequire(import.meta.url).resolve("assemblyscript/package.json");
const OPTIONS = ["--runtime", "stub", "-O3", "--noAssert", "--initialMemory", "80"];

async function compile(): Promise<Uint8Array<ArrayBuffer>> {
  const folder = await mkdtemp(join(tmpdir(), "bench-"));
  try {
    await writeFile(join(folder, "guests.ts"), SOURCE);
    const args = [
      join(dirname(COMPILER), "bin/asc.js"),
      "guests.ts",
      "--baseDir",
      folder,
      "-o",
      "guests.wasm",
      ...OPTIONS,
    ];
    await promisify(execFile)(process.execPath, args);
    return Uint8Array.from(await readFile(join(folder, "guests.wasm")));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * Seconds of processor time that this thread has used: other processes do not count, nor does V8's
 * compiler thread.
 */
function clock(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e6;
}

interface Measurement {
  readonly steps: number;
  readonly seconds: number;
  /** What it takes to turn the machine into a state again, and to hash that. */
  readonly saving: number;
}

/** Runs until the machine halts. */
function measure(state: State): Measurement {
  const interpreter = Interpreter.load(state);
  const begin = clock();
  const steps = interpreter.run(Number.MAX_SAFE_INTEGER);
  const middle = clock();
  stateRoot(interpreter.save());
  return { steps, seconds: middle - begin, saving: clock() - middle };
}

/** Calls over which V8's time is averaged: the clock may tick in milliseconds. */
const CALLS = 20;

/** Seconds of a call after the first one, which is compiled while it runs. */
async function native(name: string, argument: number): Promise<number> {
  const { exports } = await WebAssembly.instantiate(await WebAssembly.compile(bytes));
  const call = exports[name] as (n: number) => number;
  call(argument);
  const begin = clock();
  for (let i = 0; i < CALLS; i++) call(argument);
  return (clock() - begin) / CALLS;
}

/** Adds a row to the table, if the guest is wanted. */
async function report(title: string, name: string, argument: number, modules: readonly ModuleSource[]): Promise<void> {
  if (wanted.length > 0 && !wanted.includes(name)) return;
  const program = buildProgram(modules, { convention: "typed" });
  const number = program.exports.findIndex((e) => e.name === name);
  const payload = encodeTypedPayload(number, [BigInt(argument)]);
  const input = encodeTransactions([{ fuel: 10n ** 12n, keep: false, payload }]);
  const { steps, seconds, saving } = measure(load(initialState(program.image), input, 10n ** 13n));
  const times = seconds / (await native(name, argument));
  table.push([title, ...[steps / 1e6, steps / seconds / 1e6, times, saving * 1000].map((x) => x.toFixed(1))]);
}

useNode();

const bytes = await compile();
const wanted = process.argv.slice(2);
const table = new Table({
  head: ["guest", "M steps", "M steps/s", "times V8", "save ms"],
  style: { head: [], border: [] },
});
const guest = { name: "guest", bytes };
for (const [name, argument] of Object.entries(GUESTS)) await report(name, name, argument, [guest]);
// Linked after a module with a memory of its own, a guest's memory is the program's second.
const other = new ModuleWriter();
other.memory({ minimum: 1 });
const first = { name: "other", bytes: other.bytes() };
for (const name of OTHER_MEMORY) await report(`${name} (2nd memory)`, name, GUESTS[name], [first, guest]);
console.log(table.toString());
