/**
 * A replayer tells what is known and makes nobody wait: runs are those of the fragments that the
 * chain has, in the order of their urgency.
 */
import { expect } from "chai";
import { keccak256 } from "viem";
import { replayerInProcess } from "../../../agents/replay/in-process.ts";
import type { Replayer, RunFacts, Submitted } from "../../../agents/replay/replayer.ts";
import type { Program } from "../../../verifier/program/build.ts";
import { ADDING, assemble, STILLBORN } from "../guests.ts";
import { textGuest } from "../../support/text-guest.ts";
import { callsOf, computationOf, counting, HEIGHTS, lineupOf, programOf, rootAfter, runOf } from "./fragments.ts";

describe("a replayer", () => {
  let counter: Program;
  let sums: Program;
  let stillborn: Program;
  let runs: number[];
  let notes: string[];
  let told: RunFacts[];
  const replayers: Replayer[] = [];

  before(async () => {
    counter = programOf(await textGuest("counter"));
    sums = programOf(await assemble(ADDING));
    stillborn = programOf(await assemble(STILLBORN));
  });
  beforeEach(() => ([runs, notes, told] = [[], [], []]));
  afterEach(async () => {
    for (const replayer of replayers.splice(0)) await replayer.close();
  });

  const replayerFor = (program: Program, older?: (index: number) => Promise<Submitted>): Replayer => {
    const make = counting(computationOf(program), runs);
    const hears = { note: (line: string) => notes.push(line), onRun: (run: RunFacts) => told.push(run) };
    const replayer = replayerInProcess({ make, heights: HEIGHTS, older, ...hears });
    replayers.push(replayer);
    return replayer;
  };
  const idsOf = (fragments: readonly Submitted[]): Submitted["id"][] => fragments.map(({ id }) => id);

  it("runs each fragment once, from where the one before ended", async () => {
    const own = replayerFor(counter);
    const fragments = callsOf(counter, "add", [5n, 3n, 9n]);
    own.follow(lineupOf(counter, fragments));
    expect(own.replayed(fragments[0]!.id)).deep.equal({ phase: "waiting" });
    own.want(idsOf(fragments.slice(0, 2)));
    await own.settled();
    own.want(idsOf(fragments.slice(0, 2)));
    await own.settled();
    expect(runs).deep.equal([0, 1]);
    const [first, second] = [runOf(own, fragments[0]!), runOf(own, fragments[1]!)];
    expect(told).deep.equal([first, second]);
    expect(second.before).deep.equal(first.final);
    expect(second.final.root).equal(rootAfter(counter, fragments.slice(0, 2)));
    expect(keccak256(second.final.record)).equal(second.final.root);
    expect(second).include({ index: 1, yields: true });
    expect(own.replayed(fragments[2]!.id)).deep.equal({ phase: "waiting" });
  });

  it("drops what stands on a fragment that the chain has replaced, and runs the new ones", async () => {
    const own = replayerFor(counter);
    const [first, ...old] = callsOf(counter, "add", [5n, 3n, 1n]);
    const [second, third] = [callsOf(counter, "add", [10n], 1)[0]!, old[1]!];
    own.follow(lineupOf(counter, [first!, ...old]));
    own.want(idsOf([first!, ...old]));
    await own.settled();
    const before = runOf(own, third).before.root;

    own.follow(lineupOf(counter, [first!, second, third]));
    expect(own.replayed(first!.id).phase).equal("done");
    expect(own.replayed(old[0]!.id).phase).equal("waiting");
    expect(own.replayed(third.id).phase).equal("waiting");
    own.want(idsOf([first!, second, third]));
    await own.settled();
    expect(runs).deep.equal([0, 1, 2, 1, 2]);
    expect(runOf(own, third).before.root).not.equal(before);
    expect(runOf(own, third).final.root).equal(rootAfter(counter, [first!, second, third]));
  });

  it("needs no second run of what a reorganisation takes out and brings back", async () => {
    const own = replayerFor(counter);
    const fragments = callsOf(counter, "add", [5n, 3n, 1n]);
    for (const shown of [fragments, fragments.slice(0, 1), fragments]) {
      own.follow(lineupOf(counter, shown));
      own.want(idsOf(shown));
      await own.settled();
      expect(shown.map(({ id }) => own.replayed(id).phase)).deep.equal(shown.map(() => "done"));
    }
    expect(runs).deep.equal([0, 1, 2]);
    expect(runOf(own, fragments[2]!).final.root).equal(rootAfter(counter, fragments));
  });

  it("forgets a run that is replaced while it is under way", async () => {
    const own = replayerFor(sums);
    const [old, now] = [callsOf(sums, "sums", [4_000_000n]), callsOf(sums, "sums", [7n])];
    own.follow(lineupOf(sums, []));
    own.follow({ ...lineupOf(sums, []), fragments: old });
    own.want(idsOf(old));
    await until(() => runs.length === 1);
    own.follow(lineupOf(sums, now));
    own.want(idsOf(now));
    await own.settled();
    expect(runOf(own, now[0]!).final.root).equal(rootAfter(sums, now));
  });

  it("tells of bytes that are not those that were submitted, and takes the right ones later", async () => {
    const own = replayerFor(counter);
    const [right, other] = [callsOf(counter, "add", [5n])[0]!, callsOf(counter, "add", [6n])[0]!];
    own.follow({ ...lineupOf(counter, []), fragments: [{ ...right, input: other.input }] });
    own.want([right.id]);
    await own.settled();
    const failed = own.replayed(right.id);
    expect(failed).include({ phase: "failed" });
    expect(JSON.stringify(failed)).match(/the \d+ bytes of fragment 0 have root 0x\w+, but 0x\w+ was submitted/);
    expect(notes).length(1);
    expect(runs).deep.equal([]);

    own.follow(lineupOf(counter, [right]));
    own.want([right.id]);
    await until(() => own.replayed(right.id).phase === "done");
    expect(runs).deep.equal([0]);
  });

  it("tries a fragment again that can't be had, and tells once why", async () => {
    let asked = 0;
    const [first, second] = callsOf(counter, "add", [5n, 3n]);
    const own = replayerFor(counter, () => {
      asked++;
      return asked === 1 ? Promise.reject(new Error("the endpoint is away")) : Promise.resolve(first!);
    });
    own.follow({ ...lineupOf(counter, [first!, second!], 1), fragments: [second!] });
    own.want([second!.id]);
    await own.settled();
    expect(notes).deep.equal(["fragment 0 can't be run: the endpoint is away"]);
    await until(() => own.replayed(second!.id).phase === "done");
    expect(asked).equal(2);
    expect(runs).deep.equal([0, 1]);
  });

  it("stops where the program ends", async () => {
    const own = replayerFor(stillborn);
    const fragments = callsOf(stillborn, "sums", [5n, 3n]);
    own.follow(lineupOf(stillborn, fragments));
    own.want(idsOf(fragments));
    await own.settled();
    expect(runOf(own, fragments[0]!).yields).equal(false);
    expect(own.replayed(fragments[1]!.id)).deep.equal({ phase: "ended" });
    expect(runs).deep.equal([0]);
  });

  it("runs nothing that is not wanted any more", async () => {
    const own = replayerFor(sums);
    const fragments = callsOf(sums, "sums", [4_000_000n, 5n]);
    own.follow({ ...lineupOf(sums, []), fragments });
    own.want(idsOf(fragments));
    await until(() => runs.length === 1);
    own.want([]);
    await own.settled();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(own.replayed(fragments[0]!.id).phase).equal("waiting");
    expect(runs).deep.equal([0]);
  });

  it("lets go what is final, and says nothing of it", async () => {
    const own = replayerFor(counter);
    const fragments = callsOf(
      counter,
      "add",
      Array.from({ length: 30 }, (_, i) => BigInt(i)),
    );
    own.follow(lineupOf(counter, fragments));
    own.want(idsOf(fragments));
    await own.settled();
    own.follow(lineupOf(counter, fragments, 29));
    expect(own.replayed(fragments[0]!.id).phase).equal("waiting");
    expect(own.replayed(fragments[29]!.id).phase).equal("done");
    expect(own.book(fragments[29]!.id).commitment([])).equal(undefined);
    await own.settled();
    expect(own.book(fragments[29]!.id).commitment([])?.finalState).equal(rootAfter(counter, fragments));
    expect(runs).length(30);
    expect(notes).deep.equal([]);
  });

  it("tells when the chain's head is not what the fragments lead to", async () => {
    const own = replayerFor(counter);
    const fragments = callsOf(counter, "add", [5n, 3n]);
    const lineup = lineupOf(counter, fragments, 1);
    for (let look = 0; look < 2; look++) {
      own.follow({ ...lineup, head: { index: 1, root: `0x${"ab".repeat(32)}` } });
      own.want(idsOf(fragments));
      await own.settled();
    }
    expect(notes).length(1);
    expect(notes[0]).match(/^the chain has 0xabab.* before fragment 1, its fragments lead to 0x/);
  });
});

/** Waits for what comes about by itself. */
async function until(condition: () => boolean): Promise<void> {
  for (const begun = Date.now(); !condition();) {
    if (Date.now() - begun > 20_000) throw new Error("it did not come about in 20 s");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
