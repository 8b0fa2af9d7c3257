/**
 * A replayer's books say what the history says, once it is computed, and what a dispute waits for is
 * computed before anything else.
 */
import { expect } from "chai";
import { bytesToHex } from "viem";
import type { MakeComputation } from "../../../agents/replay/computation.ts";
import { replayerInProcess } from "../../../agents/replay/in-process.ts";
import type { Replayer, Submitted } from "../../../agents/replay/replayer.ts";
import { interpreterExecutor } from "../../../verifier/interpreter/execute.ts";
import { stepOf } from "../../../verifier/history/game-levels.ts";
import { Trace } from "../../../verifier/history/trace.ts";
import type { Program } from "../../../verifier/program/build.ts";
import { prove } from "../../../verifier/proof/witness.ts";
import { initialState, load } from "../../../verifier/state/program.ts";
import { ADDING, assemble } from "../guests.ts";
import { BUDGET, callsOf, computationOf, counting, HEIGHTS, lineupOf, programOf, runOf } from "./fragments.ts";

describe("a replayer's book", () => {
  let program: Program;
  let runs: number[];
  let notes: string[];
  const replayers: Replayer[] = [];

  before(async () => {
    program = programOf(await assemble(ADDING));
  });
  beforeEach(() => ([runs, notes] = [[], []]));
  afterEach(async () => {
    for (const replayer of replayers.splice(0)) await replayer.close();
  });

  /** A replayer that has run the first of some fragments. */
  const begun = async (
    fragments: readonly Submitted[],
    heights = HEIGHTS,
    make: MakeComputation = computationOf(program, { heights }),
  ): Promise<Replayer> => {
    const replayer = replayerInProcess({ make: counting(make, runs), heights, note: (line) => notes.push(line) });
    replayers.push(replayer);
    replayer.follow({ ...lineupOf(program, []), fragments });
    replayer.want([fragments[0]!.id]);
    await replayer.settled();
    return replayer;
  };
  const traceOf = ({ input }: Submitted, heights = HEIGHTS): Trace =>
    new Trace(load(initialState(program.image), input, BUDGET), heights, { executor: interpreterExecutor });

  it("has the history's commitments and witnesses at every level, a look after they are asked for", async () => {
    const fragments = callsOf(program, "sums", [2000n]);
    const own = await begun(fragments);
    const trace = traceOf(fragments[0]!);
    const book = own.book(fragments[0]!.id);
    const paths = [[], [0n], [3n], [5n]];
    for (const path of paths) expect(book.commitment(path)).equal(undefined);
    expect(book.witness([3n, 17n])).equal(undefined);
    await own.settled();

    for (const path of paths) {
      const [known, truth] = [book.commitment(path), await trace.commitment(path.length, stepOf(HEIGHTS, path))];
      expect(known?.root).equal(bytesToHex(truth.root));
      expect(known?.finalState).equal(bytesToHex(truth.final));
      const { height } = truth;
      expect(known?.children(height, 0n)).deep.equal(truth.children(height, 0n).map((node) => bytesToHex(node)));
      for (const index of [0n, 5n, (1n << BigInt(height)) - 1n]) {
        expect(known?.leaf(index)).equal(bytesToHex(truth.leaf(index)));
        expect(known?.proof(index, height)).deep.equal(truth.proof(index).map((node) => bytesToHex(node)));
      }
    }
    const step = stepOf(HEIGHTS, [3n, 17n]);
    expect(book.witness([3n, 17n])).equal(bytesToHex(prove(trace.stateAt(step)).witness));
    expect(notes).deep.equal([]);
  });

  it("has the leaves of a tall commitment, which keeps none, when they are asked for", async () => {
    const heights = [30];
    const fragments = callsOf(program, "sums", [3500n]);
    const own = await begun(fragments, heights);
    const truth = await traceOf(fragments[0]!, heights).commitment(0, 0n);
    expect(truth.parts.lowest).greaterThan(0);
    const book = own.book(fragments[0]!.id);
    book.commitment([]);
    await own.settled();
    const known = book.commitment([])!;
    expect(known.root).equal(bytesToHex(truth.root));
    expect(known.children(30, 0n)).deep.equal(truth.children(30, 0n).map((node) => bytesToHex(node)));
    const last = BigInt(truth.distinct - 2);
    const asks = [
      (): unknown => known.leaf(9000n),
      (): unknown => known.proof(9000n, 30),
      (): unknown => known.children(3, 1200n),
      (): unknown => known.leaf(last),
    ];
    expect(asks.map((ask) => ask())).deep.equal(asks.map(() => undefined));
    await own.settled();
    expect(known.leaf(9000n)).equal(bytesToHex(truth.leaf(9000n)));
    expect(known.proof(9000n, 30)).deep.equal(truth.proof(9000n).map((node) => bytesToHex(node)));
    expect(known.children(3, 1200n)).deep.equal(truth.children(3, 1200n).map((node) => bytesToHex(node)));
    expect(known.leaf(last)).equal(bytesToHex(truth.leaf(last)));
  });

  it("is asked before any fragment is run, also in the middle of a run, which then goes on", async () => {
    const fragments = callsOf(program, "sums", [2000n, 6_000_000n]);
    const own = await begun(fragments);
    own.want(fragments.map(({ id }) => id));
    while (runs.length < 2) await new Promise((resolve) => setImmediate(resolve));
    own.book(fragments[0]!.id).commitment([]);
    await own.news();
    expect(own.book(fragments[0]!.id).commitment([])).not.equal(undefined);
    expect(own.replayed(fragments[1]!.id).phase).equal("waiting");
    await own.settled();
    expect(runOf(own, fragments[1]!).steps).greaterThan(50_000_000n);
    expect(runs).deep.equal([0, 1]);
  });

  it("computes what no look asks for any more no further", async () => {
    let finished = 0;
    const fragments = callsOf(program, "sums", [3000n]);
    const make: MakeComputation = (pause) => {
      const computation = computationOf(program, { heights: [12, 18] })(pause);
      return {
        ...computation,
        history(run, index) {
          const trace = computation.history(run, index);
          const commit = trace.commitment.bind(trace);
          trace.commitment = async (level, start) => {
            const made = await commit(level, start);
            finished++;
            return made;
          };
          return trace;
        },
      };
    };
    const own = await begun(fragments, [12, 18], make);
    const lineup = { ...lineupOf(program, []), fragments };
    own.book(fragments[0]!.id).commitment([0n]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    own.follow(lineup);
    own.follow(lineup);
    await own.settled();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(finished).equal(0);

    own.book(fragments[0]!.id).commitment([0n]);
    await own.settled();
    expect(own.book(fragments[0]!.id).commitment([0n])?.root).match(/^0x/);
    expect(finished).equal(1);
  });

  it("tells once why a commitment can't be computed, and has it later if it can", async () => {
    let fails = true;
    const fragments = callsOf(program, "sums", [2000n]);
    const make: MakeComputation = (pause) => {
      const computation = computationOf(program)(pause);
      return {
        ...computation,
        history(run, index) {
          if (fails) throw new Error("no room");
          return computation.history(run, index);
        },
      };
    };
    const own = await begun(fragments, HEIGHTS, make);
    const book = own.book(fragments[0]!.id);
    for (let look = 0; look < 3; look++) {
      own.follow({ ...lineupOf(program, []), fragments });
      expect(book.commitment([])).equal(undefined);
      await own.settled();
    }
    expect(notes).deep.equal(["a commitment of fragment 0 can't be computed: no room"]);
    fails = false;
    await own.news();
    expect(book.commitment([])?.root).match(/^0x/);
  });
});
