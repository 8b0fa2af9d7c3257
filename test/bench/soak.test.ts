/** A short sample of the soak, too short for its memory; and what it calls a leak. */
import { expect } from "chai";
import { execFile, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { growth, HeapWatch } from "../../bench/heap-watch.ts";
import { leaks, type MemorySample, type SoakResult } from "../../bench/soak.ts";
import { temporaryFolder } from "../agents/cli/temporary-folder.ts";

const MAIN = join(import.meta.dirname, "../../bench/main.ts");

/** Makes 100 KB of objects for each of 2,000 fragments, and keeps what it is told to: 10 KB. */
const WORK = `
  const keeps = process.argv[1] === "keeps";
  const kept = [];
  const base = Array.from({ length: 200_000 }, (_, i) => ({ i }));
  for (let fragment = 1; fragment <= 2_000; fragment++) {
    const made = Array.from({ length: 2_000 }, (_, i) => ({ fragment, i }));
    if (keeps) kept.push(made.slice(0, 200));
    if (fragment % 50 === 0) {
      gc();
      console.error(fragment, process.memoryUsage.rss());
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  if (base.length + kept.length === 0) throw new Error();
`;

/** The memory of a process, sampled as the soak samples its services. */
async function memoryOf(mode: "keeps" | "lets go"): Promise<MemorySample[]> {
  const flags = ["--trace-gc", "--expose-gc", "--input-type=module", "--eval", WORK, mode];
  const child = spawn("stdbuf", ["-oL", process.execPath, ...flags], { stdio: ["ignore", "pipe", "pipe"] });
  const [heap, samples] = [new HeapWatch(), [] as MemorySample[]];
  createInterface(child.stdout).on("line", (line) => {
    heap.hear(line);
  });
  createInterface(child.stderr).on("line", (line) => {
    const [fragments = 0, resident = 0] = line.split(" ").map(Number);
    samples.push({ service: mode, fragments, resident, heap: heap.bytes });
  });
  await new Promise((resolve) => child.once("close", resolve));
  return samples;
}

describe("a worker and a validator on a real node", function () {
  this.timeout(900_000);
  const folder = temporaryFolder();

  it("replay, back, claim and confirm, and are ready soon after kill -9", async () => {
    const file = folder.path("soak.json");
    await promisify(execFile)(process.execPath, [MAIN, "soak", "--quick", "--json", file]);
    const { soak } = JSON.parse(readFileSync(file, "utf8")) as { soak: SoakResult };
    expect(soak.fragments).equal(96);
    expect(soak.restarts.map(({ service }) => service)).deep.equal(["worker", "validator"]);
    for (const { ready, replayed } of soak.restarts) expect([ready, replayed].every((s) => s < 30)).equal(true);
    for (const { resident, heap } of soak.memory) expect(resident).greaterThan(heap).greaterThan(1e6);
    expect(soak.failures).deep.equal({});
  });
});

describe("the soak's check of memory", () => {
  it("fails on a process that keeps a tenth of what it makes, and on no other", async () => {
    const [leaking, tight] = [await memoryOf("keeps"), await memoryOf("lets go")];
    expect(leaking).length(40);
    expect(tight).length(40);
    expect(leaks({ memory: tight })).deep.equal([]);
    expect(leaks({ memory: leaking }).join("\n")).match(/^keeps: heap memory has grown to \d/m);
  });

  it("compares the middles of the last and the first quarter, without the beginning", () => {
    const samples = (...bytes: number[]): { fragments: number; bytes: number }[] =>
      bytes.map((one, i) => ({ fragments: 50 * (i + 1), bytes: one }));
    expect(growth(samples(1, 1, 10, 10, 10, 10), 100)).equal(1);
    expect(growth(samples(1, 1, 10, 10, 10, 15), 100)).equal(1.5);
    expect(growth(samples(1, 1, 10, 10, 10), 100)).equal(undefined);
    // One collection that comes late is no leak.
    expect(growth(samples(1, 1, ...[4, 4, 4], ...[5, 5, 5, 5, 5, 5], ...[9, 4, 4]), 100)).equal(1);
  });
});
