/** All workloads by their names. */
import { databaseRecipe } from "./database.ts";
import { FOREIGN_NAMES, foreignRecipe } from "./foreign.ts";
import { GUEST_NAMES, guestRecipe } from "./guests.ts";
import type { Recipe } from "./workload.ts";

/** Makes a recipe; `onCompile` is called if that takes a minute. */
type Make = (onCompile: () => void) => Promise<Recipe>;

/** In the order of the tables. */
export const RECIPES: ReadonlyMap<string, Make> = new Map<string, Make>([
  ...GUEST_NAMES.map((name): [string, Make] => [name, () => guestRecipe(name)]),
  ["sqlite", databaseRecipe],
  ...FOREIGN_NAMES.map((name): [string, Make] => [name, () => foreignRecipe(name)]),
]);
