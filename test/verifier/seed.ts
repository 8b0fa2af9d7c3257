/** The seed of every property test: a failure is there again in the next run. */
export const SEED = 0x0a4b17e4;
