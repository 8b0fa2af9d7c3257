/**
 * What a commitment to a whole run costs beside the run itself, at several strides, for a guest that stores all over 64 MiB: the figure
 * that a Deal's budget has to be chosen by (docs/money.md). `npm run -s bench:commitment [-- STORES]`
 */
import { parse } from "@bytecodealliance/jco";
import Table from "cli-table3";
import { Trace } from "../verifier/history/trace.ts";
import { interpreterExecutor } from "../verifier/interpreter/execute.ts";
import { buildProgram } from "../verifier/program/build.ts";
import { encodeTransactions, encodeTypedPayload } from "../verifier/program/transactions.ts";
import { initialState, load } from "../verifier/state/program.ts";

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

const stores = BigInt(process.argv[2] ?? 400_000);
const bytes = new Uint8Array(await parse(SCATTER));
const program = buildProgram([{ name: "scatter", bytes }], { convention: "typed" });
const input = encodeTransactions([{ fuel: 1n << 40n, keep: false, payload: encodeTypedPayload(0, [stores]) }]);
const style = { head: [], border: [] };
const table = new Table({ style, head: ["heights", "steps", "run, s", "commitment, s", "µs a step", "ratio"] });
for (const heights of HEIGHTS) {
  const trace = new Trace(load(initialState(program.image), input, 1n << 41n), heights, {
    executor: interpreterExecutor,
  });
  const begun = performance.now();
  const steps = Number(trace.halt());
  const ran = performance.now();
  await trace.commitment(0, 0n);
  const committed = performance.now();
  const [run, commitment] = [ran - begun, committed - ran];
  const figures = [(run / 1000).toFixed(2), (commitment / 1000).toFixed(2), ((1000 * commitment) / steps).toFixed(2)];
  table.push([heights.join(" + "), steps, ...figures, (commitment / run).toFixed(1)]);
}
console.log(table.toString());
