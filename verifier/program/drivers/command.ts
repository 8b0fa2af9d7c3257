/**
 * The driver of the command convention: a transaction runs the program's `_start`, once. A later
 * one is skipped, as the process has ended and its memory is what it left; one that was rolled back
 * has not run.
 */
import { Outcome } from "../../machine/codes.ts";
import { asm, type Code } from "../../wasm/assembler.ts";
import { ModuleWriter } from "../../wasm/module-writer.ts";
import { WASI_MODULE } from "../wasi/system.ts";
import { addLoop, I64, importLoop } from "./loop.ts";

/** The export that a command begins with; it takes and gives nothing. */
export const COMMAND_ENTRY = "_start";

/** Code of the receipt of a transaction that is skipped because the command has run. */
export const ALREADY_RUN = 1;

const HAS_RUN = 0;

/**
 * Generates the driver.
 * @param guest - the name under which the guest is linked
 * @param usesWasi - whether WASI is linked, which reads the payload
 */
export function commandDriver(guest: string, usesWasi: boolean): Uint8Array {
  const writer = new ModuleWriter();
  const host = importLoop(writer);
  const start = writer.importFunction(guest, COMMAND_ENTRY, { params: [], results: [] });
  const command = usesWasi
    ? writer.importFunction(WASI_MODULE, "command", { params: ["i64", "i64"], results: [] })
    : undefined;
  writer.global("i32", true, asm.i32(0));
  const prepare: Code = command === undefined ? [] : [asm.get(0), asm.get(1), asm.call(command)];
  const execute = writer.function({
    name: "execute",
    type: { params: ["i64", "i64"], results: [] },
    body: [[asm.i32(1), asm.globalSet(HAS_RUN)], prepare, asm.call(start)],
  });
  const exitedWithZero = asm.i64(BigInt(Outcome.left) << 32n);
  addLoop(writer, host, execute, {
    refusal: { when: asm.globalGet(HAS_RUN), code: ALREADY_RUN },
    // Exit code 0 is success, whether `_start` returned or something called proc_exit.
    outcome: [asm.call(host.outcome), [asm.call(host.outcome), exitedWithZero, I64.ne, I64.extendI32U], I64.mul],
  });
  return writer.bytes();
}
