import { expect } from "chai";
import { memorySize, parseMemorySize } from "../../../agents/cli/memory-limit.ts";
import { assemble } from "../guests.ts";
import { command, expectRefusal } from "./command.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const GROW = `(module (memory (export "memory") 1)
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))`;

const NOTE = "note: memory.grow failed at the limit of 64 MiB (module guest); --max-memory raises it\n";

describe("--max-memory", () => {
  let module: string;
  const folder = temporaryFolder();

  before(async () => {
    module = folder.write("grow.wasm", await assemble(GROW));
  });

  it("a memory that could not grow for our limit is told once, at the end", async () => {
    const { code, stdout, stderr } = await command("arbiter", ["run", module, "1024"]);
    expect([code, stderr]).deep.equal([0, NOTE]);
    expect(stdout).match(/result -1\n/);
    const json = await command("arbiter", ["run", module, "1024", "--json", "--engine", "interpreter"]);
    expect(json.stderr).equal("");
    expect(JSON.parse(json.stdout)).deep.include({ refusedGrowth: [{ module: "guest", pages: 1024 }] });
    const options = ["--heights", "24,24", "--fuel", "100000"];
    expect((await command("arbiter", ["commit", module, "1024", ...options])).stderr).equal(NOTE);
    expect((await command("arbiter", ["prove", module, "1024", "--at", "120"])).stderr).equal(NOTE);
  });

  it("raises the limit, and is part of the program", async () => {
    const { stdout, stderr } = await command("arbiter", ["run", module, "1024", "--max-memory", "128MiB"]);
    expect(stderr).equal("");
    expect(stdout).match(/result 1\n/);
    const inspect = async (...args: string[]): Promise<Record<string, unknown>> =>
      JSON.parse((await command("arbiter", ["inspect", module, "--json", ...args])).stdout) as Record<string, unknown>;
    const [plain, same, raised] = [
      await inspect(),
      await inspect("--max-memory", "64MiB"),
      await inspect("--max-memory", "128MiB"),
    ];
    expect(same["programRoot"]).equal(plain["programRoot"]);
    expect(raised["programRoot"]).not.equal(plain["programRoot"]);
    expect(raised["memories"]).deep.equal([{ module: "guest", pages: 1, maximum: 2048, declared: null }]);
  });

  it("takes sizes of whole pages up to 4GiB", async () => {
    expect(["64KiB", "1MiB", "64 MiB", "4GiB"].map(parseMemorySize)).deep.equal([1, 16, 1024, 65_536]);
    expect([1, 16, 17, 1024, 65_536, 0].map(memorySize)).deep.equal([
      "64 KiB",
      "1 MiB",
      "1088 KiB",
      "64 MiB",
      "4 GiB",
      "0 KiB",
    ]);
    for (const size of ["5GiB", "1KiB", "0MiB", "64", "64mb", "-1MiB", "1.5GiB"]) {
      expect(() => parseMemorySize(size)).throw(/--max-memory takes a multiple of 64KiB up to 4GiB, as in 256MiB, not/);
    }
    await expectRefusal(["run", module, "1", "--max-memory", "64"], /--max-memory takes .*not "64"/);
  });
});
