/** Accounts: found by name through a hash index, and ranked by balance. */
import {
  rejectExistingAccount,
  rejectFull,
  rejectInsufficientFunds,
  rejectMalformed,
  rejectUnknownAccount,
} from "./reject";
import { word, wordLength } from "./text";

/** Most bytes of a name. */
const NAME_CAPACITY: u32 = 24;

const ACCOUNT_CAPACITY: u32 = 1024;
const INDEX_SLOTS: u32 = 2048;

/** An account's record. */
@unmanaged
export class Account {
  balance: u64;
  /** Number of its latest journal entry; 0 if it has none. */
  latest: u32;
  /** Place among the accounts by balance, the richest at 0. */
  rank: u32;
  nameLength: u32;
  name: u32;
  // The name follows: 24 bytes.
}

const ACCOUNT_BYTES: u32 = 48;
const NAME_OFFSET: u32 = 24;

const ACCOUNTS: usize = memory.data(49152, 16);
/** u16 a slot: an account's number plus one; 0 is free. */
const INDEX: usize = memory.data(4096, 16);
/** u16 a rank: an account's number. */
const RANKING: usize = memory.data(2048, 16);

/** How many accounts there are. */
export let accountCount: u32 = 0;

/** All balances together. */
export let total: u64 = 0;

/** An account by its number. */
export function accountAt(number: u32): Account {
  return changetype<Account>(ACCOUNTS + number * ACCOUNT_BYTES);
}

/** First byte of an account's name. */
export function nameOf(account: Account): usize {
  return changetype<usize>(account) + NAME_OFFSET;
}

/** The account at a rank, the richest at 0. */
export function accountAtRank(rank: u32): Account {
  return accountAt(load<u16>(RANKING + (rank << 1)));
}

/** FNV-1a of the word that was read last. */
function hashWord(): u32 {
  let hash: u32 = 0x811c9dc5;
  for (let i: u32 = 0; i < wordLength; i++) hash = (hash ^ load<u8>(word + i)) * 0x01000193;
  return hash;
}

/** The slot that holds the account named by the word that was read last, or the free one where it belongs. */
function findSlot(): usize {
  let slot = hashWord() & (INDEX_SLOTS - 1);
  while (true) {
    const at = INDEX + (slot << 1);
    const stored = <u32>load<u16>(at);
    if (stored == 0) return at;
    const account = accountAt(stored - 1);
    if (account.nameLength == wordLength && memory.compare(nameOf(account), word, wordLength) == 0) return at;
    slot = (slot + 1) & (INDEX_SLOTS - 1);
  }
}

/** The number of the account named by the word that was read last. */
export function findAccount(): u32 {
  const stored = <u32>load<u16>(findSlot());
  if (stored == 0) rejectUnknownAccount();
  return stored - 1;
}

/** Opens an account under the word that was read last: small letters, digits, dots and hyphens. */
export function openAccount(): u32 {
  if (wordLength > NAME_CAPACITY) rejectMalformed();
  for (let i: u32 = 0; i < wordLength; i++) {
    const byte = <u32>load<u8>(word + i);
    const isLetter = byte - 0x61 < 26;
    const isDigit = byte - 0x30 < 10;
    if (!isLetter && !isDigit && byte != 0x2d && byte != 0x2e) rejectMalformed();
  }
  const slot = findSlot();
  if (load<u16>(slot) != 0) rejectExistingAccount();
  if (accountCount == ACCOUNT_CAPACITY) rejectFull();
  const number = accountCount++;
  const account = accountAt(number);
  account.nameLength = wordLength;
  account.rank = number;
  memory.copy(nameOf(account), word, wordLength);
  store<u16>(slot, number + 1);
  store<u16>(RANKING + (number << 1), number);
  return number;
}

/** Adds to a balance. */
export function credit(number: u32, amount: u64): void {
  const account = accountAt(number);
  if (total + amount < total) rejectMalformed();
  total += amount;
  account.balance += amount;
  while (account.rank > 0 && accountAtRank(account.rank - 1).balance < account.balance) swapWithNext(account.rank - 1);
}

/** Takes from a balance, which must suffice. */
export function debit(number: u32, amount: u64): void {
  const account = accountAt(number);
  if (account.balance < amount) rejectInsufficientFunds();
  total -= amount;
  account.balance -= amount;
  while (account.rank + 1 < accountCount && accountAtRank(account.rank + 1).balance > account.balance) {
    swapWithNext(account.rank);
  }
}

function swapWithNext(rank: u32): void {
  const upper = RANKING + (rank << 1);
  const first = load<u16>(upper);
  const second = load<u16>(upper, 2);
  store<u16>(upper, second);
  store<u16>(upper, first, 2);
  accountAt(second).rank = rank;
  accountAt(first).rank = rank + 1;
}
