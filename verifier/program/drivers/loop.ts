/**
 * What the drivers of all conventions have in common: the loop over the transactions of a
 * fragment's input (docs/machine.md, "Transactions and conventions").
 *
 *     fuel u64 | length u32 | flags u32 (bit 0: keep) | payload
 */
import { Crash } from "../../errors.ts";
import { Outcome } from "../../machine/codes.ts";
import { asm, type Code } from "../../wasm/assembler.ts";
import { External, type ModuleWriter } from "../../wasm/module-writer.ts";
import { HOST_FUNCTIONS, HOST_MODULE } from "../host-functions.ts";

/** Bytes of a transaction's header. */
export const TRANSACTION_HEADER = 16;

/** Steps that the driver keeps back for what it does around a transaction. */
export const TRANSACTION_RESERVE = 1000n;

/**
 * Steps that it keeps back for each transaction that may still follow, enough to record that it was
 * skipped.
 */
export const SKIP_RESERVE = 200n;

/** The export that the program begins with. */
export const DRIVER_ENTRY = "run";

/** Names under which the instances of a program know each other. */
export const DRIVER_MODULE = "driver";

/** Numeric instructions of the drivers. */
export const I64 = {
  eqz: 0x50,
  ne: 0x52,
  gtU: 0x56,
  leU: 0x58,
  ltU: 0x54,
  and: 0x83,
  add: 0x7c,
  sub: 0x7d,
  mul: 0x7e,
  shrU: 0x88,
  extendI32U: 0xad,
};

/** Imports a host function. */
export function importHost(writer: ModuleWriter, name: string): number {
  const host = HOST_FUNCTIONS.get(name);
  if (host === undefined) throw new Crash(`${name} is no host function`);
  return writer.importFunction(HOST_MODULE, name, host.type);
}

/** Host functions that the loop calls, by index. */
export interface LoopImports {
  readonly fuel: number;
  readonly inputLength: number;
  readonly inputLoad: number;
  readonly checkpoint: number;
  readonly commit: number;
  readonly receipt: number;
  readonly outcome: number;
  readonly yield: number;
}

/** Imports what the loop needs. */
export function importLoop(writer: ModuleWriter): LoopImports {
  return {
    fuel: importHost(writer, "fuel"),
    inputLength: importHost(writer, "input_length"),
    inputLoad: importHost(writer, "input_load"),
    checkpoint: importHost(writer, "checkpoint"),
    commit: importHost(writer, "commit"),
    receipt: importHost(writer, "receipt"),
    outcome: importHost(writer, "outcome"),
    yield: importHost(writer, "yield"),
  };
}

const POSITION = 0;
const TOTAL = 1;
const ASKED = 2;
const META = 3;
const SIZE = 4;
const NEXT = 5;
const LEFT = 6;
const KEPT = 7;

/** What differs between conventions, beside how a transaction is executed. */
export interface LoopOptions {
  /** Index of a function () → () that runs before the first transaction. */
  readonly initialize?: number | undefined;
  /** When transactions are not executed but skipped, and the code of their receipts. */
  readonly refusal?: { readonly when: Code; readonly code: number };
  /** Leaves the outcome (i64) that a receipt tells; the machine's, if left out. */
  readonly outcome?: Code;
}

/** The least significant 32 bits of the i64 that the code leaves. */
const low32 = (code: Code): Code => [code, asm.i64(0xffff_ffffn), I64.and];

/**
 * Adds the driver's main function.
 * @param execute - index of a function (payload's offset i64, payload's length i64) → () that
 *   runs one transaction
 */
export function addLoop(writer: ModuleWriter, host: LoopImports, execute: number, options: LoopOptions = {}): void {
  const { initialize, refusal, outcome = asm.call(host.outcome) } = options;
  const headerBytes = asm.i64(BigInt(TRANSACTION_HEADER));
  const bytesLeft: Code = [asm.get(TOTAL), asm.get(POSITION), I64.sub];

  const readHeader: Code = [
    [bytesLeft, headerBytes, I64.ltU, asm.brIf(1)],
    [asm.get(POSITION), asm.call(host.inputLoad), asm.set(ASKED)],
    [asm.get(POSITION), asm.i64(8n), I64.add, asm.call(host.inputLoad), asm.set(META)],
    [low32(asm.get(META)), asm.tee(SIZE), bytesLeft, headerBytes, I64.sub, I64.gtU, asm.brIf(1)],
    [asm.get(POSITION), headerBytes, I64.add, asm.get(SIZE), I64.add, asm.set(NEXT)],
  ];
  const readFuel: Code = [
    [asm.call(host.fuel), asm.set(LEFT)],
    [asm.get(TOTAL), asm.get(NEXT), I64.sub, asm.i64(4n), I64.shrU],
    [asm.i64(SKIP_RESERVE), I64.mul, asm.i64(TRANSACTION_RESERVE), I64.add, asm.set(KEPT)],
  ];
  // Two comparisons and no sum, for the sum of the fuel asked for and the fuel kept back may not
  // fit 64 bits.
  const receiptOfSkipped = (code: number): Code => [
    asm.i64((BigInt(Outcome.skipped) << 32n) | BigInt(code)),
    asm.call(host.receipt),
    asm.br(1),
  ];
  const refuse: Code = refusal === undefined ? [] : [refusal.when, asm.when(receiptOfSkipped(refusal.code))];
  const skip: Code = asm.block(
    asm.block(
      [asm.get(KEPT), asm.get(LEFT), I64.gtU, asm.brIf(0)],
      [asm.get(ASKED), asm.get(LEFT), asm.get(KEPT), I64.sub, I64.leU, asm.brIf(1)],
    ),
    receiptOfSkipped(0),
  );
  const payload: Code = [asm.get(POSITION), headerBytes, I64.add, asm.get(SIZE)];
  const keep: Code = [asm.get(META), asm.i64(32n), I64.shrU, asm.i64(1n), I64.and, 0xa7];
  const transaction: Code = [
    [asm.get(ASKED), keep, asm.call(host.checkpoint)],
    [asm.call(host.outcome), I64.eqz, asm.when(payload, asm.call(execute), asm.call(host.commit))],
    [outcome, asm.call(host.receipt)],
  ];
  const next: Code = [asm.get(NEXT), asm.set(POSITION), asm.br(0)];
  const fragment: Code = asm.block(asm.loop(readHeader, readFuel, asm.block(refuse, skip, transaction), next));
  const run = writer.function({
    name: DRIVER_ENTRY,
    type: { params: [], results: [] },
    locals: ["i64", "i64", "i64", "i64", "i64", "i64", "i64", "i64"],
    body: [
      initialize === undefined ? [] : asm.call(initialize),
      asm.loop([asm.i64(0n), asm.set(POSITION), asm.call(host.inputLength), asm.set(TOTAL)], fragment, [
        asm.call(host.yield),
        asm.br(0),
      ]),
    ],
  });
  writer.export(DRIVER_ENTRY, External.function, run);
}
