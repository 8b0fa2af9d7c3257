/**
 * Programs that nobody here wrote, as npm has them. A module of ours makes their calls, so that all
 * of them are one call from outside.
 */
import { readFileSync } from "node:fs";
import { packageFile } from "../../examples/clang.ts";
import {
  type Embedder,
  type ForeignProgram,
  GUEST,
  packageVersion,
  type Support,
} from "../../examples/foreign/program.ts";
import { bodiesOf, GLUE_SUPPORT, makeWorld, rapierModule } from "../../examples/foreign/rapier.ts";
import { record } from "../../examples/foreign/record.ts";
import { EXPORTS as ZSTD, zstdModule } from "../../examples/foreign/zstd.ts";
import type { Recipe } from "./workload.ts";

/** The supporting module's function that is measured. */
const RUN = "run";

interface Foreign {
  readonly name: string;
  readonly package: string;
  readonly computes: string;
  readonly module: () => Uint8Array<ArrayBuffer>;
  /**
   * What the module imports; the last one exports {@link RUN}, which takes how often, and what
   * `prepare` gives.
   */
  readonly support: readonly Support[];
  readonly prepare: (guest: Embedder) => readonly bigint[];
  readonly sizes: Recipe["sizes"];
}

/** Bytes of C that are compressed: the beginning of SQLite's own source. */
const TEXT_BYTES = 256 * 1024;

/** As thorough as it is usual. */
const LEVEL = 12;

/**
 * Memory grows as the module asks for it; whether both ways lead back to the text is in the result.
 */
const CODEC = `(module
  (import "${GUEST}" "f" (memory 0))
  (import "${GUEST}" "${ZSTD.compress}" (func $compress (param i32 i32 i32 i32 i32) (result i32)))
  (import "${GUEST}" "${ZSTD.decompress}" (func $decompress (param i32 i32 i32 i32) (result i32)))
  (func (export "e") (param $bytes i32) (result i32)
    (i32.ne (i32.const -1) (memory.grow (i32.sub
      (i32.shr_u (i32.add (local.get $bytes) (i32.const 65535)) (i32.const 16))
      (memory.size)))))
  (func (export "${RUN}") (param $times i32) (param $plain i32) (param $length i32) (param $target i32) (param $bound i32)
      (result i32) (local $compressed i32) (local $sum i32)
    (loop $next
      (local.set $compressed (call $compress
        (local.get $target) (local.get $bound) (local.get $plain) (local.get $length) (i32.const ${LEVEL})))
      (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 31)) (i32.xor (local.get $compressed)
        (call $decompress (local.get $plain) (local.get $length) (local.get $target) (local.get $compressed)))))
      (br_if $next (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))
    (local.get $sum)))`;

/** A codec: searches, tables, bits; no floats. */
const zstd: Foreign = {
  name: "zstd",
  package: "@bokuweb/zstd-wasm",
  computes: `${TEXT_BYTES >> 10} KiB of C, level ${LEVEL}, and back`,
  module: zstdModule,
  support: [{ name: "a", text: CODEC }],
  prepare: (guest) => {
    guest.call(ZSTD.constructors);
    const text = readFileSync(packageFile("better-sqlite3", "deps/sqlite3/sqlite3.c")).subarray(0, TEXT_BYTES);
    const bound = Number(guest.call(ZSTD.bound, TEXT_BYTES));
    const [plain, target] = [TEXT_BYTES, bound].map((bytes) => Number(guest.call(ZSTD.malloc, bytes)));
    guest.write(plain!, text);
    return [plain!, TEXT_BYTES, target!, bound].map(BigInt);
  },
  sizes: { full: 20, small: 1 },
};

/** Boxes of a heap, in rows that are each shifted a little. */
const BOXES = 200;
const ROW = 12;

const SIMULATION = `(module
  (import "${GUEST}" "memory" (memory 0))
  (import "${GUEST}" "rawphysicspipeline_step" (func $step (param${" i32".repeat(11)})))
  (import "${GUEST}" "rawrigidbodyset_rbTranslation" (func $place (param i32 f64 i32)))
  (import "${GLUE_SUPPORT.name}" "element" (func $element (param i32) (result f32)))
  (func (export "${RUN}") (param $times i32) (param ${"i32 ".repeat(11)}) (param $bodies i32) (param $body f64) (result i32)
    (loop $next
      (call $step ${Array.from({ length: 11 }, (_, i) => `(local.get ${i + 1})`).join(" ")})
      (br_if $next (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))
    (call $place (local.get $bodies) (local.get $body) (i32.const 0))
    (i32.xor (i32.reinterpret_f32 (call $element (i32.const 0))) (i32.reinterpret_f32 (call $element (i32.const 1))))))`;

function bitsOf(value: number): bigint {
  return new BigInt64Array(Float64Array.of(value).buffer)[0]!;
}

/** A physics engine: floats of 32 bits. */
const rapier: Foreign = {
  name: "rapier",
  package: "@dimforge/rapier2d-deterministic",
  computes: `${BOXES} boxes fall on a heap`,
  module: rapierModule,
  support: [GLUE_SUPPORT, { name: "simulation", text: SIMULATION }],
  prepare: (guest) => {
    const boxes = Array.from({ length: BOXES }, (_, i) => {
      const row = Math.floor(i / ROW);
      return { x: 1.2 * (i % ROW) - 7 + 0.3 * (row % 3), y: 0.6 + 1.1 * row, angle: 0.05 * (i % 7), sleeps: false };
    });
    const { parts, bodies, handles } = makeWorld(guest, bodiesOf(boxes));
    return [...[...parts, bodies].map(BigInt), bitsOf(handles.at(-1)!)];
  },
  sizes: { full: 1500, small: 2 },
};

const PROGRAMS = { zstd, rapier } as const;

/** Names of the programs. */
export const FOREIGN_NAMES = Object.keys(PROGRAMS) as (keyof typeof PROGRAMS)[];

/** A program by its name. The size is how often the measured function does its work. */
export async function foreignRecipe(name: keyof typeof PROGRAMS): Promise<Recipe> {
  const foreign: Foreign = PROGRAMS[name];
  let args: readonly bigint[] = [];
  const program: Pick<ForeignProgram, "module" | "support" | "run"> = {
    module: foreign.module,
    support: foreign.support,
    run: (guest) => {
      args = foreign.prepare(guest);
      return "";
    },
  };
  const { modules, calls } = await record(program);
  return {
    name,
    group: "foreign",
    computes: `${foreign.computes} (${foreign.package}@${packageVersion(foreign.package)})`,
    modules,
    setup: calls,
    call: { name: `${foreign.support.at(-1)?.name}.${RUN}`, args: (size) => [BigInt(size), ...args] },
    sizes: foreign.sizes,
  };
}
