/**
 * A restart begins at the newest state on disk that no reorganisation takes back, if it is sound and
 * leads to what the chain has.
 */
import { expect } from "chai";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { replayerInProcess } from "../../../agents/replay/in-process.ts";
import type { Lineup, Replayer, Submitted } from "../../../agents/replay/replayer.ts";
import { StateFiles } from "../../../agents/store/states.ts";
import type { Program } from "../../../verifier/program/build.ts";
import { initialState } from "../../../verifier/state/program.ts";
import { textGuest } from "../../support/text-guest.ts";
import { callsOf, computationOf, counting, HEIGHTS, lineupOf, programOf, rootAfter, runOf } from "./fragments.ts";

describe("a replayer that restarts", () => {
  let program: Program;
  let fragments: Submitted[];
  let directory: string;
  let runs: number[];
  let notes: string[];

  before(async () => {
    program = programOf(await textGuest("counter"));
  });
  beforeEach(() => {
    fragments = callsOf(program, "add", [5n, 3n, 9n, 2n]);
    [runs, notes] = [[], []];
    directory = mkdtempSync(join(tmpdir(), "states-"));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  const replayer = (): Replayer => {
    const note = (line: string): number => notes.push(line);
    return replayerInProcess({
      ...{ make: counting(computationOf(program), runs), heights: HEIGHTS, note },
      older: (index) => Promise.resolve(fragments[index]!),
      store: new StateFiles({ directory, initial: initialState(program.image), report: note }),
    });
  };
  /** Looks, runs everything, ends. Gives what was run. */
  const life = async (lineup: Lineup): Promise<number[]> => {
    runs = [];
    const own = replayer();
    own.follow(lineup);
    own.want(lineup.fragments.map(({ id }) => id));
    await own.settled();
    const last = lineup.fragments.at(-1)!;
    expect(runOf(own, last).final.root).equal(rootAfter(program, [...fragments.slice(0, last.index), last]));
    await own.close();
    return runs;
  };
  const states = (): string[] => readdirSync(directory).sort();

  it("begins where the last one ended, without the fragments before", async () => {
    expect(await life(lineupOf(program, fragments, 3))).deep.equal([0, 1, 2, 3]);
    expect(states()).length(1);
    expect(states()[0]).equal(`before-3-${rootAfter(program, fragments.slice(0, 3))}.state`);
    const lineup = lineupOf(program, fragments, 3);
    expect(await life({ ...lineup, fragments: fragments.slice(3) })).deep.equal([3]);
    expect(notes).deep.equal([]);
  });

  it("reads again what the view has let go, if nothing is kept", async () => {
    const lineup = lineupOf(program, fragments, 3);
    expect(await life({ ...lineup, fragments: fragments.slice(3) })).deep.equal([0, 1, 2, 3]);
    expect(notes).deep.equal([]);
  });

  it("keeps nothing that a reorganisation could take back", async () => {
    await life({ ...lineupOf(program, fragments, 3), final: 1 });
    expect(states().map((name) => name.slice(0, 9))).deep.equal(["before-1-"]);
    // Where the chain says that less is final than it did, it is another chain, or was reorganised.
    expect(await life(lineupOf(program, fragments, 0))).deep.equal([0, 1, 2, 3]);
  });

  it("begins again with the first fragment if what is kept is damaged, and says so", async () => {
    await life(lineupOf(program, fragments, 3));
    const [name] = states();
    writeFileSync(join(directory, name!), "damaged");
    expect(await life(lineupOf(program, fragments, 3))).deep.equal([0, 1, 2, 3]);
    expect(notes).length(1);
    expect(notes[0]).match(/^the state in .*before-3-0x\w+\.state can't be used, and is removed: /);
    expect(states()).deep.equal([name]);
  });

  it("begins again with the first fragment if what is kept does not lead to the chain's head", async () => {
    const others = callsOf(program, "add", [6n, 3n, 9n, 2n]);
    await life(lineupOf(program, fragments, 3));
    fragments = others;
    expect(await life({ ...lineupOf(program, fragments, 3), fragments: fragments.slice(3) })).deep.equal([0, 1, 2, 3]);
    expect(notes).deep.equal([
      "the state that was kept does not lead to the chain's state before fragment 3: beginning again",
    ]);
    expect(await life(lineupOf(program, fragments, 3))).deep.equal([3]);
  });

  it("keeps nothing while the chain's head is not what the fragments lead to", async () => {
    const lineup = lineupOf(program, fragments, 3);
    await life({ ...lineup, head: { ...lineup.head, root: `0x${"ab".repeat(32)}` } });
    expect(states()).deep.equal([]);
    expect(notes).length(1);
  });
});
