import { expect } from "chai";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { HookContext } from "hardhat/types/hooks";
import type { SolidityCompilerConfig } from "hardhat/types/config";
import type { Compiler } from "hardhat/types/solidity";
import config from "../../../hardhat.config.ts";
import { getCompiler } from "../../../scripts/hardhat/compiler.ts";

describe("the compiler", () => {
  it("is configured alike in every folder, so that a copy of one need not build", () => {
    const text = JSON.stringify(config.solidity);
    expect(text).include("soljson.js");
    expect(text).not.include(resolve("."));
  });

  it("is found by the hook", async () => {
    const asked: SolidityCompilerConfig[] = [];
    const next = (_context: HookContext, found: SolidityCompilerConfig): Promise<Compiler> => {
      asked.push(found);
      return Promise.resolve({} as Compiler);
    };
    const configured = { version: "0.8.35", path: "solc/soljson.js", settings: {} };
    await getCompiler({} as HookContext, configured, next);
    expect(asked.map(({ path }) => existsSync(path ?? ""))).deep.equal([true]);
  });
});
