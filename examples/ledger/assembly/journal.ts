/** The journal: every change in order, each sealed with a keyed hash over itself and the seal before it. */
import { accountAt } from "./accounts";
import { rejectFull, rejectMalformed } from "./reject";
import { beginKeyed, finishKeyed, HASH_BYTES, update } from "./sha256";

/** Account number that stands for nobody: the source of minted money. */
export const NOBODY: u32 = 0xffffffff;

/** A journal entry. */
@unmanaged
export class Entry {
  amount: u64;
  from: u32;
  to: u32;
  /** Entry before this one that concerns `from`, and the one that concerns `to`; 0 if there is none. */
  previousOfFrom: u32;
  previousOfTo: u32;
  // The seal follows: 32 bytes.
}

const ENTRY_BYTES: u32 = 56;
const SEALED_BYTES: u32 = 24;
const PAGE: u32 = 65536;

/** Entries are numbered from 1; they lie after all static data, where memory grows as they do. */
const ENTRIES: usize = (__heap_base + 15) & ~15;

const KEY: usize = memory.data<u8>([
  0x6c, 0x65, 0x64, 0x67, 0x65, 0x72, 0x20, 0x6f, 0x66, 0x20, 0x74, 0x68, 0x65, 0x20, 0x64, 0x65, 0x6d, 0x6f, 0x6e,
  0x73, 0x74, 0x72, 0x61, 0x74, 0x69, 0x6f, 0x6e, 0x2c, 0x20, 0x76, 0x20, 0x31,
]);

const CHECK: usize = memory.data(32, 16);

/** How many entries there are; also the number of the latest. */
export let entryCount: u32 = 0;

/** An entry by its number. */
export function entryAt(number: u32): Entry {
  return changetype<Entry>(ENTRIES + number * ENTRY_BYTES);
}

/** First byte of an entry's seal; entry 0, which is empty, has a seal of zeros. */
export function sealOf(number: u32): usize {
  return changetype<usize>(entryAt(number)) + SEALED_BYTES;
}

/** Writes a change to the journal, seals it and gives its number. */
export function append(from: u32, to: u32, amount: u64): u32 {
  const number = ++entryCount;
  reserve(<usize>ENTRIES + (number + 1) * ENTRY_BYTES);
  const entry = entryAt(number);
  entry.amount = amount;
  entry.from = from;
  entry.to = to;
  if (from != NOBODY) {
    entry.previousOfFrom = accountAt(from).latest;
    accountAt(from).latest = number;
  }
  entry.previousOfTo = accountAt(to).latest;
  accountAt(to).latest = number;
  seal(number, sealOf(number));
  return number;
}

function reserve(limit: usize): void {
  const pages = <i32>((limit + PAGE - 1) / PAGE) - memory.size();
  if (pages > 0 && memory.grow(pages) < 0) rejectFull();
}

function seal(number: u32, output: usize): void {
  beginKeyed(KEY);
  update(sealOf(number - 1), HASH_BYTES);
  update(changetype<usize>(entryAt(number)), SEALED_BYTES);
  finishKeyed(KEY, output);
}

/** Computes the seals from an entry on again; they must be what the journal says. */
export function verify(first: u32): void {
  for (let number = first; number <= entryCount; number++) {
    seal(number, CHECK);
    if (memory.compare(CHECK, sealOf(number), HASH_BYTES) != 0) rejectMalformed();
  }
}
