/** Instructions as bytes: the little that generated code needs besides what it copies. */
import { ByteWriter } from "../wasm/byte-writer.ts";
import { OP } from "../wasm/opcodes.ts";
import { PAUSE_COUNTER, PAUSE_FRAME, PAUSE_SITE, SLOT } from "./layout.ts";
import type { NativeType } from "./native-type.ts";

/** Opcodes of generated instructions: those that the passes know, and the others that are needed. */
export const A = {
  ...OP,
  i32Load: 0x28,
  i64Load: 0x29,
  f32Load: 0x2a,
  f64Load: 0x2b,
  i32Store: 0x36,
  i64Store: 0x37,
  f64Store: 0x39,
  i32Store8: 0x3a,
  i32Eqz: 0x45,
  i32Eq: 0x46,
  i32GeU: 0x4f,
  i64Eqz: 0x50,
  i64LtS: 0x53,
  i64LeU: 0x58,
  i64GeS: 0x59,
  f32Eq: 0x5b,
  f64Eq: 0x61,
  i32And: 0x71,
  i32ShrU: 0x76,
  i64Or: 0x84,
  i64ShrU: 0x88,
  i32WrapI64: 0xa7,
  i64ExtendI32U: 0xad,
  i32ReinterpretF32: 0xbc,
  i64ReinterpretF64: 0xbd,
  f32ReinterpretI32: 0xbe,
  f64ReinterpretI64: 0xbf,
} as const;

/** Instructions under construction. */
export class Assembly extends ByteWriter {
  /** The engine's own memory. */
  readonly #side: number;

  constructor(side: number) {
    super();
    this.#side = side;
  }

  get(local: number): void {
    this.put(A.localGet);
    this.u32(local);
  }

  set(local: number): void {
    this.put(A.localSet);
    this.u32(local);
  }

  tee(local: number): void {
    this.put(A.localTee);
    this.u32(local);
  }

  i32(value: number): void {
    this.put(A.i32Const);
    this.s32(value);
  }

  i64(value: bigint): void {
    this.put(A.i64Const);
    this.s64(value);
  }

  /** A zero of a type. */
  zero(type: NativeType): void {
    if (type === "i32") this.i32(0);
    else if (type === "i64") this.i64(0n);
    else {
      this.put(type === "f32" ? A.f32Const : A.f64Const);
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

  /** Leaves the address of the frame that begins so many bytes (an i64 in a local) below the limit. */
  frameOf(room: number, limit: number): void {
    this.put(A.globalGet);
    this.u32(limit);
    this.get(room);
    this.put(A.i64Sub, A.i32WrapI64);
  }

  /** The inverse, from an address in a local. */
  roomOf(frame: number, limit: number): void {
    this.put(A.globalGet);
    this.u32(limit);
    this.get(frame);
    this.put(A.i64ExtendI32U, A.i64Sub);
  }

  /** Writes where the innermost frame paused; `site` leaves the id of the site, frame and counter are locals. */
  notePause(site: () => void, frame: number, counter: number): void {
    this.i32(PAUSE_SITE);
    site();
    this.side(A.i32Store, 0);
    this.i32(PAUSE_FRAME);
    this.get(frame);
    this.side(A.i32Store, 0);
    this.i32(PAUSE_COUNTER);
    this.get(counter);
    this.side(A.i64Store, 0);
  }

  /** Takes an address and a value, and stores the value as a slot at a frame offset. */
  storeSlot(type: NativeType, slot: number): void {
    if (type === "f32") this.put(A.i32ReinterpretF32);
    if (type === "f32" || type === "i32") this.put(A.i64ExtendI32U);
    this.side(type === "f64" ? A.f64Store : A.i64Store, SLOT * slot);
  }

  /** Takes an address, and loads the slot at a frame offset. */
  loadSlot(type: NativeType, slot: number): void {
    const op = { i32: A.i32Load, i64: A.i64Load, f32: A.f32Load, f64: A.f64Load }[type];
    this.side(op, SLOT * slot);
  }
}
