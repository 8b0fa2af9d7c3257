/** 64-bit integers as two halves of 32 bits, either of which may be signed or unsigned as a JavaScript number. */

/** Number of zeros below the lowest one; 32 for zero. */
export function ctz32(x: number): number {
  return x === 0 ? 32 : 31 - Math.clz32(x & -x);
}

/** Number of ones. */
export function popcnt32(x: number): number {
  let n = x - ((x >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Whether one integer is less than another, both signed. */
export function less(low: number, high: number, otherLow: number, otherHigh: number): boolean {
  return high < otherHigh || (high === otherHigh && low >>> 0 < otherLow >>> 0);
}

/** Whether one integer is less than another, both unsigned. */
export function lessUnsigned(low: number, high: number, otherLow: number, otherHigh: number): boolean {
  return high >>> 0 < otherHigh >>> 0 || (high === otherHigh && low >>> 0 < otherLow >>> 0);
}

/** The unsigned integer, exact below 2^53 and no less than 2^53 otherwise. */
export function unsignedValue(low: number, high: number): number {
  return (high >>> 0) * 2 ** 32 + (low >>> 0);
}
