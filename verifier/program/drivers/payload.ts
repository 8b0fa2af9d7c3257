/**
 * The driver of the payload convention: bytes in, bytes out. The guest exports `memory`,
 * `allocate(size) → ptr`, `invoke(ptr, len) → ptr` and optionally `deallocate(ptr, len)`; the
 * result is a little-endian u32 length and that many bytes.
 */
import { Crash } from "../../errors.ts";
import type { FunctionType } from "../../wasm/types.ts";
import { asm, type Code } from "../../wasm/assembler.ts";
import { ModuleWriter } from "../../wasm/module-writer.ts";
import { addLoop, importHost, importLoop } from "./loop.ts";
import { importReactor, type ReactorOptions } from "./reactor.ts";

/** Functions of the payload convention that a guest must export. */
export const PAYLOAD_EXPORTS: ReadonlyMap<string, FunctionType> = new Map([
  ["allocate", { params: ["i32"], results: ["i32"] }],
  ["invoke", { params: ["i32", "i32"], results: ["i32"] }],
]);

/** The function that it may export. */
export const PAYLOAD_DEALLOCATE: FunctionType = { params: ["i32", "i32"], results: [] };

const OFFSET = 0;
const LENGTH = 1;
const POINTER = 2;
const RESULT = 3;
const RESULT_LENGTH = 4;

const I32_WRAP_I64 = 0xa7;
const I32_ADD = 0x6a;
const I32_LOAD = 0x28;

/** What a guest of the payload convention needs. */
export interface PayloadOptions extends ReactorOptions {
  /** Whether it exports `deallocate`. */
  readonly deallocates: boolean;
}

/**
 * Generates the driver.
 * @param guest - the name under which the guest is linked
 */
export function payloadDriver(guest: string, options: PayloadOptions): Uint8Array {
  const writer = new ModuleWriter();
  writer.importMemory(guest, "memory", { minimum: 0 });
  const host = importLoop(writer);
  const inputRead = importHost(writer, "input_read");
  const outputWrite = importHost(writer, "output_write");
  const [allocate, invoke] = [...PAYLOAD_EXPORTS].map(([name, type]) => writer.importFunction(guest, name, type));
  if (allocate === undefined || invoke === undefined) throw new Crash("the convention has two functions");
  const deallocate = options.deallocates ? writer.importFunction(guest, "deallocate", PAYLOAD_DEALLOCATE) : undefined;
  const { enter, initialize } = importReactor(writer, guest, options);

  const length: Code = [asm.get(LENGTH), I32_WRAP_I64];
  const contentOfResult: Code = [asm.get(RESULT), asm.i32(4), I32_ADD];
  const execute = writer.function({
    name: "execute",
    type: { params: ["i64", "i64"], results: [] },
    locals: ["i32", "i32", "i32"],
    body: [
      enter,
      [length, asm.call(allocate), asm.tee(POINTER), asm.get(OFFSET), length, asm.call(inputRead)],
      [asm.get(POINTER), length, asm.call(invoke), asm.tee(RESULT)],
      [asm.access(I32_LOAD), asm.set(RESULT_LENGTH)],
      [contentOfResult, asm.get(RESULT_LENGTH), asm.call(outputWrite)],
      deallocate === undefined
        ? []
        : [asm.get(RESULT), asm.get(RESULT_LENGTH), asm.i32(4), I32_ADD, asm.call(deallocate)],
    ],
  });
  addLoop(writer, host, execute, { initialize });
  return writer.bytes();
}
