#!/usr/bin/env node
/** `npx arbiter`: the commands, from whatever folder they are called. */
import process from "node:process";

// Set-up runs everything in the project's folder; files are meant as the caller sees them.
process.env.INIT_CWD ??= process.cwd();
process.argv.splice(2, 0, "agents/cli/arbiter.ts");
await import("./bootstrap.mjs");
