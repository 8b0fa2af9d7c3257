import { expect } from "chai";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { reaches } from "../../../scripts/hardhat/imports.ts";

const FOLDER = join(import.meta.dirname, "../../../agents/cli");
const PROGRAM = join(FOLDER, "arbiter-program.ts");

/**
 * What takes long to load: everything of the verifier but constants and errors, and whatever talks
 * to a chain, to a store or to other programs.
 */
const isHeavy = (specifier: string): boolean =>
  /verifier\/(engine|interpreter|program|proof|state|wasm|node\/use-node)/.test(specifier) ||
  /^(viem|hardhat|zod|cockatiel|pino|prom-client|@?hono|node:sqlite)\b/.test(specifier);

/** The files of commands that need nothing of it when they run. */
const LIGHT = ["completion.ts"];

describe("the command line, when it starts", () => {
  const commands = readdirSync(join(FOLDER, "commands"));

  it("loads nothing that help does not need", () => {
    expect(reaches(PROGRAM, isHeavy, "at once")).equal(false);
  });

  it("has every command in its help", () => {
    for (const name of commands) {
      const isCommand = (specifier: string): boolean => specifier === `./commands/${name}`;
      expect(reaches(PROGRAM, isCommand, "at once"), name).equal(true);
    }
  });

  it("loads the rest when a command runs", () => {
    for (const name of commands)
      expect(reaches(join(FOLDER, "commands", name), isHeavy), name).equal(!LIGHT.includes(name));
    for (const name of readdirSync(join(FOLDER, "actions")))
      expect(reaches(join(FOLDER, "actions", name), isHeavy, "at once"), name).equal(true);
  });
});
