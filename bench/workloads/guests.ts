/** Small guests in C, each about one thing that programs do. */
import { cGuest, type CGuest } from "../../examples/c/guests.ts";
import type { Recipe } from "./workload.ts";

interface Guest {
  readonly computes: string;
  readonly full: number;
  readonly small: number;
}

/** With arguments for some 300 ms of V8's time, and for some millions of steps. */
const GUESTS = {
  copy: { computes: "loads and stores", full: 2_500, small: 4 },
  fib: { computes: "calls", full: 42, small: 29 },
  keccak: { computes: "64-bit arithmetic", full: 500_000, small: 1_500 },
  matmul: { computes: "floats in nested loops", full: 200, small: 1 },
  mix: { computes: "lists, matrices, a state machine", full: 18_000, small: 20 },
  nbody: { computes: "floats, square roots", full: 7_000_000, small: 12_000 },
  sha256: { computes: "32-bit arithmetic", full: 1_400, small: 2 },
  sort: { computes: "comparisons, recursion", full: 12, small: 1 },
  switch: { computes: "br_table", full: 20_000_000, small: 200_000 },
} as const satisfies Partial<Record<CGuest, Guest>>;

/** Names of the guests. */
export const GUEST_NAMES = Object.keys(GUESTS) as (keyof typeof GUESTS)[];

/** A guest by its name. */
export async function guestRecipe(name: keyof typeof GUESTS): Promise<Recipe> {
  const { computes, full, small } = GUESTS[name];
  return {
    name,
    group: "guest",
    computes,
    modules: [{ name, bytes: await cGuest(name) }],
    setup: [],
    call: { name: "run", args: (size) => [BigInt(size)] },
    sizes: { full, small },
  };
}
