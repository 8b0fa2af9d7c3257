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
  const built = (): void => new Build(root).record(new Build(root).sources());
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is so once a build is recorded", () => {
    expect(new Build(root).isCurrent).equal(false);
    built();
    expect(new Build(root).isCurrent).equal(true);
  });

  for (const file of ["contracts/A.sol", "test/harness/B.sol", "contracts/New.sol", "hardhat.config.ts"]) {
    it(`ends with a change of ${file}`, () => {
      built();
      writeFileSync(join(root, file), "contract C {}");
      expect(new Build(root).isCurrent).equal(false);
    });
  }

  it("is not so when a build of changed sources began and the change is taken back", () => {
    built();
    new Build(root).forget();
    expect(new Build(root).isCurrent).equal(false);
  });

  it("is not so when sources changed during the build", () => {
    const build = new Build(root);
    const sources = build.sources();
    writeFileSync(join(root, "contracts/A.sol"), "contract C {}");
    build.record(sources);
    expect(build.isCurrent).equal(false);
  });

  it("depends neither on times nor on where the folder lies", () => {
    built();
    utimesSync(join(root, "contracts/A.sol"), 1, 1);
    const copy = join(folder, "copy");
    cpSync(root, copy, { recursive: true });
    expect(new Build(copy).isCurrent).equal(true);
  });

  it("lets a copy take over Hardhat's record of what it compiled", () => {
    built();
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
