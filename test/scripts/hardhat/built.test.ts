import { expect } from "chai";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Build } from "../../../scripts/hardhat/built.ts";

describe("whether artifacts are current", () => {
  let folder: string;
  let root: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "arbiter-built-"));
    root = join(folder, "project");
    for (const name of ["contracts", "test/harness", "artifacts", "cache"]) {
      mkdirSync(join(root, name), { recursive: true });
    }
    writeFileSync(join(root, "contracts/A.sol"), "contract A {}");
    writeFileSync(join(root, "test/harness/B.sol"), "contract B {}");
    writeFileSync(join(root, "hardhat.config.ts"), "export default {};");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is so once a build is recorded", () => {
    expect(new Build(root).isCurrent).equal(false);
    new Build(root).record();
    expect(new Build(root).isCurrent).equal(true);
  });

  for (const file of ["contracts/A.sol", "test/harness/B.sol", "contracts/New.sol", "hardhat.config.ts"]) {
    it(`ends with a change of ${file}`, () => {
      new Build(root).record();
      writeFileSync(join(root, file), "contract C {}");
      expect(new Build(root).isCurrent).equal(false);
    });
  }

  it("depends neither on times nor on where the folder lies", () => {
    new Build(root).record();
    utimesSync(join(root, "contracts/A.sol"), 1, 1);
    const copy = join(folder, "copy");
    cpSync(root, copy, { recursive: true });
    expect(new Build(copy).isCurrent).equal(true);
  });

  it("lets a copy take over Hardhat's record of what it compiled", () => {
    new Build(root).record();
    const paths = { [join(root, "contracts/A.sol")]: join(root, "artifacts/contracts/A.sol/A.json") };
    writeFileSync(join(root, "cache/compile-cache.json"), JSON.stringify(paths));
    const copy = join(folder, "copy");
    cpSync(root, copy, { recursive: true });
    new Build(copy).adopt();
    const own = { [join(copy, "contracts/A.sol")]: join(copy, "artifacts/contracts/A.sol/A.json") };
    expect(JSON.parse(readFileSync(join(copy, "cache/compile-cache.json"), "utf8"))).deep.equal(own);
    expect(new Build(copy).isCurrent).equal(true);
  });
});
