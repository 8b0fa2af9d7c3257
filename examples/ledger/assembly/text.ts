/** Requests and answers as text: words between spaces, and an answer that is written from left to right. */
import { rejectFull, rejectMalformed } from "./reject";

/** Most bytes of a request. */
export const REQUEST_CAPACITY: u32 = 4096;

/** Where requests are put. */
export const REQUEST: usize = memory.data(4096, 16);

const ANSWER_CAPACITY: u32 = 16384;

/** The answer: its length as a u32, then its bytes. */
export const ANSWER: usize = memory.data(16384 + 4, 16);

let position: usize = 0;
let end: usize = 0;
let written: u32 = 0;

/** First byte of the word that was read last. */
export let word: usize = 0;

/** Bytes of the word that was read last. */
export let wordLength: u32 = 0;

/** Begins to read a request, and an empty answer. */
export function open(pointer: usize, length: u32): void {
  position = pointer;
  end = pointer + length;
  written = 0;
}

/** Ends the answer. */
export function close(): usize {
  store<u32>(ANSWER, written);
  return ANSWER;
}

/** Whether there is a further word. */
export function hasWord(): bool {
  while (position < end && load<u8>(position) == 0x20) position++;
  return position < end;
}

/** Reads the next word; there must be one. */
export function readWord(): void {
  if (!hasWord()) rejectMalformed();
  word = position;
  while (position < end && load<u8>(position) != 0x20) position++;
  wordLength = <u32>(position - word);
}

/** Reads the next word as a decimal number without a sign. */
export function readNumber(): u64 {
  readWord();
  let value: u64 = 0;
  for (let i: u32 = 0; i < wordLength; i++) {
    const digit = <u32>load<u8>(word + i) - 0x30;
    if (digit > 9) rejectMalformed();
    if (value > (u64.MAX_VALUE - digit) / 10) rejectMalformed();
    value = value * 10 + digit;
  }
  return value;
}

/** There must be no further word. */
export function readEnd(): void {
  if (hasWord()) rejectMalformed();
}

/** Whether the word that was read last is this one. */
export function isWord(expected: string): bool {
  const length = expected.length;
  if (<i32>wordLength != length) return false;
  for (let i = 0; i < length; i++) {
    if (<u32>load<u8>(word + i) != <u32>load<u16>(changetype<usize>(expected) + ((<usize>i) << 1))) return false;
  }
  return true;
}

function writeByte(byte: u32): void {
  if (written == ANSWER_CAPACITY) rejectFull();
  store<u8>(ANSWER + 4 + written++, byte);
}

/** Writes ASCII text. */
export function writeText(text: string): void {
  const length = text.length;
  for (let i = 0; i < length; i++) writeByte(load<u16>(changetype<usize>(text) + ((<usize>i) << 1)));
}

/** Writes bytes as they are. */
export function writeBytes(pointer: usize, length: u32): void {
  for (let i: u32 = 0; i < length; i++) writeByte(load<u8>(pointer + i));
}

/** Writes a decimal number. */
export function writeNumber(value: u64): void {
  let power: u64 = 1;
  while (value / power >= 10) power *= 10;
  for (; power > 0; power /= 10) writeByte(0x30 + <u32>((value / power) % 10));
}

/** Writes bytes in hexadecimal. */
export function writeHex(pointer: usize, length: u32): void {
  for (let i: u32 = 0; i < length; i++) {
    const byte = load<u8>(pointer + i);
    writeDigit(byte >> 4);
    writeDigit(byte & 15);
  }
}

function writeDigit(digit: u32): void {
  writeByte(digit < 10 ? 0x30 + digit : 0x57 + digit);
}
