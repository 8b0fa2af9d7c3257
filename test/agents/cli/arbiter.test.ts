import { expect } from "chai";
import { assemble, SUMS } from "../guests.ts";
import { command } from "./command.ts";
import { ECHO } from "./echo.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** Turns a number as often as it is told: long enough to be compiled. */
const SPIN = `(module (func (export "spin") (param $n i32) (result i32) (local $x i32)
  (loop $next
    (local.set $x (i32.rotl (i32.xor (local.get $x) (local.get $n)) (i32.const 5)))
    (local.set $x (i32.add (i32.mul (local.get $x) (i32.const 31)) (local.get $n)))
    (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
  (local.get $x)))`;

describe("arbiter", () => {
  let sums: string;
  let spin: string;
  const folder = temporaryFolder();
  const file = (name: string, content: string | Uint8Array): string => folder.write(name, content);

  before(async () => {
    sums = file("sums.wasm", await assemble(SUMS));
    spin = file("spin.wasm", await assemble(SPIN));
  });

  const json = async (args: readonly string[], code = 0): Promise<Record<string, unknown>> => {
    const finished = await command("arbiter", [...args, "--json"]);
    expect(finished.code, finished.stderr).equal(code);
    return JSON.parse(finished.stdout) as Record<string, unknown>;
  };

  it("run gives results, steps and roots, i64 as decimal strings", async () => {
    const first = await json(["run", sums, "--export", "sums", "1000"]);
    expect(first).include({ status: "returned", trap: null });
    expect(first["results"]).deep.equal(["499500"]);
    expect(first["stateRoot"]).match(/^0x[0-9a-f]{64}$/);
    expect(first["programRoot"]).match(/^0x[0-9a-f]{64}$/);
    expect(await json(["run", sums, "--export", "sums", "1000"])).deep.equal(first);
  });

  it("run gives what the interpreter gives, and tells what ran natively", async () => {
    const call = ["run", spin, "100000"];
    const { engine, ...native } = await json(call);
    expect(native).deep.equal(await json([...call, "--engine", "interpreter"]));
    expect(engine).deep.include({ interpreted: [] });
    const { nativeSteps, interpretedSteps } = engine as { nativeSteps: string; interpretedSteps: string };
    expect(Number(nativeSteps)).greaterThan(0);
    expect(BigInt(nativeSteps) + BigInt(interpretedSteps)).equal(BigInt(native["steps"] as string));
    const { stdout } = await command("arbiter", call);
    expect(stdout).match(new RegExp(`engine ${nativeSteps} steps natively`));
  });

  it("run takes floats as text and gives them back with their bits", async () => {
    const text = `(module (func (export "f") (param f32 f64) (result f64 f32)
      (f64.mul (local.get 1) (f64.const -3)) (f32.sqrt (local.get 0))))`;
    const floats = file("floats.wasm", await assemble(text));
    expect((await json(["run", floats, "2", "0.1"]))["results"]).deep.equal([
      { value: "-0.30000000000000004", bits: "0xbfd3333333333334" },
      { value: "1.4142135", bits: "0x3fb504f3" },
    ]);
    const { stdout } = await command("arbiter", ["run", floats, "--", "-1", "inf"]);
    expect(stdout).match(/result -inf \(0xfff0000000000000\)\n +result nan \(0x7fc00000\)/);
  });

  it("run tells of a trap and of spent fuel", async () => {
    expect(await json(["run", sums, "--export", "fail"], 1)).include({ status: "trapped", trap: "unreachable" });
    const spent = await json(["run", sums, "--export", "sums", "1000", "--fuel", "500"], 1);
    expect(spent).include({ status: "trapped", trap: "out of fuel" });
  });

  it("run passes a file to the payload convention and gives its answer", async () => {
    const echo = file("echo.wasm", await assemble(ECHO));
    expect((await json(["run", echo, "--input", file("input", "hello")]))["results"]).deep.equal(["!hello"]);
    expect((await json(["run", echo, "--input", file("bytes", Uint8Array.of(255, 0))]))["results"]).deep.equal([
      "0x21ff00",
    ]);
  });

  it("inspect lists functions, limits, depths and, if asked, the code", async () => {
    const report = await json(["inspect", sums, "--disassemble"]);
    expect(report["exports"]).deep.equal([
      { name: "sums", params: ["i32"], results: ["i64"] },
      { name: "fail", params: [], results: [] },
    ]);
    const listing = report["listing"] as { function: string; instruction: string; offset: number }[];
    expect(listing).length(report["codeWords"] as number);
    expect(listing.filter((line) => line.function === "sums").map((line) => line.instruction)).include("i64.store");
    expect(Object.keys(report["program"] as object)).deep.equal([
      "codeRoot",
      "memoryRoot",
      "cellsRoot",
      "sizes",
      "header",
      "sourcesRoot",
    ]);
  });

  it("prove has the chain agree on a step", async () => {
    const report = await json(["prove", sums, "--export", "sums", "100", "--at", "700"]);
    expect(report).include({ step: "700", function: "sums", agrees: true });
    expect(report["onchain"]).equal(report["post"]);
    expect(report["gas"]).within(21_000, 150_000);
  });

  it("dispute ends with the defeat of every liar", async () => {
    const report = await json(["dispute", sums, "--export", "sums", "300", "--lie-at", "2000", "--liars", "2"]);
    expect(report).include({ verdict: "liar lost", step: "2000", module: "guest" });
    expect(report["moves"]).greaterThan(16);
    expect((report["gas"] as Record<string, number>)["move"]).lessThan(50_000);
  });

  it("helps", async () => {
    for (const args of [
      ["--help"],
      ["run", "--help"],
      ["inspect", "--help"],
      ["prove", "--help"],
      ["dispute", "--help"],
      ["commit", "--help"],
    ]) {
      const { code, stdout } = await command("arbiter", args);
      expect(code).equal(0);
      expect(stdout).match(/Usage: arbiter/);
    }
  });

  describe("answers bad input with one line and code 1", () => {
    const cases: [name: string, args: () => string[], message: RegExp][] = [
      [
        "a missing file",
        () => ["run", folder.path("none.wasm")],
        /cannot read the module .*none\.wasm: there is no such file/,
      ],
      ["a folder", () => ["run", folder.path(".")], /cannot read the module .*: it is a folder/],
      [
        "no WebAssembly",
        () => ["run", file("text.wasm", "hello world")],
        /text\.wasm: magic header not detected, at byte 0/,
      ],
      ["an empty file", () => ["inspect", file("empty.wasm", "")], /empty\.wasm: .* at byte 0/],
      ["no export named", () => ["run", sums], /sums\.wasm exports 2 functions, choose one with --export: sums, fail/],
      [
        "an unknown export",
        () => ["run", sums, "--export", "nope"],
        /no function "nope" is exported; exported functions: sums, fail/,
      ],
      ["too few arguments", () => ["run", sums, "--export", "sums"], /"sums" takes 1 arguments \(i32\), found 0/],
      [
        "an argument that is no number",
        () => ["run", sums, "--export", "sums", "x"],
        /argument 0 of "sums" is no integer: "x"/,
      ],
      [
        "an argument out of range",
        () => ["run", sums, "-e", "sums", "4294967296"],
        /argument 0 of "sums" does not fit i32/,
      ],
      [
        "fuel that is no number",
        () => ["run", sums, "-e", "sums", "1", "--fuel", "much"],
        /--fuel takes a whole number, not "much"/,
      ],
      [
        "the wrong convention",
        () => ["run", sums, "--input", file("in", "x")],
        /the payload convention wants it to export .*allocate/,
      ],
      [
        "an unknown convention",
        () => ["inspect", sums, "--convention", "wasi"],
        /--convention is typed, payload or command, not "wasi"/,
      ],
      [
        "a step beyond the end",
        () => ["prove", sums, "-e", "sums", "1", "--at", "99999"],
        /--at 99999: the computation ends after \d+ steps/,
      ],
      ["step zero", () => ["prove", sums, "-e", "sums", "1", "--at", "0"], /--at goes from 1 to/],
      [
        "a lie beyond the end",
        () => ["dispute", sums, "-e", "sums", "1", "--lie-at", "99999"],
        /there is no step 99999 to lie about/,
      ],
      [
        "too many liars",
        () => ["dispute", sums, "-e", "sums", "1", "--lie-at", "9", "--liars", "99"],
        /--liars goes from 1 to 16/,
      ],
      ["an unknown command", () => ["frobnicate"], /unknown command 'frobnicate'/],
      ["an unknown option", () => ["run", sums, "--frobnicate"], /unknown option '--frobnicate'/],
      ["a missing option", () => ["prove", sums, "-e", "sums", "1"], /required option '--at <step>' not specified/],
    ];
    for (const [name, args, message] of cases) {
      it(name, async () => {
        const { code, stdout, stderr } = await command("arbiter", args());
        expect(code).equal(1);
        // A dispute has begun to tell its story when it finds that there is no such step.
        if (args()[0] !== "dispute") expect(stdout).equal("");
        const lines = stderr
          .trim()
          .split("\n")
          .filter((line) => !/^(\(--help|hint: )/.test(line));
        expect(lines).length(1);
        expect(lines[0]).match(message);
        expect(stderr).not.match(/\n\s+at /);
      });
    }

    it("as JSON too, where it is asked for", async () => {
      const of = async (...args: string[]): Promise<unknown> => {
        const { code, stdout, stderr } = await command("arbiter", [...args, "--json"]);
        expect([code, stderr.startsWith("error: ")]).deep.equal([1, true]);
        return JSON.parse(stdout);
      };
      const vector = file("json.wasm", await assemble("(module (func $f (drop (v128.const i64x2 0 0))))"));
      expect(await of("inspect", vector)).deep.equal({
        error: {
          kind: "problem",
          problem: `${vector}: unsupported: v128.const (feature simd), v128.const at byte 23 (0x17) in function 0 (f)`,
          place: "v128.const at byte 23 (0x17) in function 0 (f)",
          hint: "compile with -mno-simd128",
        },
      });
      expect(await of("run", vector, "--frobnicate")).deep.equal({
        error: { kind: "problem", problem: "unknown option '--frobnicate'" },
      });
    });

    it("a module that needs what is not supported, by instruction, function and byte offset", async () => {
      const vector = `(module (func $sum (export "sum") (param i32) (result i32) (i32x4.extract_lane 0 (i32x4.splat (local.get 0)))))`;
      const { code, stderr } = await command("arbiter", ["inspect", file("vector.wasm", await assemble(vector))]);
      expect(code).equal(1);
      expect(stderr).match(/i32x4\.splat/);
      expect(stderr).match(/sum/);
      expect(stderr).match(/at byte \d+/);
      expect(stderr.split("\n")[1]).equal("hint: compile with -mno-simd128");
    });
  });
});
