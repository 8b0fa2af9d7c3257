/**
 * SQLite: a few hundred thousand statements on a database of a few megabytes, in one call
 * (examples/database/workload.c).
 */
import { sqliteWorkload } from "../../examples/database/build.ts";
import type { Recipe } from "./workload.ts";

const STATEMENTS = 300_000;

/** SQLite at work. The size is the number of statements. */
export async function databaseRecipe(onCompile?: () => void): Promise<Recipe> {
  return {
    name: "sqlite",
    group: "database",
    computes: "SQL statements, in one call",
    modules: [{ name: "sqlite", bytes: await sqliteWorkload(onCompile) }],
    setup: [],
    call: { name: "run", args: (size) => [BigInt(size)] },
    sizes: { full: STATEMENTS, small: 1000 },
  };
}
