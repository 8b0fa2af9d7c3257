/** Small guests for the agents' tests, in the text format. */
import { parse } from "@bytecodealliance/jco";

/** Writes running sums to memory and returns the last: loops, stores, calls and a global. */
export const SUMS = `(module
  (memory (export "memory") 1)
  (global $calls (mut i32) (i32.const 0))
  (func $add (param i64 i32) (result i64)
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (i64.add (local.get 0) (i64.extend_i32_u (local.get 1))))
  (func $sums (export "sums") (param $n i32) (result i64) (local $i i32) (local $sum i64)
    (loop $next
      (local.set $sum (call $add (local.get $sum) (local.get $i)))
      (i64.store (i32.mul (local.get $i) (i32.const 8)) (local.get $sum))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (local.get $n))))
    (local.get $sum))
  (func (export "fail") unreachable))`;

/** Adds up in memory, so that a wrong store makes a wrong sum. */
export const ADDING = `(module
  (memory (export "memory") 1)
  (func (export "sums") (param $n i32) (result i32)
    (i32.store (i32.const 64) (i32.const 0))
    (loop $next
      (i32.store (i32.const 64) (i32.add (i32.load (i32.const 64)) (local.get $n)))
      (local.tee $n (i32.sub (local.get $n) (i32.const 1)))
      (br_if $next))
    (i32.load (i32.const 64))))`;

/** Traps before the first transaction: the program ends, and with it the Deal. */
export const STILLBORN = `(module
  (memory (export "memory") 1)
  (func $start (i32.store (i32.const 0) (i32.const 7)) unreachable)
  (start $start)
  (func (export "sums") (param i32) (result i64) (i64.const 0)))`;

/** A module in the binary format. */
export async function assemble(text: string): Promise<Uint8Array> {
  return new Uint8Array(await parse(text));
}
