/** What runs this code. */

/** Node; undefined in browsers. */
export function host(): NodeJS.Process | undefined {
  return (globalThis as Partial<typeof globalThis>).process;
}
