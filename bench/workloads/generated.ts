/** Programs that are about one quantity: how much memory they have, or how deep they call. */
import type { Recipe } from "./workload.ts";

const PAGES_OF_MEBIBYTE = 16;

/**
 * Fills all of its memory with what depends on `stores`, then stores to that many pseudorandom
 * places of it, with pauses that do nothing else. `run(stores, spin)` gives a word of the end.
 */
export const scatterText = (mebibytes: number): string => `(module
  (memory (export "memory") ${mebibytes * PAGES_OF_MEBIBYTE} ${mebibytes * PAGES_OF_MEBIBYTE})
  (func $fill (param $seed i32) (local $at i32) (local $left i32) (local $value i64)
    (local.set $left (i32.const ${(mebibytes * 2 ** 20) / 64}))
    (local.set $value (i64.or (i64.shl (i64.extend_i32_u (local.get $seed)) (i64.const 1)) (i64.const 1)))
    (loop $next
      ${Array.from({ length: 8 }, (_, i) => `(i64.store offset=${8 * i} (local.get $at) (local.get $value))`).join("\n      ")}
      (local.set $value (i64.mul (local.get $value) (i64.const 6364136223846793005)))
      (local.set $at (i32.add (local.get $at) (i32.const 64)))
      (br_if $next (local.tee $left (i32.sub (local.get $left) (i32.const 1))))))
  (func $spin (param $n i32) (result i32)
    (loop $next (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $n))
  (func (export "run") (param $stores i32) (param $spin i32) (result i32) (local $x i32)
    (call $fill (local.get $stores))
    (local.set $x (i32.const 2463534242))
    (loop $next
      (local.set $x (i32.xor (local.get $x) (i32.shl (local.get $x) (i32.const 13))))
      (local.set $x (i32.xor (local.get $x) (i32.shr_u (local.get $x) (i32.const 17))))
      (local.set $x (i32.xor (local.get $x) (i32.shl (local.get $x) (i32.const 5))))
      (i32.store (i32.and (local.get $x) (i32.const ${mebibytes * 2 ** 20 - 4})) (local.get $x))
      (drop (call $spin (local.get $spin)))
      (br_if $next (local.tee $stores (i32.sub (local.get $stores) (i32.const 1)))))
    (i32.xor (local.get $x) (i32.load (i32.const 64)))))`;

/** Steps of a turn of the empty loop. */
const SPIN_STEPS = 5;

/** Steps that filling a mebibyte takes, at most. */
export const FILL_STEPS = (2 ** 20 / 64) * 48;

/** Steps between two stores. */
export const STORE_STEPS = 100_000;

/**
 * A program, {@link scatterText}, that touches all of its memory, a power of two of mebibytes. The
 * size is the number of stores after that.
 */
export function scatterRecipe(mebibytes: number, bytes: Uint8Array): Recipe {
  return {
    name: `memory of ${mebibytes} MiB`,
    group: "generated",
    computes: "fills its memory, then stores at random",
    modules: [{ name: "scatter", bytes }],
    setup: [],
    call: { name: "run", args: (size) => [BigInt(size), BigInt(STORE_STEPS / SPIN_STEPS)] },
    sizes: { full: 1000, small: 10 },
  };
}

/** `run(depth, n)` calls itself until it is `depth` deep, and turns a loop n times there. */
export const RECURSION = `(module
  (func $run (export "run") (param $depth i32) (param $n i32) (result i32) (local $x i32)
    (if (result i32) (local.get $depth)
      (then (i32.add
        (local.get $depth)
        (call $run (i32.sub (local.get $depth) (i32.const 1)) (local.get $n))))
      (else
        (loop $next
          (local.set $x (i32.add (i32.mul (local.get $x) (i32.const 31)) (local.get $n)))
          (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.get $x)))))`;

/** Slots of a frame of the recursion, with room to spare. */
const FRAME_SLOTS = 16;

/**
 * A program, {@link RECURSION}, that waits in the depth of a recursion. The size is how often its
 * loop turns.
 */
export function recursionRecipe(depth: number, bytes: Uint8Array): Recipe {
  return {
    name: `calls ${depth} deep`,
    group: "generated",
    computes: "a loop in the depth of a recursion",
    modules: [{ name: "recursion", bytes }],
    limits: { slotLimit: FRAME_SLOTS * depth + 1000 },
    setup: [],
    call: { name: "run", args: (size) => [BigInt(depth), BigInt(size)] },
    sizes: { full: 20_000_000, small: 10_000 },
  };
}
