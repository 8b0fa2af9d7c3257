import { expect } from "chai";
import { engineExecutor } from "../../../verifier/engine/executor.ts";
import { interpreterExecutor } from "../../../verifier/interpreter/execute.ts";
import { buildProgram, type Program } from "../../../verifier/program/build.ts";
import { regionDepthOf } from "../../../verifier/program/layout.ts";
import { watchGrowth } from "../../../verifier/program/memory-limits.ts";
import { callPayload } from "../../../verifier/program/transactions-file.ts";
import { decodeTypedOutput, encodeTransactions, readResults } from "../../../verifier/program/transactions.ts";
import { type Executor, steppingExecutor } from "../../../verifier/state/executor.ts";
import { initialState, load } from "../../../verifier/state/program.ts";
import { stateRoot } from "../../../verifier/state/state.ts";
import { assemble } from "../wasm/text.ts";

/**
 * Grows by two numbers of pages, after a loop that is worth native code; gives what it got and the
 * size.
 */
const GROW = `(func (export "grow") (param i32 i32) (result i32 i32 i32) (local $i i32)
  (loop $more (br_if $more (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 50))))
  (memory.grow (local.get 0)) (memory.grow (local.get 1)) (memory.size))`;

async function programOf(memory: string, memoryPages?: number, rest = ""): Promise<Program> {
  const limits = memoryPages === undefined ? {} : { limits: { memoryPages } };
  const modules = [{ name: "guest", bytes: await assemble(`(module ${memory} ${GROW} ${rest})`) }];
  return buildProgram(modules, { convention: "typed", ...limits });
}

interface Grown {
  readonly results: string;
  readonly refused: string;
}

/** Runs a call under each executor; all must leave the same state and have refused the same. */
async function grow(program: Program, ...args: string[]): Promise<Grown> {
  const payload = callPayload(program.exports, "grow", args);
  const start = load(
    initialState(program.image),
    encodeTransactions([{ fuel: 10_000n, keep: true, payload }]),
    1n << 24n,
  );
  const executors: Executor[] = [
    steppingExecutor,
    interpreterExecutor,
    engineExecutor(program),
    engineExecutor(program, { leastStretch: 1n, warmUp: 0n }),
  ];
  const all = executors.map((executor): Grown & { root: string } => {
    const watch = watchGrowth(executor, program);
    const execution = watch.executor.load(start);
    execution.run(1n << 30n);
    const final = execution.save();
    const [result] = readResults(final.header, final.registers, (index) => final.memory.get(index));
    return {
      root: Buffer.from(stateRoot(final)).toString("hex"),
      results: decodeTypedOutput(result?.output ?? new Uint8Array(), ["i32", "i32", "i32"]).join(" "),
      refused: watch
        .refused()
        .map(({ module, pages }) => `${module} ${pages}`)
        .join(),
    };
  });
  for (const one of all) expect(one).deep.equal(all[0]);
  const [{ results, refused } = { results: "", refused: "" }] = all;
  return { results, refused };
}

describe("limits of memories", () => {
  it("are what the module declares, also beyond 64 MiB", async () => {
    const program = await programOf("(memory 1 1500)");
    expect(await grow(program, "1499", "0")).deep.equal({ results: "1 1500 1500", refused: "" });
    expect(regionDepthOf(program.image.header)).equal(11 + 11);
    expect(regionDepthOf((await programOf("(memory 1 65536)")).image.header)).equal(11 + 16);
  });

  it("are 64 MiB where the module declares nothing, or the option", async () => {
    expect(await grow(await programOf("(memory 1)"), "1023", "1")).deep.equal({
      results: "1 -1 1024",
      refused: "guest 1024",
    });
    expect(await grow(await programOf("(memory 1)", 1100), "1023", "76")).deep.equal({
      results: "1 1024 1100",
      refused: "",
    });
    expect(await grow(await programOf("(memory 1 1500)", 8), "7", "1")).deep.equal({
      results: "1 -1 8",
      refused: "guest 8",
    });
  });

  it("do not blame the option for what the module declares itself", async () => {
    expect(await grow(await programOf("(memory 1 3)"), "2", "1")).deep.equal({ results: "1 -1 3", refused: "" });
    expect(await grow(await programOf("(memory 1 3)", 3), "2", "1")).deep.equal({ results: "1 -1 3", refused: "" });
    expect(await grow(await programOf("(memory 1 3)", 2), "1", "1")).deep.equal({
      results: "1 -1 2",
      refused: "guest 2",
    });
  });

  it("are those of the memory that could not grow", async () => {
    const other = `(memory 1 2000) (func (export "other") (drop (memory.grow 1 (i32.const 1))))`;
    expect(await grow(await programOf("(memory 1)", 5, other), "1", "10")).deep.equal({
      results: "1 -1 2",
      refused: "guest 5",
    });
  });

  it("leave the program as it is where it declares no more than 64 MiB", async () => {
    const explicit = async (memory: string): Promise<boolean> => {
      const [given, default_] = [await programOf(memory, 1024), await programOf(memory)];
      return Buffer.from(given.root).equals(default_.root);
    };
    expect(await explicit("(memory 1)")).equal(true);
    expect(await explicit("(memory 1 1024)")).equal(true);
    expect(await explicit("(memory 2000)")).equal(true);
    expect(await explicit("(memory 1 1025)")).equal(false);
  });

  it("are forgotten by nobody who saves and goes on", async () => {
    const program = await programOf("(memory 1)", 2);
    const payload = callPayload(program.exports, "grow", ["5", "1"]);
    const start = load(
      initialState(program.image),
      encodeTransactions([{ fuel: 10_000n, keep: true, payload }]),
      1n << 24n,
    );
    for (const executor of [interpreterExecutor, engineExecutor(program, { leastStretch: 1n, warmUp: 0n })]) {
      const watch = watchGrowth(executor, program);
      const execution = watch.executor.load(start);
      while (execution.run(7n) === 7n) execution.save();
      expect(watch.refused()).deep.equal([{ module: "guest", pages: 2 }]);
    }
  });
});
