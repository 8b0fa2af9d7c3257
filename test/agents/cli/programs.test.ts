import { expect } from "chai";
import { wasiProgram } from "../../support/wasi/run.ts";
import { assemble } from "../guests.ts";
import { command, expectRefusal } from "./command.ts";
import { temporaryFolder } from "./temporary-folder.ts";

describe("arbiter with programs that have _start", () => {
  let hello: string;
  let ends: string;
  let words: string;
  let files: string;
  const folder = temporaryFolder();
  const file = (name: string, content: string | Uint8Array): string => folder.write(name, content);

  before(async () => {
    hello = file("hello.wasm", await wasiProgram("hello"));
    ends = file("ends.wasm", await wasiProgram("ends"));
    words = file("words.wasm", await wasiProgram("words"));
    files = file("files.wasm", await wasiProgram("files"));
  });

  const json = async ([name = "", ...args]: readonly string[], code = 0): Promise<Record<string, unknown>> => {
    const finished = await command("arbiter", [name, "--json", ...args]);
    expect(finished.code, finished.stderr).equal(code);
    return JSON.parse(finished.stdout) as Record<string, unknown>;
  };

  it("run prints what the program prints, and exits as it does", async () => {
    const { code, stdout, stderr } = await command("arbiter", ["run", hello, "--env", "HOME=/x=y", "--", "42", "-v"]);
    expect(code).equal(42);
    expect(stdout).equal(
      "3 arguments\n0: [hello.wasm]\n1: [42]\n2: [-v]\nHOME=/x=y\nEMPTY=(none)\nMISSING=(none)\nUMLAUT=(none)\n",
    );
    expect(stderr).equal("floats 0.10000000000000001 inf\nand the end\n");
  });

  it("run --json tells all of it", async () => {
    const report = await json(["run", ends, "--convention", "command"]);
    expect(report).include({ status: "returned", exitCode: 0, trap: null, stdout: "return\nat exit\n", stderr: "" });
    expect(report["steps"]).match(/^\d+$/);
    expect(report["stateRoot"]).match(/^0x[0-9a-f]{64}$/);
    expect((await command("arbiter", ["run", ends, "--json", "--", "exit"])).stdout).contain('"exitCode":7');
  });

  it("run gives the program stdin, from a file and from its own", async () => {
    const path = file("names", "grace\nada\n");
    expect((await json(["run", words, "--stdin", path]))["stdout"]).match(/^10 bytes.*\nada\ngrace\n$/);
    const { stdout } = await command("arbiter", ["run", words, "--stdin", "-"], "b\na\n");
    expect(stdout).match(/^4 bytes.*\na\nb\n$/);
  });

  it("run gives the program files", async () => {
    const path = file("local.txt", "content from outside");
    const { stdout, code } = await command("arbiter", ["run", files, "--file", `/given/in.txt=${path}`]);
    expect(stdout).contain("print given/in.txt: content from outside (20)");
    expect(code).equal(0);
  });

  it("run tells of a trap, with what was printed before it", async () => {
    const { code, stdout, stderr } = await command("arbiter", ["run", ends, "--", "abort"]);
    expect({ code, stdout }).deep.equal({ code: 1, stdout: "abort\n" });
    expect(stderr.split("\n").slice(0, 2).join("\n")).match(
      /^trapped: unreachable\n {2}at abort \(guest 0x[0-9a-f]+ unreachable\)$/,
    );
    expect(await json(["run", ends, "--fuel", "300"], 1)).include({
      status: "trapped",
      trap: "out of fuel",
      exitCode: null,
    });
  });

  it("run gives the clock and the seed", async () => {
    const time = file("time.wasm", await wasiProgram("time"));
    const seed = `0x${"07".repeat(32)}`;
    const args = ["run", time, "--clock", "1700000000000000000", "--seed", seed];
    expect((await json(args))["stdout"]).match(/^2023-11-14 22:13:20\n/);
  });

  it("inspect finds the convention, and the modules of WASI", async () => {
    const report = await json(["inspect", hello]);
    expect(report["convention"]).equal("command");
    const modules = (report["functions"] as { module: string }[]).map(({ module }) => module);
    expect(modules).deep.equal(["guest", "wasi_bridge", "wasi_snapshot_preview1", "driver"]);
  });

  it("prove has the chain agree on steps of the program, of WASI and of the bridge", async () => {
    const steps = Number((await json(["run", hello, "--", "0"]))["steps"]);
    const found = new Set<unknown>();
    for (const at of [700, 1200, Math.floor(steps / 2), steps - 60]) {
      const report = await json(["prove", hello, "--at", String(at), "--", "0"]);
      expect(report).include({ agrees: true });
      found.add(report["function"]);
    }
    expect(found.size).greaterThan(2);
  });

  it("dispute ends inside the program with the liar's defeat", async () => {
    const report = await json(["dispute", words, "--stdin", file("few", "one two\nthree\n"), "--lie-at", "4000"]);
    expect(report).include({ verdict: "liar lost", step: "4000" });
  });

  it("missing imports trap when they are called, if that is allowed", async () => {
    const text = `(module (import "env" "absent" (func $f (param i32)))
      (func (export "_start")) (func (export "call") (call $f (i32.const 1))))`;
    const path = file("missing.wasm", await assemble(text));
    expect((await command("arbiter", ["run", path])).stderr).match(/^error: .*missing\.wasm: .*"env" "absent"/);
    expect(await json(["run", path, "--allow-missing-imports"])).include({ exitCode: 0 });
    const called = await json(["run", path, "--allow-missing-imports", "--export", "call"], 1);
    expect(called).include({ status: "trapped" });
  });

  describe("answers bad input with one line and code 1", () => {
    const cases: [name: string, args: () => string[], message: RegExp][] = [
      ["a variable without a value", () => ["run", hello, "--env", "A"], /--env takes NAME=VALUE, not "A"/],
      ["a missing file", () => ["run", hello, "--file", "none.txt"], /cannot read the file none.txt: there is no such/],
      ["a path that leads out", () => ["run", hello, "--file", `../x=${hello}`], /"..\/x" is no path/],
      ["a missing file for stdin", () => ["run", hello, "--stdin", "none"], /cannot read the file for stdin none/],
      ["too much input", () => ["run", hello, "--stdin", file("big", "x".repeat(70_000))], /has room for 65536/],
      ["a clock that is none", () => ["run", hello, "--clock", "noon"], /--clock takes nanoseconds since 1970/],
      ["a short seed", () => ["run", hello, "--seed", "0x12"], /--seed takes 0x and 64 hexadecimal digits/],
      [
        "options of two conventions",
        () => ["run", hello, "--export", "_start", "--stdin", "-"],
        /--export is for the typed convention and --env, .* for the command convention, leave one out/,
      ],
      [
        "a command without _start",
        () => ["run", file("empty.wasm", Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)), "--convention", "command"],
        /the command convention wants it to export function \(\) → \(\) as "_start", it exports nothing/,
      ],
      ["payload without input", () => ["run", hello, "-c", "payload"], /the payload convention wants it to export/],
    ];
    for (const [name, args, message] of cases) {
      it(name, () => expectRefusal(args(), message));
    }
  });
});
