import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EngineError } from "../../../cluster/engine/errors.ts";
import { unzip } from "../../../cluster/engine/unzip.ts";
import { zip } from "./zip.ts";

describe("archives", () => {
  let folder = "";

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "arbiter-zip-"));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const large = Buffer.from("words, ".repeat(100_000));

  it("are unpacked, with what is executable", () => {
    const archive = zip([
      { name: "go/bin/go", content: large, isExecutable: true },
      { name: "go/VERSION", content: Buffer.from("go1"), isStored: true },
      { name: "empty", content: Buffer.alloc(0) },
    ]);
    expect(unzip(archive, folder)).equal(3);
    expect(readFileSync(join(folder, "go/bin/go")).equals(large)).equal(true);
    expect(readFileSync(join(folder, "go/VERSION"), "utf8")).equal("go1");
    expect(readFileSync(join(folder, "empty"))).length(0);
    expect(statSync(join(folder, "go/bin/go")).mode & 0o777).equal(0o755);
    expect(statSync(join(folder, "go/VERSION")).mode & 0o777).equal(0o644);
  });

  it("of another program are unpacked", () => {
    const script =
      "import sys, zipfile\nwith zipfile.ZipFile(sys.argv[1], 'w', 8) as z: z.writestr('a/b', 'text ' * 999)\n";
    const file = join(folder, "python.zip");
    // Python is no part of the project: where it is not, the archives above have to do.
    const { status } = spawnSync("python3", ["-c", script, file]);
    if (status !== 0) writeFileSync(file, zip([{ name: "a/b", content: Buffer.from("text ".repeat(999)) }]));
    unzip(readFileSync(file), folder);
    expect(readFileSync(join(folder, "a/b"), "utf8")).equal("text ".repeat(999));
  });

  it("write nothing outside of their folder", () => {
    for (const name of ["../x", "/x", "a/../../x", "a\\..\\x", "./x"])
      expect(() => unzip(zip([{ name, content: large }]), folder), name).throw(EngineError, "outside");
  });

  it("that are damaged are refused", () => {
    const archive = zip([{ name: "a", content: Buffer.from("some words, ".repeat(40)) }]);
    expect(() => unzip(Buffer.alloc(100), folder)).throw(EngineError, "no archive");
    expect(() => unzip(Buffer.alloc(0), folder)).throw(EngineError, "no archive");
    for (let at = 0; at < archive.length; at++) {
      const damaged = Buffer.from(archive);
      damaged[at]! ^= 0xff;
      try {
        unzip(damaged, folder);
      } catch (error) {
        expect(error, `byte ${at}`).instanceOf(EngineError);
      }
    }
  });
});
