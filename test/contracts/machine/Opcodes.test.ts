import { expect } from "chai";
import { readFileSync } from "node:fs";
import { generateOpcodes, OPCODES_FILE } from "../../../scripts/generate-opcodes.ts";

describe("Opcodes.sol", () => {
  it("is what scripts/generate-opcodes.ts writes", () => {
    expect(readFileSync(OPCODES_FILE, "utf8")).to.equal(generateOpcodes());
  });
});
