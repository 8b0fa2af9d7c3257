import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Content, Passed, sha256 } from "../../scripts/passed.ts";

const content = (path: string, text: string): Content => ({ path, hash: sha256(text) });
const A = content("a.ts", "a");
const B = content("b.ts", "b");
const SETTINGS = [content("settings.json", "{}")];

describe("what passed the checks", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "arbiter-passed-"));
    file = join(folder, "record.json");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const changed = (settings: readonly Content[], files: readonly Content[]): string[] =>
    new Passed(file).changed("check", settings, files).files.map(({ path }) => path);

  it("is nothing at first", () => {
    expect(changed(SETTINGS, [A, B])).deep.equal(["a.ts", "b.ts"]);
  });

  it("is kept by content: a changed, a new and a renamed file are looked at", () => {
    new Passed(file).add("check", SETTINGS, [A, B]);
    expect(changed(SETTINGS, [A, B])).deep.equal([]);
    expect(changed(SETTINGS, [content("a.ts", "other"), B, content("c.ts", "c")])).deep.equal(["a.ts", "c.ts"]);
    expect(changed(SETTINGS, [content("d.ts", "a"), B])).deep.equal(["d.ts"]);
  });

  it("tells of a file that is gone, which a check of the whole has to know", () => {
    new Passed(file).add("check", SETTINGS, [A, B]);
    expect(new Passed(file).changed("check", SETTINGS, [A, B]).gone).equal(false);
    expect(new Passed(file).changed("check", SETTINGS, [A]).gone).equal(true);
  });

  it("counts for nothing with other settings, for another check, or if the record is broken", () => {
    new Passed(file).add("check", SETTINGS, [A]);
    expect(changed([content("settings.json", "{ }")], [A])).deep.equal(["a.ts"]);
    expect(new Passed(file).changed("other", SETTINGS, [A]).files).deep.equal([A]);
    writeFileSync(file, '{"check":');
    expect(changed(SETTINGS, [A])).deep.equal(["a.ts"]);
  });
});
