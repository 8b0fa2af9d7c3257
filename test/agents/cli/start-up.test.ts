import { expect } from "chai";
import { join } from "node:path";
import { reaches } from "../../../scripts/hardhat/imports.ts";

const COMMANDS = join(import.meta.dirname, "../../../agents/cli");

/**
 * What takes long to load: everything of the verifier but constants and errors, and whatever talks
 * to a chain.
 */
const isHeavy = (specifier: string): boolean =>
  /verifier\/(engine|interpreter|program|proof|state|wasm|node\/use-node)|^(viem|hardhat|zod)\b/.test(specifier);

describe("the command line, when it starts", () => {
  it("loads nothing that help does not need", () => {
    expect(reaches(join(COMMANDS, "arbiter-program.ts"), isHeavy, "at once")).equal(false);
  });

  it("loads the rest when a command runs", () => {
    for (const name of ["run", "commit", "inspect", "prove", "dispute"]) {
      expect(reaches(join(COMMANDS, `commands/${name}.ts`), isHeavy)).equal(true);
      expect(reaches(join(COMMANDS, `actions/${name}.ts`), isHeavy, "at once")).equal(true);
    }
  });
});
