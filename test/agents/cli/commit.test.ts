/** Long runs on the command line: commitments, the store, heights of one's choice, deep calls. */
import { expect } from "chai";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bytesToHex } from "viem";
import { begin, OVERHEAD } from "../../../verifier/program/fragment.ts";
import { prepare } from "../../../agents/cli/prepare.ts";
import { MOVE_LEVELS } from "../../../verifier/history/game-levels.ts";
import { Trace } from "../../../verifier/history/trace.ts";
import { interpreterExecutor } from "../../../verifier/interpreter/execute.ts";
import { assemble, SUMS } from "../guests.ts";
import { command, expectRefusal } from "./command.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** Counts down in a loop, `times` times as deep as it is told. */
const DEEP = `(module
  (func $down (param i32) (result i32)
    (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 0))
      (else (i32.add (i32.const 1) (call $down (i32.sub (local.get 0) (i32.const 1)))))))
  (func (export "deep") (param $depth i32) (param $times i32) (result i32) (local $sum i32)
    (loop $next
      (local.set $sum (i32.add (local.get $sum) (call $down (local.get $depth))))
      (br_if $next (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))
    (local.get $sum)))`;

const FUEL = 10n ** 9n;
const HEIGHTS = [27, 15];

describe("arbiter commit", () => {
  const folder = temporaryFolder();
  let call: string[];
  let module: string;

  before(async () => {
    module = folder.write("sums.wasm", await assemble(SUMS));
    call = ["commit", module, "-e", "sums", "8000", "--fuel", String(FUEL), "--heights", HEIGHTS.join(",")];
  });

  const json = async (args: readonly string[]): Promise<Record<string, unknown>> => {
    const { code, stdout, stderr } = await command("arbiter", [...args, "--json"]);
    expect(code, stderr).equal(0);
    return JSON.parse(stdout) as Record<string, unknown>;
  };

  /** The same from the library, with the interpreter. */
  const expected = async (level: number, start: bigint): Promise<{ root: string; distinct: number; halt: bigint }> => {
    const options = { convention: undefined, input: undefined, fuel: FUEL, building: {} };
    const process = { env: [], file: [], dir: [], stdin: undefined, clock: undefined, seed: undefined };
    const { program, input } = prepare({ ...options, module, export: "sums", args: ["8000"], process });
    const initial = begin(program, input, FUEL + OVERHEAD);
    const trace = new Trace(initial, HEIGHTS, { executor: interpreterExecutor });
    const { root, distinct } = await trace.commitment(level, start);
    return { root: bytesToHex(root), distinct, halt: trace.halt() };
  };

  it("gives the commitment of the interpreter at every level, with its time and rate", async () => {
    for (const [level, at] of [
      [0, 0n],
      [1, 0n],
      [1, 65_536n],
    ] as const) {
      const { root, distinct, halt } = await expected(level, at);
      const report = await json([...call, "--level", String(level), "--at", String(at)]);
      expect(report).include({ commitment: root, roots: distinct, level, at: String(at) });
      expect(report["steps"]).equal(String(level === 0 ? halt : 32_768n));
      for (const rate of ["seconds", "stepsPerSecond", "rootsPerSecond"]) expect(report[rate]).greaterThan(0);
    }
    const { stdout } = await command("arbiter", call);
    expect(stdout).match(/^commitment 0x[0-9a-f]{64}\n/);
    expect(stdout).match(/a root every 32,768/);
  });

  it("takes up what it has kept, and says so if that is damaged", async () => {
    const directory = folder.path("store");
    const first = await json([...call, "--store", directory]);
    const [history = ""] = readdirSync(directory);
    const files = readdirSync(join(directory, history));
    const kept = files.find((name) => name.endsWith(".commitment"));
    expect(kept).match(/stride-32768/);
    const again = await json([...call, "--store", directory]);
    expect(again["commitment"]).equal(first["commitment"]);
    const path = join(directory, history, kept ?? "");
    const bytes = readFileSync(path);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(path, bytes);
    const { stdout, stderr, code } = await command("arbiter", [...call, "--store", directory, "--json"]);
    expect(code).equal(0);
    expect((JSON.parse(stdout) as Record<string, unknown>)["commitment"]).equal(first["commitment"]);
    expect(stderr).match(/commitment is removed/);
    expect(stderr.trim().split("\n")).length(1);
  });

  it("dispute plays at the same heights, keeps states, and tells its times", async () => {
    const directory = folder.path("played");
    const args = ["dispute", ...call.slice(1), "--lie-at", "70000", "--store", directory];
    const report = await json(args);
    expect(report).include({ verdict: "liar lost", step: "70000" });
    const { phases, replay, slowest } = report["times"] as {
      phases: { name: string; seconds: number }[];
      replay: number;
      slowest: { player: string; sent: string; seconds: number };
    };
    expect(phases.map(({ name }) => name)).include.members(["replay", "first commitment, validator"]);
    expect(replay).greaterThan(0);
    expect(slowest.seconds).greaterThan(0);
    expect(readdirSync(directory)).length(1);
  });

  it("dispute comes down to one step through four levels, and through one", async () => {
    for (const heights of [[21, 12, 9, 6], [39]]) {
      const report = await json(["dispute", ...call.slice(1, -1), heights.join(","), "--lie-at", "70000"]);
      const moves = heights.reduce((sum, height) => sum + height, 0) / MOVE_LEVELS;
      expect(report).include({ verdict: "liar lost", step: "70000", moves });
      const lines = report["gasByKind"] as { label: string; count: number }[];
      const counts = Object.fromEntries(lines.map(({ label, count }) => [label, count]));
      expect(counts).include({ step: 1, open: 1 });
      expect(counts["seal"] ?? 0).equal(heights.length - 1);
      // Both sides join each inner tournament, the liar the root one too.
      expect(counts["join"]).equal(2 * heights.length - 1);
    }
  });

  it("runs calls that are deeper than the main thread's stack natively", async () => {
    const deep = folder.write("deep.wasm", await assemble(DEEP));
    const report = await json(["run", deep, "-e", "deep", "18000", "200"]);
    expect(report["results"]).deep.equal([18_000 * 200]);
    const { nativeSteps } = report["engine"] as { nativeSteps: string };
    expect(Number(nativeSteps) / Number(report["steps"])).greaterThan(0.9);
  });

  describe("answers bad input with one line and code 1", () => {
    const cases: [name: string, args: () => string[], message: RegExp][] = [
      [
        "heights that no tournament has",
        () => [...call, "--heights", "20,20"],
        /--heights 20,20: the height of level 0 is a positive multiple of 3, not 20/,
      ],
      ["more levels than there can be", () => [...call, "--heights", "9,9,9,9,9"], /there are 1 to 4 levels, not 5/],
      ["a level that is not there", () => [...call, "--level", "2"], /--level goes from 0 to 1, not 2/],
      ["a start inside a stride", () => [...call, "--level", "1", "--at", "5"], /--at takes a multiple of 32768 below/],
      ["a start at the upper level", () => [...call, "--at", "32768"], /--at takes a multiple of \d+ below/],
      [
        "more fuel than steps",
        () => [...call, "--fuel", String(2n ** 47n)],
        /a budget of \d+ is too much for 2\^\(27 \+ 15\) steps: lower --fuel or --budget/,
      ],
    ];
    for (const [name, args, message] of cases) {
      it(name, () => expectRefusal(args(), message));
    }
  });
});
