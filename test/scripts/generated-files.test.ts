import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fromArtifacts, fromSources, ROOT } from "../../scripts/generated-files.ts";

const files = [...fromSources(), ...fromArtifacts()];

describe("the generated files", () => {
  for (const { path, text } of files) {
    it(`${path} is what npm run generate writes`, async () => {
      const [committed, made] = [readFileSync(join(ROOT, path), "utf8"), await text()];
      // Not shown as a difference: some of them are one long line.
      expect(committed === made, `run npm run generate -- ${path}`).equal(true);
    });
  }

  for (const folder of ["contracts/abi", "test/harness/abi"]) {
    it(`nothing else lies in ${folder}`, () => {
      const found = readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}`);
      expect(found).members(files.map(({ path }) => path).filter((path) => path.startsWith(`${folder}/`)));
    });
  }
});
