/**
 * A guest that does whatever a random number says, each time it is called: it works, grows
 * memories, changes globals, tables and segments, recurses, and sometimes traps. For tests of what
 * happens between native code and everything else.
 */
import { parse } from "@bytecodealliance/jco";

/**
 * Pages of the guest's memories, at least and at most; sizes of those from index 4 on are cells of
 * the machine.
 */
export const ACT_MEMORIES = [
  [1, 4],
  [0, 3],
  [1, 1],
  [0, 0],
  [0, 3],
  [1, 2],
] as const;

/**
 * Index of the export `run(acts: i64, seed: i32)`: each byte of `acts` chooses one of {@link ACTS},
 * the lowest first.
 */
export const RUN_ACTS = 0;

/** A number from 0 to, not including, `bound`. */
const below = (bound: number): string => `(i32.rem_u (call $next) (i32.const ${bound}))`;

/**
 * An address where `bytes` bytes lie inside a memory; beyond its end now and then, and if it has no
 * pages.
 */
const address = (memory: number, bytes: number): string =>
  `(call $inside (memory.size ${memory}) (i32.const ${bytes}))`;

const stores = (memory: number): string => `
  (i64.store ${memory} ${address(memory, 8)} (i64.mul (global.get $long) (i64.extend_i32_u (call $next))))
  (i32.store8 ${memory} ${address(memory, 1)} (call $next))
  (global.set $long (i64.add (global.get $long) (i64.load ${memory} ${address(memory, 8)})))`;

const unless = (odds: number, code: string): string => `(if ${below(odds)} (then) (else ${code}))`;

/** What can happen, by name. */
const SOURCES = {
  work: `(call $work ${below(300)})`,
  labour: `(call $work ${below(20_000)})`,
  idle: `(drop (memory.grow 0 (i32.const 0))) (drop (memory.grow 4 (i32.const 0)))`,
  growFirst: `(drop (memory.grow 0 ${below(3)}))`,
  growSecond: `(drop (memory.grow 1 ${below(3)}))`,
  growCell: `(global.set $long (i64.extend_i32_s (memory.grow 4 ${below(3)})))`,
  growOthers: `(drop (memory.grow 5 ${below(2)})) (drop (memory.grow 2 (i32.const 1))) (drop (memory.grow 3 ${below(2)}))`,
  storeFirst: stores(0),
  storeSecond: stores(1),
  storeCell: `${stores(4)} ${stores(5)}`,
  globals: `
    (global.set $single (f32.div (global.get $single) (f32.convert_i32_u ${below(3)})))
    (global.set $double (f64.sqrt (f64.sub (global.get $double) (f64.convert_i32_u ${below(5)}))))
    (global.set $long (i64.reinterpret_f64 (global.get $double)))
    (i32.store 0 (i32.const 16) (i32.reinterpret_f32 (global.get $single)))`,
  references: `
    (global.set $function (table.get $functions ${below(5)}))
    (table.set $functions ${below(6)} (ref.func $double))
    (table.set $functions ${below(6)} (global.get $function))`,
  tables: `
    (drop (table.grow $functions (ref.func $add) ${below(3)}))
    (table.fill $functions ${below(4)} (ref.func $longer) ${below(3)})
    (table.copy $functions $functions ${below(4)} ${below(4)} ${below(3)})`,
  segments: `
    (table.init $functions $elements ${below(3)} ${below(3)} ${below(3)})
    ${unless(9, "(elem.drop $elements)")} ${unless(9, "(data.drop $bytes)")}`,
  calls: `
    (i32.store 0 (i32.const 24) (call_indirect $functions (type $unary) ${below(1000)} ${below(5)}))
    (global.set $long (i64.extend_i32_u (call_indirect $functions (type $unary) ${below(1000)} ${below(5)})))`,
  bulk: `
    (memory.init 0 $bytes ${below(500)} ${below(8)} ${below(6)})
    (memory.fill 0 ${below(9000)} (call $next) ${below(5000)})
    (memory.copy 0 0 ${below(9000)} ${below(9000)} ${below(9000)})
    (memory.copy 5 0 ${below(60_000)} ${below(60_000)} ${below(5000)})`,
  recursion: `(global.set $long (i64.extend_i32_u (call $deep ${below(400)})))`,
  abyss: unless(6, "(drop (call $deep (i32.const 1000000)))"),
  trap: unless(6, "unreachable"),
  outside: unless(6, "(i32.store 0 (i32.const -4) (i32.const 1))"),
} as const;

/** Names of what can happen; a byte chooses one modulo their number. */
export const ACTS = Object.keys(SOURCES) as readonly (keyof typeof SOURCES)[];

/** The guest's text. */
function actsText(): string {
  const names = ACTS.map((name) => `$act.${name}`);
  return `(module
  ${ACT_MEMORIES.map(([minimum, maximum]) => `(memory ${minimum} ${maximum})`).join(" ")}
  (type $unary (func (param i32) (result i32)))
  (type $act (func))
  (table $functions 4 9 funcref)
  (table $acts ${ACTS.length} ${ACTS.length} funcref)
  (global $random (mut i32) (i32.const 1))
  (global $long (mut i64) (i64.const -1))
  (global $single (mut f32) (f32.const 1.5))
  (global $double (mut f64) (f64.const 2.5))
  (global $function (mut funcref) (ref.null func))
  (data (memory 0) (i32.const 65530) "behind")
  (data $bytes "0123456789")
  (elem (table $functions) (i32.const 0) func $add $double $longer)
  (elem (table $acts) (i32.const 0) func ${names.join(" ")})
  (elem $elements func $double $add $longer $add)
  (func $next (result i32)
    (global.set $random (i32.add (i32.mul (global.get $random) (i32.const 1103515245)) (i32.const 12345)))
    (i32.and (i32.shr_u (global.get $random) (i32.const 8)) (i32.const 0xffff)))
  (func $inside (param $pages i32) (param $bytes i32) (result i32)
    (local $end i32)
    (local.set $end (i32.sub (i32.shl (local.get $pages) (i32.const 16)) (local.get $bytes)))
    (if (result i32) (i32.and (i32.ne (local.get $pages) (i32.const 0)) (i32.ne ${below(40)} (i32.const 0)))
      (then (i32.rem_u (i32.mul (call $next) (i32.const 7)) (i32.add (local.get $end) (i32.const 1))))
      (else (select (i32.const 0) (i32.add (local.get $end) (i32.const 1)) (i32.eqz (local.get $pages))))))
  (func $add (type $unary) (i32.add (local.get 0) (i32.const 7)))
  (func $double (type $unary) (i32.mul (local.get 0) (i32.const 2)))
  (func $longer (param i64) (result i64) (i64.add (local.get 0) (i64.const 1)))
  (func $deep (param $n i32) (result i32)
    (local $kept i64)
    (local.set $kept (i64.xor (global.get $long) (i64.extend_i32_u (local.get $n))))
    (if (result i32) (local.get $n)
      (then (i32.add (call $deep (i32.sub (local.get $n) (i32.const 1))) (i32.wrap_i64 (local.get $kept))))
      (else (i32.const 1))))
  (func $work (param $n i32)
    (local $at i32) (local $sum i64)
    (block $done (loop $more
      (br_if $done (i32.eqz (local.get $n)))
      (local.set $at (i32.and (i32.mul (local.get $n) (i32.const 40)) (i32.const 0xfff8)))
      (local.set $sum (i64.add (local.get $sum) (i64.load 0 (local.get $at))))
      (i64.store 0 (local.get $at) (i64.add (i64.load 0 (local.get $at)) (i64.const 3)))
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br $more)))
    (global.set $long (local.get $sum)))
  ${ACTS.map((name) => `(func $act.${name} (type $act) ${SOURCES[name]})`).join("\n")}
  (func (export "run") (param $acts i64) (param $seed i32) (result i64)
    (global.set $random (local.get $seed))
    (loop $more
      (call_indirect $acts (type $act)
        (i32.rem_u (i32.wrap_i64 (i64.and (local.get $acts) (i64.const 255))) (i32.const ${ACTS.length})))
      (local.set $acts (i64.shr_u (local.get $acts) (i64.const 8)))
      (br_if $more (i64.ne (local.get $acts) (i64.const 0))))
    (i64.xor (global.get $long) (i64.load 0 (i32.const 16)))))`;
}

/** The guest in the binary format. */
export async function actsGuest(): Promise<Uint8Array> {
  return Uint8Array.from(await parse(actsText()));
}
