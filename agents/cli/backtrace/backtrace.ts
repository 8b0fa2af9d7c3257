/**
 * The backtrace of a trap as data and as lines: names, byte offsets, and source lines where the
 * modules tell them.
 */
import { backtrace, type Frame } from "../../../verifier/program/backtrace.ts";
import type { Program } from "../../../verifier/program/build.ts";
import type { State } from "../../../verifier/state/state.ts";
import type { Module } from "../../../verifier/wasm/types.ts";
import { type Printable, text } from "../printable.ts";
import { DWARF_LINES, placesByDwarf } from "./dwarf.ts";
import { readableNames } from "./names.ts";
import type { NamedPlace, SourcePlace } from "./place.ts";
import { placesBySourceMap } from "./source-map.ts";

/** A function that was running when the program trapped, the innermost first. */
export interface TracedFunction {
  readonly function: string;
  /** Name of the module under which it is linked. */
  readonly module: string;
  /**
   * Byte offset in the module of the instruction that it was at; that of the function around it, if
   * it was inlined.
   */
  readonly offset: number;
  /**
   * Text name of that instruction; null if the function was inlined: the one around it has the
   * instruction.
   */
  readonly instruction: string | null;
  readonly isStart: boolean;
  readonly source: SourcePlace | null;
}

/** What was running when a program trapped. */
export interface TrapReport {
  readonly functions: readonly TracedFunction[];
  /** Frames left out before the last one, of a recursion that is too deep to list. */
  readonly omitted: number;
}

/**
 * Traces a state back.
 * @param files - where modules were read from, by the name under which they are linked: source
 *   maps lie beside them
 */
export async function traceBack(
  program: Program,
  state: State,
  files: ReadonlyMap<string, string>,
): Promise<TrapReport> {
  const { frames, omitted } = backtrace(program, state);
  const places = await placesOf(program, frames, files);
  const traced = frames.flatMap((frame) => {
    const told = places.get(frame) ?? [];
    const own = told.length > 0 ? told : [{}];
    return own.map(({ functionName, source }, k): TracedFunction => {
      const isOutermost = k === own.length - 1;
      return {
        function: functionName ?? frame.functionName,
        module: frame.moduleName,
        offset: frame.offset,
        instruction: isOutermost ? frame.mnemonic : null,
        isStart: isOutermost && frame.isStart,
        source: source ?? null,
      };
    });
  });
  const names = await readableNames(traced.map((one) => one.function));
  return { functions: traced.map((one, i) => ({ ...one, function: names[i] ?? one.function })), omitted };
}

/** What the modules' debugging information tells of each frame, the inlined functions first. */
async function placesOf(
  { instances }: Program,
  frames: readonly Frame[],
  files: ReadonlyMap<string, string>,
): Promise<Map<Frame, readonly NamedPlace[]>> {
  const places = new Map<Frame, readonly NamedPlace[]>();
  for (const [position, own] of Map.groupBy(frames, (frame) => frame.module)) {
    const instance = instances[position];
    const found = instance === undefined ? [] : await placesIn(instance.module, files.get(instance.name), own);
    own.forEach((frame, i) => places.set(frame, found[i] ?? []));
  }
  return places;
}

async function placesIn(module: Module, path: string | undefined, frames: readonly Frame[]): Promise<NamedPlace[][]> {
  const hasDwarf = module.custom.some(({ name }) => name === DWARF_LINES);
  if (hasDwarf)
    return placesByDwarf(
      module.bytes,
      frames.map(({ offset }) => offset),
    );
  if (path === undefined) return [];
  const bodyOf = (frame: Frame): number => module.functions[frame.function ?? -1]?.body?.start ?? 0;
  const instructions = frames.map((frame) => ({ offset: frame.offset, body: bodyOf(frame) }));
  return placesBySourceMap(module, path, instructions).map((source) => (source === undefined ? [] : [{ source }]));
}

/** `  at shop::total src/lib.rs:12:5 (guest 0x1f3 unreachable)`, a line for each function. */
export function backtraceLines({ functions, omitted }: TrapReport): Printable[] {
  const lines = functions.map((traced) => {
    const { source, instruction } = traced;
    const place =
      source === null ? "" : text` ${source.file}:${source.line}${source.column > 0 ? `:${source.column}` : ""}`;
    const where =
      instruction === null ? "inlined" : text`${traced.module} 0x${traced.offset.toString(16)} ${instruction}`;
    return text`  at ${traced.function}${traced.isStart ? " (start function)" : ""}${place} (${where})`;
  });
  if (omitted > 0) lines.splice(-1, 0, text`  … ${omitted} more`);
  return lines;
}
