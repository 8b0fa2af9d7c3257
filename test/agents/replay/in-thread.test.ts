/**
 * A replayer with a thread of its own: whoever asks stays free to act, and a thread that dies is
 * started again and goes on.
 */
import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Worker } from "node:worker_threads";
import { bytesToHex } from "viem";
import { type InThreadSetup, replayerInThread } from "../../../agents/replay/in-thread.ts";
import type { Lineup, Replayer, Submitted } from "../../../agents/replay/replayer.ts";
import type { ThreadJob } from "../../../agents/replay/thread-job.ts";
import type { Program } from "../../../verifier/program/build.ts";
import { ADDING, assemble } from "../guests.ts";
import { BUDGET, callsOf, HEIGHTS, lineupOf, programOf, rootAfter, runOf } from "./fragments.ts";

describe("a replayer in a thread", () => {
  let program: Program;
  let modules: ThreadJob["modules"];
  let directory: string;
  let notes: string[];
  let threads: Worker[];
  const replayers: Replayer[] = [];

  before(async () => {
    modules = [{ name: "guest", bytes: await assemble(ADDING) }];
    program = programOf(modules[0]!.bytes);
  });
  beforeEach(() => {
    [notes, threads] = [[], []];
    directory = mkdtempSync(join(tmpdir(), "replay-"));
  });
  afterEach(async () => {
    for (const replayer of replayers.splice(0)) await replayer.close();
    rmSync(directory, { recursive: true });
  });

  const started = (change: Partial<ThreadJob> = {}, more: Partial<InThreadSetup> = {}): Replayer => {
    const job: ThreadJob = {
      ...{ modules, options: { convention: "typed" }, root: bytesToHex(program.root) },
      ...{ budget: BUDGET, heights: HEIGHTS, engine: false, ...change },
    };
    const replayer = replayerInThread({
      ...{ job, note: (line) => notes.push(line), onThread: (thread) => threads.push(thread) },
      ...more,
    });
    replayers.push(replayer);
    return replayer;
  };
  /** What the chain has, and nothing resolved: nobody needs to run them to say so. */
  const unresolved = (fragments: readonly Submitted[]): Lineup => ({ ...lineupOf(program, []), fragments });

  it("computes what one in the process does, natively and not", async () => {
    const fragments = callsOf(program, "sums", [2000n, 100n]);
    for (const engine of [false, true]) {
      const own = started({ engine });
      own.follow(unresolved(fragments));
      own.want(fragments.map(({ id }) => id));
      await own.settled();
      expect(runOf(own, fragments[1]!).final.root).equal(rootAfter(program, fragments));
      const book = own.book(fragments[0]!.id);
      book.commitment([]);
      book.witness([3n, 17n]);
      await own.settled();
      expect(book.commitment([])?.finalState).equal(rootAfter(program, fragments.slice(0, 1)));
      expect(book.commitment([])?.leaf(0n)).match(/^0x/);
      expect(book.witness([3n, 17n])).match(/^0x/);
    }
    expect(notes).deep.equal([]);
  });

  it("leaves the main thread free while it replays for seconds", async () => {
    const fragments = callsOf(program, "sums", [16_000_000n]);
    const own = started();
    const delay = monitorEventLoopDelay({ resolution: 10 });
    own.follow(unresolved(fragments));
    own.want([fragments[0]!.id]);
    const begun = performance.now();
    delay.enable();
    let looks = 0;
    const look = setInterval(() => {
      // A service looks again and again while something is replayed.
      own.follow(unresolved(fragments));
      own.want([fragments[0]!.id]);
      looks++;
    }, 20);
    await own.settled();
    clearInterval(look);
    delay.disable();
    const took = performance.now() - begun;
    // Were it done in this thread, the longest delay would be all of the time, and no look be made.
    expect(took).greaterThan(500);
    expect(looks).greaterThan(took / 400);
    expect(delay.max / 1e6).lessThan(took / 3);
    expect(runOf(own, fragments[0]!).steps).greaterThan(100_000_000n);
  });

  it("goes on with what is wanted when its thread is killed", async () => {
    const fragments = callsOf(program, "sums", [2000n, 1_500_000n]);
    const own = started();
    own.follow(unresolved(fragments));
    own.want(fragments.map(({ id }) => id));
    while (own.replayed(fragments[0]!.id).phase !== "done") await own.news();
    own.book(fragments[0]!.id).commitment([]);
    await threads[0]!.terminate();
    await own.settled();
    expect(threads).length(2);
    expect(notes).deep.equal(["the replay thread is gone and starts again in 100 ms: it ended"]);
    expect(runOf(own, fragments[1]!).final.root).equal(rootAfter(program, fragments));
    expect(own.book(fragments[0]!.id).commitment([])?.root).match(/^0x/);
  });

  it("tells of a thread that runs out of memory, and starts it again and again, with longer and longer waits", async () => {
    const own = started({}, { heapMib: 8 });
    while (notes.length < 3) await new Promise((resolve) => setTimeout(resolve, 10));
    const memory = "Worker terminated due to reaching memory limit: JS heap out of memory";
    expect(notes).deep.equal(
      [100, 200, 400].map((wait) => `the replay thread is gone and starts again in ${wait} ms: ${memory}`),
    );
    expect(threads).length(3);
    await own.close();
  });

  it("refuses to compute for a Deal about another program", async () => {
    const own = started({ root: `0x${"12".repeat(32)}` });
    while (notes.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(notes[0]).match(/^the replay thread is gone.*: the program has root 0x\w+, the Deal is about 0x1212/);
    await own.close();
  });
});
