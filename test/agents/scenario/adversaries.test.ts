import { expect } from "chai";
import { bytesToHex, type Hex, keccak256, toHex } from "viem";
import { startEmbeddedChain } from "../../../agents/stage/embedded.ts";
import { TournamentLog } from "../../../agents/chain/tournament-log.ts";
import { tournamentId } from "../../../agents/game/openings.ts";
import { verdict } from "../../../agents/game/rules.ts";
import { garbageBook } from "../../../agents/players/adversaries/garbage.ts";
import { griefer, IDLER, SELFISH } from "../../../agents/players/adversaries/habits.ts";
import { LIES, tell } from "../../../agents/players/adversaries/lies.ts";
import { DILIGENT, type Habits, type Seat } from "../../../agents/players/decide.ts";
import { historyBook } from "../../../agents/players/history-book.ts";
import { nextDeadline } from "../../../agents/stage/deadline.ts";
import { deploy } from "../../../agents/stage/deploy.ts";
import { openWithoutDeal } from "../../../agents/stage/opening.ts";
import { begin } from "../../../verifier/program/fragment.ts";
import { takeTurns } from "../../../agents/stage/turns.ts";
import { play } from "../../../agents/validator/player.ts";
import { Trace } from "../../../verifier/history/trace.ts";
import { interpreterExecutor as executor } from "../../../verifier/interpreter/execute.ts";
import { buildProgram } from "../../../verifier/program/build.ts";
import { parseTransactions } from "../../../verifier/program/transactions-file.ts";
import { encodeTransactions } from "../../../verifier/program/transactions.ts";
import type { State } from "../../../verifier/state/state.ts";
import { stateRoot } from "../../../verifier/state/state.ts";
import { assemble, SUMS } from "../guests.ts";

const SALT: Hex = `0x${"31".repeat(32)}`;
const LIE_AT = 9_000n;

/**
 * Lets an honest player meet adversaries on a real chain, and tells what became of them.
 *
 * @param forgetful - the honest player is killed after every action and begins again from the
 *   chain's logs and its own replay
 */
async function meet(
  adversaries: (setting: Setting) => Seat[],
  { forgetful = false, heights: asked }: Options = {},
): Promise<Ending> {
  const program = buildProgram([{ name: "guest", bytes: await assemble(SUMS) }], { convention: "typed" });
  const input = encodeTransactions(parseTransactions(JSON.stringify([{ export: "sums", args: [1000] }]), program));
  const initial = begin(program, input, 1n << 40n);
  const embedded = await startEmbeddedChain();
  try {
    const deployment = await deploy(embedded, asked);
    const { tournaments } = deployment;
    const { heights, period } = tournaments.params;
    const [, opener = "0x", owner = "0x", ...accounts] = embedded.accounts;
    const claim = keccak256(toHex("claim"));
    const tournament = tournamentId(opener, claim);
    const truth = new Trace(initial, heights, { executor });
    const honest: Seat = { owner, tournament, book: historyBook(truth), habits: DILIGENT, salt: SALT };
    await openWithoutDeal(
      embedded.chain,
      deployment,
      { opener, claim, initial: bytesToHex(stateRoot(initial)) },
      honest,
    );
    const others = adversaries({ initial, heights, tournament, accounts });
    const agents = others.map((seat) => ({ poll: () => play(embedded.chain, tournaments, seat) }));
    agents.push({
      poll: async () => {
        if (!forgetful) return play(embedded.chain, tournaments, honest);
        const log = await TournamentLog.follow(embedded.chain, tournaments.address);
        return play(embedded.chain, log, { ...honest, book: historyBook(new Trace(initial, heights, { executor })) });
      },
    });
    await takeTurns(embedded, agents, async (now) => nextDeadline(await tournaments.state(), undefined, period, now));
    const game = await tournaments.state();
    const { winner } = verdict(game, tournament, await embedded.chain.now());
    const honestRoot = (await honest.book.commitment([])).root;
    return {
      honestWon: winner?.root === honestRoot,
      joined: game.tournaments.get(tournament)?.commitments.size ?? 0,
      levels: 1 + Math.max(...[...game.tournaments.values()].map(({ level }) => level)),
      steps: [...game.matches.values()].filter(({ id, phase, height }) => {
        return phase === "done" && height === 0 && !game.tournaments.has(id);
      }).length,
    };
  } finally {
    await embedded.close();
  }
}

interface Options {
  readonly forgetful?: boolean;
  /** Those of deploy/parameters/local.json by default. */
  readonly heights?: readonly number[];
}

interface Ending {
  readonly honestWon: boolean;
  /** Commitments in the root tournament. */
  readonly joined: number;
  /** Levels at which there was a tournament. */
  readonly levels: number;
  /** Steps that were executed on chain. */
  readonly steps: number;
}

interface Setting {
  readonly initial: State;
  readonly heights: readonly number[];
  readonly tournament: Hex;
  readonly accounts: readonly Hex[];
}

const liar =
  (mutate: (state: State) => State, habits: Habits) =>
  ({ initial, heights, tournament, accounts }: Setting): Seat[] => {
    const trace = new Trace(initial, heights, { executor, faults: [{ step: LIE_AT, mutate }] });
    return [{ owner: accounts[0] ?? "0x", tournament, book: historyBook(trace), habits, salt: SALT }];
  };

describe("an honest player on a real chain", () => {
  for (const lie of LIES) {
    it(`defeats a liar about the ${lie}`, async () => {
      expect(await meet(liar((state) => tell(lie, state), SELFISH))).include({ honestWon: true, joined: 2 });
    });
  }

  it("wins although it is killed after every action", async () => {
    const liars = liar((state) => tell("memory", state), SELFISH);
    expect(await meet(liars, { forgetful: true })).include({ honestWon: true, joined: 2 });
  });

  for (const heights of [[42], [30, 6, 6], [30, 3, 3, 6]]) {
    it(`comes down to one step at heights ${heights.join(", ")}, whoever it is that plays against it`, async () => {
      const crowd = (setting: Setting): Seat[] => {
        const [first = "0x", second = "0x"] = setting.accounts;
        return [
          ...liar((state) => tell("memory", state), SELFISH)(setting),
          ...griefer(first, setting.tournament, 1, setting.heights),
          ...griefer(second, setting.tournament, 1, setting.heights, IDLER),
        ];
      };
      const { length } = heights;
      const alone = await meet(
        liar((state) => tell("memory", state), SELFISH),
        { heights },
      );
      expect(alone).deep.equal({ honestWon: true, joined: 2, levels: length, steps: 1 });
      expect(await meet(crowd, { heights })).include({ honestWon: true, joined: 4, levels: length });
    });
  }

  it("defeats an idler", async () => {
    expect(await meet(liar((state) => tell("memory", state), IDLER))).include({ honestWon: true, joined: 2 });
  });

  it("defeats one that commits to garbage", async () => {
    const garbage = ({ heights, tournament, accounts }: Setting): Seat[] => [
      { owner: accounts[0] ?? "0x", tournament, book: garbageBook("g", heights), habits: SELFISH, salt: SALT },
    ];
    expect(await meet(garbage)).include({ honestWon: true, joined: 2 });
  });

  it("defeats a griefer with many commitments, playing and idle", async () => {
    const griefers = ({ heights, tournament, accounts }: Setting): Seat[] => [
      ...griefer(accounts[0] ?? "0x", tournament, 3, heights),
      ...griefer(accounts[1] ?? "0x", tournament, 2, heights, IDLER),
    ];
    expect(await meet(griefers)).include({ honestWon: true, joined: 6 });
  });
});
