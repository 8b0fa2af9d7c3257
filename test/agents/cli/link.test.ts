import { expect } from "chai";
import { createRequire } from "node:module";
import { assemble } from "../guests.ts";
import { command, expectRefusal } from "./command.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const LIBRARY = `(module
  (memory (export "memory") 1) (table (export "table") 2 funcref) (elem (i32.const 1) $two)
  (global (export "base") i32 (i32.const 40))
  (func $two (result i32) i32.const 2)
  (func (export "seek") (param i32) (result i32) (local.get 0)))`;

/** What it imports, nothing but other modules can give it. */
const GUEST = `(module
  (import "env" "memory" (memory 1)) (import "env" "table" (table 2 funcref)) (import "env" "base" (global i32))
  (import "more" "three" (func $three (result i32)))
  (type $get (func (result i32)))
  (func (export "sum") (result i32)
    (i32.store (i32.const 0) (i32.add (global.get 0) (call_indirect (type $get) (i32.const 1))))
    (i32.add (i32.load (i32.const 0)) (call $three))))`;

/** Imports a function of the library with a type of its own. */
const OTHERWISE = `(module (import "env" "seek" (func $seek (param i32 i32))) (import "env" "seek" (func $same (param i32) (result i32)))
  (func (export "good") (result i32) (call $same (i32.const 5)))
  (func (export "bad") (call $seek (i32.const 1) (i32.const 2))))`;

describe("--link", () => {
  const folder = temporaryFolder();
  let [guest, library, more, otherwise] = ["", "", "", ""];

  before(async () => {
    guest = folder.write("guest.wasm", await assemble(GUEST));
    library = folder.write("library.wasm", await assemble(LIBRARY));
    more = folder.write("more.wasm", await assemble(`(module (func (export "three") (result i32) i32.const 3))`));
    otherwise = folder.write("otherwise.wasm", await assemble(OTHERWISE));
  });

  it("gives a module functions, memories, tables and globals of others, in any order", async () => {
    const links = ["--link", `more=${more}`, "--link", `env=${library}`];
    const { code, stdout, stderr } = await command("arbiter", ["run", guest, ...links]);
    expect([code, stderr]).deep.equal([0, ""]);
    expect(stdout).match(/result 45\n/);
    const inspected = await command("arbiter", ["inspect", guest, "--json", ...links]);
    const { functions } = JSON.parse(inspected.stdout) as { functions: { module: string }[] };
    expect(functions.map(({ module }) => module)).deep.equal(["more", "env", "guest", "driver"]);
  });

  it("plays a Deal with them", async () => {
    const transactions = folder.write("transactions.json", JSON.stringify([{ export: "sum", args: [] }]));
    const links = ["--link", `more=${more}`, "--link", `env=${library}`];
    const options = ["--module", guest, "--transactions", transactions, "--convention", "typed", "--lie-at", "30"];
    const { code, stdout, stderr } = await command("start", [...options, ...links, "--json"]);
    expect(code, stderr).equal(0);
    expect(JSON.parse(stdout)).include({ verdict: "liar lost" });
  });

  it("is what an error asks for, with the import and the module", async () => {
    await expectRefusal(
      ["run", guest, "--link", `more=${more}`],
      /guest\.wasm: module "guest" cannot be linked: .*"env" "(base|memory|table)".*\nhint: link a module that provides it \(--link env=FILE\)\n/,
    );
    await expectRefusal(
      ["run", guest, "--link", `env=${library}`],
      /function "more" "three" \(\) → \(i32\).*\nhint: .*\(--link more=FILE\), or let it trap .*\(--allow-missing-imports\)\n/,
    );
  });

  it("is not needed by a module that Emscripten's JavaScript would load into a memory", async () => {
    const grammar = createRequire(import.meta.url).resolve("tree-sitter-json/tree-sitter-json.wasm");
    const { code, stdout, stderr } = await command("arbiter", ["run", grammar, "--export", "tree_sitter_json"]);
    expect([code, stderr]).deep.equal([0, ""]);
    expect(stdout).match(/result \d{4}\n/);
  });

  it("names the file that is wrong", async () => {
    const broken = folder.write("broken.wasm", Uint8Array.of(0, 1, 2));
    await expectRefusal(["run", guest, "--link", `env=${broken}`], /broken\.wasm: /);
    await expectRefusal(["run", guest, "--link", "env=nowhere.wasm"], /nowhere\.wasm: there is no such file/);
    await expectRefusal(["run", guest, "--link", library], /--link takes NAME=MODULE, not "/);
    await expectRefusal(["run", guest, "--link", `guest=${library}`], /another module has the same name/);
  });

  it("with --allow-missing-imports a function of another type traps, and the trap names the import", async () => {
    const links = ["--link", `env=${library}`];
    await expectRefusal(
      ["run", otherwise, "-e", "good", ...links],
      /function "env" "seek" is wanted as function \(i32, i32\) → \(\), but is function \(i32\) → \(i32\)\nhint: .*--allow-missing-imports/,
    );
    const good = await command("arbiter", ["run", otherwise, "-e", "good", "--allow-missing-imports", ...links]);
    expect(good.stdout, good.stderr).match(/result 5\n/);
    const bad = await command("arbiter", ["run", otherwise, "-e", "bad", "--allow-missing-imports", ...links]);
    expect(bad.stdout).match(/trapped: unreachable/);
    expect(bad.stdout).match(/missing import env\.seek/);
  });
});
