/**
 * The state record: nine 32-byte words whose keccak-256 is the state root. `docs/machine.md` fixes
 * the layout; `contracts/machine/MachineRecord.sol` is the twin.
 */
import { Status } from "./codes.ts";

/**
 * The registers and lengths of a state: everything in the record that is not a root or the header.
 */
export interface Registers {
  /** See `Status`; any value above 3 halts too. u8. */
  readonly status: number;
  /** Trap code of a trapped state. u8. */
  readonly trapCode: number;
  /** Index of the next instruction word. u32. */
  readonly pc: number;
  /** Stack slot of the current frame's first argument. u32. */
  readonly base: number;
  /** How the last transaction ended: kind (u16) times 2^32 plus code (u32). u48. */
  readonly outcome: number;
  /** Steps that the current scope (transaction, or fragment outside one) may still take. u64. */
  readonly fuel: bigint;
  /** Steps of the fragment that were put aside when the open transaction began. u64. */
  readonly reserve: bigint;
  /** Fuel granted to the open transaction; after its end, the fuel it used. u64. */
  readonly transactionFuel: bigint;
  /** Pages of memories 0 to 3, 64 bits each, memory 0 in the most significant. u256. */
  readonly sizes: bigint;
  /** Bytes of input. u48. */
  readonly inputLength: number;
  /** Bytes of output written so far in this fragment. u48. */
  readonly outputLength: number;
  /** Output length when the last transaction began. u48. */
  readonly outputStart: number;
  /** Receipts written in this fragment. u48. */
  readonly receiptCount: number;
}

/** The static shape of a machine: the second word of the record. */
export interface Header {
  readonly version: number;
  readonly codeDepth: number;
  readonly stackDepth: number;
  readonly memoryDepth: number;
  readonly cellsDepth: number;
  /** The top bits of a memory leaf index choose its region; there are 2^regionBits regions. */
  readonly regionBits: number;
  /** Slots that frames may occupy; a call that would exceed it traps. u32. */
  readonly slotLimit: number;
  /**
   * The word's other bits, in their places, if any is set: then no machine can run with this
   * header.
   */
  readonly unused?: bigint;
}

/** Bits of the header word that no field has: 0 to 159, and 192 to 199. */
export const UNUSED_HEADER_BITS = (0xffn << 192n) | ((1n << 160n) - 1n);

/** The version of the machine that this code and `StepVerifier` implement. */
export const MACHINE_VERSION = 1;

/** The greatest depth of any tree. */
export const MAX_DEPTH = 40;

/** The least depth of a region: one WebAssembly page, 2^11 leaves of 32 bytes. */
export const MIN_REGION_DEPTH = 11;

const U8 = 0xffn;
const U32 = 0xffff_ffffn;
const U48 = 0xffff_ffff_ffffn;
const U64 = 0xffff_ffff_ffff_ffffn;

/** Packs a header into its word. Fields must be in range. */
export function packHeader(h: Header): bigint {
  return (
    (BigInt(h.version) << 240n) |
    (BigInt(h.codeDepth) << 232n) |
    (BigInt(h.stackDepth) << 224n) |
    (BigInt(h.memoryDepth) << 216n) |
    (BigInt(h.cellsDepth) << 208n) |
    (BigInt(h.regionBits) << 200n) |
    (BigInt(h.slotLimit) << 160n) |
    (h.unused ?? 0n)
  );
}

/** The inverse of {@link packHeader}. Total. */
export function unpackHeader(word: bigint): Header {
  const unused = word & UNUSED_HEADER_BITS;
  return {
    version: Number(word >> 240n),
    codeDepth: Number((word >> 232n) & U8),
    stackDepth: Number((word >> 224n) & U8),
    memoryDepth: Number((word >> 216n) & U8),
    cellsDepth: Number((word >> 208n) & U8),
    regionBits: Number((word >> 200n) & U8),
    slotLimit: Number((word >> 160n) & U32),
    ...(unused === 0n ? {} : { unused }),
  };
}

/** Whether a machine with this header can run; one that cannot steps to a trapped state. */
export function isValidHeader(h: Header): boolean {
  return (
    h.version === MACHINE_VERSION &&
    (h.unused ?? 0n) === 0n &&
    h.codeDepth <= MAX_DEPTH &&
    h.stackDepth <= MAX_DEPTH &&
    h.memoryDepth <= MAX_DEPTH &&
    h.cellsDepth <= MAX_DEPTH &&
    h.regionBits >= 2 &&
    h.regionBits <= 8 &&
    h.memoryDepth >= h.regionBits + MIN_REGION_DEPTH
  );
}

/** Packs words 6 (registers), 7 (sizes) and 8 (lengths) of the record. Fields must be in range. */
export function packRegisters(r: Registers): { registers: bigint; sizes: bigint; lengths: bigint } {
  return {
    registers:
      (BigInt(r.status) << 248n) |
      (BigInt(r.trapCode) << 240n) |
      (BigInt(r.pc) << 208n) |
      (BigInt(r.base) << 176n) |
      (BigInt(r.outcome) << 128n) |
      (r.fuel << 64n) |
      r.reserve,
    sizes: r.sizes,
    lengths:
      (r.transactionFuel << 192n) |
      (BigInt(r.inputLength) << 144n) |
      (BigInt(r.outputLength) << 96n) |
      (BigInt(r.outputStart) << 48n) |
      BigInt(r.receiptCount),
  };
}

/** The inverse of {@link packRegisters}. Total: every bit of the three words belongs to a field. */
export function unpackRegisters(registers: bigint, sizes: bigint, lengths: bigint): Registers {
  return {
    status: Number(registers >> 248n),
    trapCode: Number((registers >> 240n) & U8),
    pc: Number((registers >> 208n) & U32),
    base: Number((registers >> 176n) & U32),
    outcome: Number((registers >> 128n) & U48),
    fuel: (registers >> 64n) & U64,
    reserve: registers & U64,
    transactionFuel: lengths >> 192n,
    sizes,
    inputLength: Number((lengths >> 144n) & U48),
    outputLength: Number((lengths >> 96n) & U48),
    outputStart: Number((lengths >> 48n) & U48),
    receiptCount: Number(lengths & U48),
  };
}

/** Registers of a program's initial state: yielded, at the driver's entry. */
export function initialRegisters(sizes: bigint): Registers {
  return {
    status: Status.yielded,
    trapCode: 0,
    pc: ENTRY_PC,
    base: 0,
    outcome: 0,
    fuel: 0n,
    reserve: 0n,
    transactionFuel: 0n,
    sizes,
    inputLength: 0,
    outputLength: 0,
    outputStart: 0,
    receiptCount: 0,
  };
}

/**
 * Registers after `load`: a yielded state starts a fragment with `inputLength` bytes and `budget`
 * steps.
 */
export function loadedRegisters(r: Registers, inputLength: number, budget: bigint): Registers {
  return {
    ...r,
    status: Status.running,
    trapCode: 0,
    outcome: 0,
    fuel: budget,
    reserve: 0n,
    transactionFuel: 0n,
    inputLength,
    outputLength: 0,
    outputStart: 0,
    receiptCount: 0,
  };
}

/**
 * Where the driver's main function begins; `finish` stands at 0, so a return address of zero leads
 * to it.
 */
export const ENTRY_PC = 1;
