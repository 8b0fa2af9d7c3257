/**
 * A ledger, as a program under a Deal: requests and answers are text (payload convention), bad requests trap.
 *
 *     create NAME | mint NAME AMOUNT | transfer FROM TO AMOUNT | balance NAME | history NAME COUNT | top COUNT | total | audit COUNT
 */
import {
  accountAt,
  accountAtRank,
  accountCount,
  credit,
  debit,
  findAccount,
  nameOf,
  openAccount,
  total,
} from "./accounts";
import { append, entryAt, entryCount, NOBODY, sealOf, verify } from "./journal";
import { onAbort, rejectMalformed } from "./reject";
import {
  close,
  isWord,
  open,
  readEnd,
  readNumber,
  readWord,
  REQUEST,
  REQUEST_CAPACITY,
  writeBytes,
  writeHex,
  writeNumber,
  writeText,
} from "./text";

export { onAbort };

/** Bytes of a seal that answers show. */
const SHOWN_SEAL: u32 = 8;

/** Room for a request. */
export function allocate(size: u32): usize {
  if (size > REQUEST_CAPACITY) rejectMalformed();
  return REQUEST;
}

/** Answers a request: a pointer to the answer's length (u32) and bytes. */
export function invoke(pointer: usize, length: u32): usize {
  open(pointer, length);
  readWord();
  if (isWord("create")) create();
  else if (isWord("mint")) mint();
  else if (isWord("transfer")) transfer();
  else if (isWord("balance")) balance();
  else if (isWord("history")) history();
  else if (isWord("top")) top();
  else if (isWord("total")) writeTotal();
  else if (isWord("audit")) audit();
  else rejectMalformed();
  readEnd();
  return close();
}

function readAccount(): u32 {
  readWord();
  return findAccount();
}

function readAmount(): u64 {
  const amount = readNumber();
  if (amount == 0) rejectMalformed();
  return amount;
}

function create(): void {
  readWord();
  const number = openAccount();
  writeText("created ");
  writeName(number);
}

function mint(): void {
  const to = readAccount();
  const amount = readAmount();
  credit(to, amount);
  const entry = append(NOBODY, to, amount);
  writeText("minted ");
  writeNumber(amount);
  writeText(" for ");
  writeName(to);
  writeOutcome(to, entry);
}

function transfer(): void {
  const from = readAccount();
  const to = readAccount();
  const amount = readAmount();
  if (from == to) rejectMalformed();
  debit(from, amount);
  credit(to, amount);
  const entry = append(from, to, amount);
  writeText("transferred ");
  writeNumber(amount);
  writeText(" from ");
  writeName(from);
  writeText(" to ");
  writeName(to);
  writeOutcome(from, entry);
}

function balance(): void {
  const number = readAccount();
  writeName(number);
  writeText(" ");
  writeNumber(accountAt(number).balance);
}

function history(): void {
  const number = readAccount();
  const count = readNumber();
  writeName(number);
  let entry = accountAt(number).latest;
  for (let i: u64 = 0; i < count && entry != 0; i++) {
    const record = entryAt(entry);
    const isOutgoing = record.from == number;
    writeText("\n#");
    writeNumber(entry);
    writeText(isOutgoing ? " -" : " +");
    writeNumber(record.amount);
    if (isOutgoing) {
      writeText(" to ");
      writeName(record.to);
    } else if (record.from != NOBODY) {
      writeText(" from ");
      writeName(record.from);
    } else {
      writeText(" minted");
    }
    entry = isOutgoing ? record.previousOfFrom : record.previousOfTo;
  }
}

function top(): void {
  const count = readNumber();
  for (let rank: u32 = 0; rank < accountCount && rank < count; rank++) {
    const account = accountAtRank(rank);
    if (rank > 0) writeText("\n");
    writeNumber(rank + 1);
    writeText(". ");
    writeBytes(nameOf(account), account.nameLength);
    writeText(" ");
    writeNumber(account.balance);
  }
}

function writeTotal(): void {
  writeNumber(total);
  writeText(" in ");
  writeNumber(accountCount);
  writeText(" accounts after ");
  writeNumber(entryCount);
  writeText(" entries");
}

function audit(): void {
  const count = <u32>min<u64>(readNumber(), entryCount);
  verify(entryCount - count + 1);
  writeText("sealed: ");
  writeNumber(count);
  writeText(" entries up to #");
  writeNumber(entryCount);
  writeText(", seal ");
  writeHex(sealOf(entryCount), SHOWN_SEAL);
}

function writeName(number: u32): void {
  const account = accountAt(number);
  writeBytes(nameOf(account), account.nameLength);
}

function writeOutcome(number: u32, entry: u32): void {
  writeText(", ");
  writeName(number);
  writeText(" has ");
  writeNumber(accountAt(number).balance);
  writeText(", entry #");
  writeNumber(entry);
  writeText(", seal ");
  writeHex(sealOf(entry), SHOWN_SEAL);
}
