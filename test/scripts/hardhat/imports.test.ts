import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reaches } from "../../../scripts/hardhat/imports.ts";

describe("what a file imports", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "arbiter-imports-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const finds = (text: string, files: Readonly<Record<string, string>> = {}): boolean => {
    for (const [name, content] of Object.entries({ ...files, "main.ts": text })) {
      writeFileSync(join(folder, name), content);
    }
    return reaches(join(folder, "main.ts"), (specifier) => specifier === "hardhat");
  };

  it("is found in every form", () => {
    expect(finds('import { network } from "hardhat";')).equal(true);
    expect(finds('import {\n  network,\n  tasks,\n} from "hardhat";')).equal(true);
    expect(finds('import hre, { type Config } from "hardhat";')).equal(true);
    expect(finds('import "hardhat";')).equal(true);
    expect(finds('export * from "hardhat";')).equal(true);
    expect(finds('const { default: hre } = await import("hardhat");')).equal(true);
  });

  it("is found in files that are imported, and in those of threads, in a circle too", () => {
    const files = { "a.ts": 'import "./main.ts";\nimport "./b.ts";', "b.ts": 'await import("hardhat");' };
    expect(finds('import { a } from "./a.ts";', files)).equal(true);
    expect(finds('new Worker(new URL("./b.ts", import.meta.url));', files)).equal(true);
  });

  it("is not a type, another package or a text", () => {
    expect(finds('import type { Config } from "hardhat";')).equal(false);
    expect(finds('import { x } from "hardhat/config";')).equal(false);
    expect(finds('const name = "hardhat";')).equal(false);
  });
});
