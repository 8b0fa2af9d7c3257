/** Instructions as bytes: the little that generated code needs besides what it copies. */
import { ByteWriter } from "../wasm/byte-writer.ts";
import { Op } from "../instructions/table.ts";
import { PAUSE_COUNTER, PAUSE_FRAME, PAUSE_SITE, SLOT } from "./layout.ts";
import type { NativeType } from "./native-type.ts";

/** Instructions under construction. */
export class Assembly extends ByteWriter {
  /** The engine's own memory. */
  readonly #side: number;

  constructor(side: number) {
    super();
    this.#side = side;
  }

  get(local: number): void {
    this.put(Op.localGet);
    this.u32(local);
  }

  set(local: number): void {
    this.put(Op.localSet);
    this.u32(local);
  }

  tee(local: number): void {
    this.put(Op.localTee);
    this.u32(local);
  }

  i32(value: number): void {
    this.put(Op.i32Const);
    this.s32(value);
  }

  i64(value: bigint): void {
    this.put(Op.i64Const);
    this.s64(value);
  }

  /** A zero of a type. */
  zero(type: NativeType): void {
    if (type === "i32") this.i32(0);
    else if (type === "i64") this.i64(0n);
    else {
      this.put(type === "f32" ? Op.f32Const : Op.f64Const);
      this.fixed(0n, type === "f32" ? 4 : 8);
    }
  }

  /** An access to the engine's own memory. */
  side(op: number, offset: number): void {
    // Bit 6 of the alignment announces a memory index.
    this.put(op, 0x40);
    this.u32(this.#side);
    this.u32(offset);
  }

  /**
   * Leaves the address of the frame that begins so many bytes (an i64 in a local) below the limit.
   */
  frameOf(room: number, limit: number): void {
    this.put(Op.globalGet);
    this.u32(limit);
    this.get(room);
    this.put(Op.i64Sub, Op.i32WrapI64);
  }

  /** The inverse, from an address in a local. */
  roomOf(frame: number, limit: number): void {
    this.put(Op.globalGet);
    this.u32(limit);
    this.get(frame);
    this.put(Op.i64ExtendI32U, Op.i64Sub);
  }

  /**
   * Writes where the innermost frame paused; `site` leaves the id of the site, frame and counter
   * are locals.
   */
  notePause(site: () => void, frame: number, counter: number): void {
    this.i32(PAUSE_SITE);
    site();
    this.side(Op.i32Store, 0);
    this.i32(PAUSE_FRAME);
    this.get(frame);
    this.side(Op.i32Store, 0);
    this.i32(PAUSE_COUNTER);
    this.get(counter);
    this.side(Op.i64Store, 0);
  }

  /** Takes an address and a value, and stores the value as a slot at a frame offset. */
  storeSlot(type: NativeType, slot: number): void {
    if (type === "f32") this.put(Op.i32ReinterpretF32);
    if (type === "f32" || type === "i32") this.put(Op.i64ExtendI32U);
    this.side(type === "f64" ? Op.f64Store : Op.i64Store, SLOT * slot);
  }

  /** Takes an address, and loads the slot at a frame offset. */
  loadSlot(type: NativeType, slot: number): void {
    const op = { i32: Op.i32Load, i64: Op.i64Load, f32: Op.f32Load, f64: Op.f64Load }[type];
    this.side(op, SLOT * slot);
  }
}
