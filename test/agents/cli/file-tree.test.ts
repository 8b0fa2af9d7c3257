import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileTree } from "../../../agents/cli/file-tree.ts";
import { assemble } from "../guests.ts";
import { command } from "./command.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const text = (content: Uint8Array): string => new TextDecoder().decode(content);

describe("a directory for a program", () => {
  const folder = temporaryFolder();
  let root = "";

  before(() => {
    root = folder.path("root");
    for (const path of ["b/c", "b/empty", "B"]) mkdirSync(join(root, path), { recursive: true });
    const files = {
      "b/c/2": "two",
      "b/1": "one",
      "b.txt": "dot",
      "B/x": "large",
      é: "e",
      "\u{1f600}": "s",
      "\uff5e": "f",
    };
    for (const [path, content] of Object.entries(files)) writeFileSync(join(root, path), content);
  });

  const listed = (option: string): [string, string][] =>
    fileTree(option).map(([path, content]) => [path, text(content)]);

  it("gives all files and the empty directories, by the bytes of their names", () => {
    expect(listed(`${root}::/`)).deep.equal([
      ["B/x", "large"],
      ["b/1", "one"],
      ["b/c/2", "two"],
      ["b/empty/", ""],
      ["b.txt", "dot"],
      ["é", "e"],
      ["\uff5e", "f"],
      ["\u{1f600}", "s"],
    ]);
  });

  it("lies where it is asked to, or where it lies for the user", () => {
    expect(listed(`${root}/b/c::/data/./in/`)).deep.equal([["data/in/2", "two"]]);
    expect(listed(`${root}/b/c`)).deep.equal([[`${root.slice(1)}/b/c/2`, "two"]]);
    expect(listed(`${root}/b/empty::here`)).deep.equal([["here/", ""]]);
    expect(listed(`${root}/b/empty::/`)).deep.equal([]);
  });

  it("is refused with what it should not have, by name", () => {
    const refused = (name: string, make: (path: string) => void, message: string | RegExp): void => {
      const path = join(root, "b", name);
      make(path);
      expect(() => fileTree(`${root}::x`)).to.throw(message);
      rmSync(path);
    };
    refused("link", (path) => symlinkSync("1", path), `${root}/b/link is a symbolic link; --dir takes files`);
    refused("pipe", (path) => execFileSync("mkfifo", [path]), `${root}/b/pipe is neither a file nor a directory`);
    refused("big", (path) => writeFileSync(path, "x".repeat(65_600)), `${root} holds more than the 65536 bytes`);
    expect(() => fileTree(`${root}/none`)).to.throw(`cannot read the directory ${root}/none: there is no such file`);
    expect(() => fileTree(`${root}/b/1`)).to.throw(`cannot read the directory ${root}/b/1: it is no folder`);
    expect(() => fileTree("::x")).to.throw('--dir takes HOST or HOST::GUEST, not "::x"');
  });

  const named = process.platform === "linux" ? it : it.skip;
  const reason = process.platform === "linux" ? "" : " (skipped: only Linux has such names)";
  named(`is refused with a name that is no text${reason}`, () => {
    const path = Buffer.concat([Buffer.from(`${root}/`), Buffer.of(0xff)]);
    writeFileSync(path, "");
    expect(() => fileTree(root)).to.throw("is no UTF-8");
    rmSync(path);
  });
});

/**
 * Ends with the sum of: 1 if `in/empty` can't be read as a directory, 2 if `tmp/new` can't be made
 * and written, 4 if `in/1` is not there; and 256 in any case.
 */
const PROBE = `(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "in/empty") (data (i32.const 32) "tmp/new") (data (i32.const 48) "in/1")
  (data (i32.const 64) "\\10\\00\\00\\00\\02\\00\\00\\00")
  (func $fails (param $path i32) (param $length i32) (param $flags i32) (param $rights i64) (result i32)
    (i32.ne (i32.const 0)
      (call $open (i32.const 3) (i32.const 0) (local.get $path) (local.get $length) (local.get $flags)
        (local.get $rights) (i64.const 0) (i32.const 0) (i32.const 80))))
  (func (export "_start") (local $sum i32)
    (local.set $sum (call $fails (i32.const 16) (i32.const 8) (i32.const 2) (i64.const 0x4000)))
    (local.set $sum (i32.add (local.get $sum) (i32.mul (i32.const 2) (i32.or
      (call $fails (i32.const 32) (i32.const 7) (i32.const 5) (i64.const 0x40))
      (i32.ne (i32.const 0) (call $write (i32.load (i32.const 80)) (i32.const 64) (i32.const 1) (i32.const 84)))))))
    (local.set $sum (i32.add (local.get $sum) (i32.mul (i32.const 4)
      (call $fails (i32.const 48) (i32.const 4) (i32.const 0) (i64.const 2)))))
    (call $exit (i32.add (i32.const 256) (local.get $sum)))))`;

describe("a program with directories", () => {
  const folder = temporaryFolder();

  it("finds them, may write to /tmp, and ends with any exit code", async () => {
    const probe = folder.write("probe.wasm", await assemble(PROBE));
    mkdirSync(folder.path("d/empty"), { recursive: true });
    folder.write("d/1", "one");
    const given = await command("arbiter", ["run", probe, "--dir", `${folder.path("d")}::in`]);
    expect(given).deep.equal({ code: 255, stdout: "", stderr: "exit code 256, told to the shell as 255\n" });
    const bare = await command("arbiter", ["run", probe, "--json"]);
    expect(bare.code).equal(0);
    expect(JSON.parse(bare.stdout)).include({ exitCode: 256 + 1 + 4 });
  });
});
