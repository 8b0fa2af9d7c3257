/**
 * What the outside provides: the memory of the guest, by way of the generated module `bridge.ts` that knows both memories, and the
 * machine's own functions.
 */

/** Whether the guest's memory has `length` bytes at `pointer`. */
@external("wasi_bridge", "holds")
export declare function guestHolds(pointer: u32, length: u64): bool;

/** Copies from the guest's memory to this one's. False, and nothing is done, if the guest's memory has no such bytes. */
@external("wasi_bridge", "read")
export declare function readGuest(destination: usize, source: u32, length: u32): bool;

/** Copies from this memory to the guest's, likewise. */
@external("wasi_bridge", "write")
export declare function writeGuest(destination: u32, source: usize, length: u32): bool;

/** Appends bytes of the guest's memory, which must be there, to the output. */
@external("wasi_bridge", "emit")
export declare function emitFromGuest(source: u32, length: u32): void;

/** Copies from the fragment's input to the guest's memory, which must have room. */
@external("wasi_bridge", "receive")
export declare function receiveIntoGuest(destination: u32, source: u64, length: u32): void;

/** Steps that the transaction may still take. */
@external("arbiter", "fuel")
export declare function fuel(): u64;

/** Eight bytes of the fragment's input. */
@external("arbiter", "input_load")
export declare function inputLoad(offset: u64): u64;

/** Copies from the fragment's input to this memory. */
@external("arbiter", "input_read")
export declare function inputRead(destination: usize, source: u64, length: u32): void;

/** Appends eight bytes to the output. */
@external("arbiter", "output_append")
export declare function outputAppend(value: u64): void;

/** Ends the transaction; the memories stay as they are if `keep` is 1. */
@external("arbiter", "leave")
export declare function leave(code: u32, keep: u32): void;
