/** Generated functions that are not made of the guest's. */
import { Op } from "../instructions/table.ts";
import type { ByteWriter } from "../wasm/byte-writer.ts";
import { EMPTY, functionBody } from "../wasm/module-writer.ts";
import { Assembly } from "./assembly.ts";
import type { IndexSpace } from "./index-space.ts";
import { IMAGE, SLOT, UNWINDING } from "./layout.ts";
import type { NativeSignature } from "./native-type.ts";
import type { Site } from "./plan.ts";

/** The type of what takes up a frame: frame address and counter come in, the counter comes out. */
export const CONTINUATION: NativeSignature = { params: ["i32", "i64"], results: ["i64"] };

/** The type of {@link piecesFunction}. */
export const PIECES: NativeSignature = { params: ["i32", "i32", "i32"], results: ["i64"] };

/**
 * (d, s, n) → steps of the move of a copy: one, and one more for each leaf boundary inside either
 * range. Of a fill `s` is `d`. The reference is `verifier/machine/bulk.ts`.
 */
export function piecesFunction(side: number): ByteWriter {
  const code = new Assembly(side);
  const [d, s, n] = [0, 1, 2];
  /** Leaf boundaries inside the range of n > 0 bytes at a local, as an i64. */
  const boundaries = (start: number): void => {
    code.get(start);
    code.i32(31);
    code.put(Op.i32And, Op.i64ExtendI32U);
    code.get(n);
    code.put(Op.i64ExtendI32U, Op.i64Add);
    code.i64(1n);
    code.put(Op.i64Sub);
    code.i64(5n);
    code.put(Op.i64ShrU);
  };
  code.get(n);
  code.put(Op.i32Eqz, Op.if, EMPTY);
  code.i64(1n);
  code.put(Op.return, Op.end);
  boundaries(d);
  code.i64(1n);
  code.put(Op.i64Add);
  boundaries(s);
  code.i64(0n);
  code.get(d);
  code.get(s);
  code.put(Op.i32Sub);
  code.i32(31);
  code.put(Op.i32And, Op.select, Op.i64Add, Op.end);
  return functionBody([], code.bytes());
}

/** Calls a function whose frame has just been entered, and leaves its results in the image. */
export function entryContinuation(
  callee: number,
  { params, results }: NativeSignature,
  { side, frameLimit }: Pick<IndexSpace, "side" | "frameLimit">,
): ByteWriter {
  const code = new Assembly(side);
  const [frame, counter] = [0, 1];
  const firstResult = 2;
  params.forEach((type, i) => {
    code.get(frame);
    code.loadSlot(type, i);
  });
  code.get(counter);
  code.roomOf(frame, frameLimit);
  code.put(Op.call);
  code.u32(callee);
  code.set(counter);
  results.toReversed().forEach((_, i) => code.set(firstResult + results.length - 1 - i));
  // While frames are written out there are no results, and their slots are the callee's.
  code.get(counter);
  code.i64(0n);
  code.put(Op.i64GeS, Op.if, EMPTY);
  results.forEach((type, i) => {
    code.get(frame);
    code.get(firstResult + i);
    code.storeSlot(type, i);
  });
  code.put(Op.end);
  code.get(counter);
  code.put(Op.end);
  return functionBody(results, code.bytes());
}

/** What stands for a function that is interpreted: it pauses where the function begins. */
export function stubFunction(
  { params, results }: NativeSignature,
  site: Site,
  { side, frameLimit }: Pick<IndexSpace, "side" | "frameLimit">,
): ByteWriter {
  const code = new Assembly(side);
  const [counter, room, frame] = [params.length, params.length + 1, params.length + 2];
  code.frameOf(room, frameLimit);
  code.set(frame);
  params.forEach((type, i) => {
    code.get(frame);
    code.get(i);
    code.storeSlot(type, i);
  });
  // The other locals are zero; the return address between is the caller's to write.
  const first = params.length + 1;
  code.get(frame);
  code.i32(SLOT * first);
  code.put(Op.i32Add);
  code.i32(0);
  code.i32(SLOT * (site.height - first));
  code.put(0xfc, 0x0b); // memory.fill
  code.u32(side);
  code.notePause(() => code.i32(site.id), frame, counter);
  for (const type of results) code.zero(type);
  code.i64(UNWINDING);
  code.put(Op.end);
  return functionBody(["i32"], code.bytes());
}

/** Bytes of an engine's own memory that holds so many slots. */
export const sideBytes = (slots: number): number => IMAGE + SLOT * slots;
