/** The lesser of two whole numbers of any size, for which `Math.min` has no form. */
export function lesser(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}
