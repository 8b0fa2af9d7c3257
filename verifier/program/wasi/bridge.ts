/**
 * The module between WASI and the guest. WASI's functions have a memory of their own, for which
 * their compiler knows one only; this module imports both, and copies between them. Memory 0 is the
 * guest's.
 */
import { asm, type Code } from "../../wasm/assembler.ts";
import { External, ModuleWriter } from "../../wasm/module-writer.ts";
import { importHost } from "../drivers/loop.ts";

/** The name under which the bridge is linked. */
export const BRIDGE_MODULE = "wasi_bridge";

const RETURN = 0x0f;
const I32_EQZ = 0x45;
const I64_EXTEND_I32_U = 0xad;
const I64_SHL = 0x86;
const I64_SUB = 0x7d;
const I64_LE_U = 0x58;
const I32_AND = 0x71;
const GUEST_SIZE: Code = [0x3f, 0];
const memoryCopy = (to: number, from: number): Code => [0xfc, 0x0a, to, from];

/**
 * Generates the bridge.
 * @param guest - the module and the name under which it exports the guest's memory
 * @param wasi - the module that exports WASI's as `memory`
 */
export function bridgeModule(guest: { readonly module: string; readonly name: string }, wasi: string): Uint8Array {
  const writer = new ModuleWriter();
  writer.importMemory(guest.module, guest.name, { minimum: 0 });
  writer.importMemory(wasi, "memory", { minimum: 0 });
  const inputRead = importHost(writer, "input_read");
  const outputWrite = importHost(writer, "output_write");

  const bytes: Code = [GUEST_SIZE, I64_EXTEND_I32_U, asm.i64(16n), I64_SHL];
  const pointer: Code = [asm.get(0), I64_EXTEND_I32_U];
  // A difference and no sum, for the sum of pointer and length may not fit 64 bits.
  const holds = writer.function({
    name: "holds",
    type: { params: ["i32", "i64"], results: ["i32"] },
    body: [[pointer, bytes, I64_LE_U], [asm.get(1), bytes, pointer, I64_SUB, I64_LE_U], I32_AND],
  });
  const copy = (name: string, guestPointer: number, [to, from]: [number, number]): number =>
    writer.function({
      name,
      type: { params: ["i32", "i32", "i32"], results: ["i32"] },
      body: [
        [asm.get(guestPointer), asm.get(2), I64_EXTEND_I32_U, asm.call(holds)],
        [I32_EQZ, asm.when(asm.i32(0), RETURN)],
        [asm.get(0), asm.get(1), asm.get(2), memoryCopy(to, from), asm.i32(1)],
      ],
    });
  const exports = {
    holds,
    read: copy("read", 1, [1, 0]),
    write: copy("write", 0, [0, 1]),
    emit: writer.function({
      name: "emit",
      type: { params: ["i32", "i32"], results: [] },
      body: [asm.get(0), asm.get(1), asm.call(outputWrite)],
    }),
    receive: writer.function({
      name: "receive",
      type: { params: ["i32", "i64", "i32"], results: [] },
      body: [asm.get(0), asm.get(1), asm.get(2), asm.call(inputRead)],
    }),
  };
  for (const [name, index] of Object.entries(exports)) writer.export(name, External.function, index);
  return writer.bytes();
}

/** A module with nothing but an empty memory, for guests that have none. */
export function emptyMemoryModule(): Uint8Array {
  const writer = new ModuleWriter();
  writer.memory({ minimum: 0, maximum: 0 });
  writer.export("memory", External.memory, 0);
  return writer.bytes();
}
