/**
 * What commitments cost. First those to a whole run beside the run itself, at several strides, for
 * a guest that stores all over 64 MiB: the figure that a Deal's budget has to be chosen by
 * (docs/money.md). Then those of the last level, to every single step, beside the reference step
 * function and the hash of each of its states; and how fast nodes are hashed.
 * `npm run -s bench:commitment [-- STORES]`
 */
import { parse } from "@bytecodealliance/jco";
import Table from "cli-table3";
import { commitmentOf } from "../verifier/history/commitment-builder.ts";
import { StepRoots } from "../verifier/history/step-roots.ts";
import { Trace } from "../verifier/history/trace.ts";
import { execute, interpreterExecutor } from "../verifier/interpreter/execute.ts";
import { keccak256 } from "../verifier/merkle/keccak.ts";
import { hashAll, NODE_BYTES } from "../verifier/merkle/keccak-lanes.ts";
import { useNode } from "../verifier/node/use-node.ts";
import { buildProgram } from "../verifier/program/build.ts";
import { encodeTransactions, encodeTypedPayload } from "../verifier/program/transactions.ts";
import { initialState, load } from "../verifier/state/program.ts";
import { type State, stateRoot } from "../verifier/state/state.ts";
import { isHalted, stepState } from "../verifier/state/step-state.ts";
import { guest } from "../examples/build.ts";
import { cGuest } from "../examples/c/guests.ts";
import { ledgerTransactions } from "../examples/ledger/transactions.ts";
import { loaded, Session } from "../examples/database/session.ts";
import { shopStatements } from "../examples/database/shop.ts";

/** One store to a pseudorandom word of memory every 22 instructions. */
const SCATTER = `(module (memory (export "memory") 1024 1024)
  (func (export "scatter") (param $n i32) (local $x i32)
    (local.set $x (i32.const 12345))
    (loop $next
      (local.set $x (i32.xor (local.get $x) (i32.shl (local.get $x) (i32.const 13))))
      (local.set $x (i32.xor (local.get $x) (i32.shr_u (local.get $x) (i32.const 17))))
      (local.set $x (i32.xor (local.get $x) (i32.shl (local.get $x) (i32.const 5))))
      (i32.store (i32.and (local.get $x) (i32.const 0x3fffffc)) (local.get $x))
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))`;

const HEIGHTS = [
  [33, 15],
  [30, 18],
  [27, 21],
] as const;

const FUEL = 1n << 40n;

useNode();

const stores = BigInt(process.argv[2] ?? 400_000);
const style = { head: [], border: [] };

/** Microseconds of processor time of this thread. */
function clock(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}

/** The state in which a function of a module is called with one argument. */
function calling(bytes: Uint8Array, name: string, argument: bigint): State {
  const program = buildProgram([{ name: "guest", bytes }], { convention: "typed" });
  const number = program.exports.findIndex((e) => e.name === name);
  const input = encodeTransactions([{ fuel: FUEL, keep: false, payload: encodeTypedPayload(number, [argument]) }]);
  return load(initialState(program.image), input, 2n * FUEL);
}

async function ledger(): Promise<State> {
  const { image } = buildProgram([{ name: "ledger", bytes: await guest("ledger") }], { convention: "payload" });
  return load(initialState(image), encodeTransactions(ledgerTransactions(60).slice(0, 50)), FUEL);
}

const scatter = calling(new Uint8Array(await parse(SCATTER)), "scatter", stores);

const strides = new Table({ style, head: ["heights", "steps", "run, s", "commitment, s", "µs per step", "ratio"] });
for (const heights of HEIGHTS) {
  const trace = new Trace(scatter, heights, { executor: interpreterExecutor });
  const begun = performance.now();
  const steps = Number(trace.halt());
  const ran = performance.now();
  await trace.commitment(0, 0n);
  const committed = performance.now();
  const [run, commitment] = [ran - begun, committed - ran];
  const figures = [(run / 1000).toFixed(2), (commitment / 1000).toFixed(2), ((1000 * commitment) / steps).toFixed(2)];
  strides.push([heights.join(" + "), steps, ...figures, (commitment / run).toFixed(1)]);
}
console.log(strides.toString());

/** Steps of a stretch, and how many of them the reference takes by itself. */
const STRETCH = 2 ** 18;
const REFERENCE = 2 ** 14;

const guests: readonly (readonly [name: string, state: State])[] = [
  ["SQLite", execute(loaded((await Session.open()).state, shopStatements().slice(0, 120)), 300_000)],
  ["ledger", execute(await ledger(), 3000)],
  ["sha256", execute(calling(await cGuest("sha256"), "run", 100n), 20_000)],
  ["sort", execute(calling(await cGuest("sort"), "run", 16n), 20_000)],
  ["scatter", execute(scatter, 20_000)],
];

const everyStep = new Table({
  style,
  head: ["every step of", "reference, µs per step", "commitment, µs per step", "ratio"],
});
for (const [name, start] of guests) {
  let state = start;
  let taken = 0;
  const begun = clock();
  for (; taken < REFERENCE && !isHalted(state); taken++) {
    state = stepState(state);
    stateRoot(state);
  }
  const reference = (clock() - begun) / taken;
  const again = clock();
  const roots = new StepRoots(start).next(STRETCH);
  commitmentOf(18, roots);
  const batched = (clock() - again) / (roots.length / 32);
  everyStep.push([name, reference.toFixed(1), batched.toFixed(2), (reference / batched).toFixed(1)]);
}
console.log(everyStep.toString());

/** Nodes that are hashed for a rate. */
const NODES = 2 ** 20;

const bytes = Uint8Array.from({ length: NODES * NODE_BYTES }, (_, i) => Math.imul(i, 0x9e37_79b1) >>> 24);
const inLanes = clock();
hashAll(bytes);
const oneByOne = clock();
for (let at = 0; at < bytes.length; at += NODE_BYTES) keccak256(bytes.subarray(at, at + NODE_BYTES));
const end = clock();
const rate = (microseconds: number): string => (NODES / microseconds).toFixed(2);
console.log(
  `nodes hashed, millions a second: ${rate(oneByOne - inLanes)} in lanes, ${rate(end - oneByOne)} by hash-wasm`,
);
