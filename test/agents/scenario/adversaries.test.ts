import { expect } from "chai";
import { bytesToHex, type Hex, keccak256, toHex } from "viem";
import { startEmbeddedChain } from "../../../agents/stage/embedded.ts";
import { TournamentLog } from "../../../agents/chain/tournament-log.ts";
import { tournamentId } from "../../../agents/game/openings.ts";
import { verdict } from "../../../agents/game/rules.ts";
import { garbageBook } from "../../../agents/players/adversaries/garbage.ts";
import { griefer } from "../../../agents/players/adversaries/griefer.ts";
import { LIES, tell } from "../../../agents/players/adversaries/lies.ts";
import { adversary, ADVERSARIES, LIAR, type Strategy } from "../../../agents/players/adversaries/registry.ts";
import type { Seat } from "../../../agents/players/decide.ts";
import { HistoryBook } from "../../../agents/players/history-book.ts";
import { nextDeadline } from "../../../agents/stage/deadline.ts";
import { deploy } from "../../../agents/stage/deploy.ts";
import { openWithoutDeal } from "../../../agents/stage/opening.ts";
import { begin } from "../../../verifier/program/fragment.ts";
import { StageOutbox } from "../../../agents/stage/outbox.ts";
import { type Agent, insist, takeTurns } from "../../../agents/stage/turns.ts";
import { Player } from "../../../agents/validator/player.ts";
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
  adversaries: (setting: Setting) => Opponent[],
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
    const book = new HistoryBook(truth);
    book.commitment([]);
    await book.settled();
    const honest: Seat = { owner, tournament, book, salt: SALT };
    await openWithoutDeal(
      embedded.chain,
      deployment,
      { opener, claim, initial: bytesToHex(stateRoot(initial)) },
      honest,
    );
    const others = adversaries({ initial, heights, tournament, accounts });
    const { chain } = embedded;
    const outbox = new StageOutbox(chain);
    const agents = others.map(({ seat, strategy, settled }): Agent => {
      const player = new Player({ chain, tournaments, seat, outbox, twist: strategy.twist });
      return { look: () => player.look(), ...(settled && { settled }) };
    });
    let own = book;
    const validator: Agent = {
      async look() {
        if (!forgetful) return new Player({ chain, tournaments, seat: honest, outbox }).look();
        const log = await TournamentLog.follow(chain, tournaments.address);
        const look = await new Player({ chain, tournaments: log, seat: { ...honest, book: own }, outbox }).look();
        if (look.sent > 0) own = new HistoryBook(new Trace(initial, heights, { executor }));
        return look;
      },
      settled: () => own.settled(),
    };
    agents.push(validator);
    const lead = Math.max(0, ...others.map(({ strategy }) => strategy.lead));
    await takeTurns(
      embedded,
      agents,
      async (now) => nextDeadline(await tournaments.state(), undefined, period, now, lead),
      (look, agent) => {
        if (agent === validator) insist(look);
      },
    );
    const game = await tournaments.state();
    const { winner } = verdict(game, tournament, await embedded.chain.now());
    const honestRoot = book.commitment([])?.root;
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

interface Opponent {
  readonly seat: Seat;
  readonly strategy: Strategy;
  readonly settled?: () => Promise<boolean>;
}

const IDLER = adversary("idler");

const liar =
  (mutate: (state: State) => State, strategy: Strategy) =>
  ({ initial, heights, tournament, accounts }: Setting): Opponent[] => {
    const faults = strategy.belief === "lie" ? [{ step: LIE_AT, mutate }] : [];
    const book = new HistoryBook(new Trace(initial, heights, { executor, faults }));
    const seat = { owner: accounts[0] ?? "0x", tournament, book, salt: SALT };
    return [{ seat, strategy, settled: () => book.settled() }];
  };

const griefers = (owner: Hex | undefined, count: number, strategy: Strategy, { tournament, heights }: Setting) =>
  griefer(owner ?? "0x", tournament, count, heights).map((seat): Opponent => ({ seat, strategy }));

describe("an honest player on a real chain", () => {
  for (const lie of LIES) {
    it(`defeats a liar about the ${lie}`, async () => {
      expect(await meet(liar((state) => tell(lie, state), LIAR))).include({ honestWon: true, joined: 2 });
    });
  }

  it("wins although it is killed after every action", async () => {
    const liars = liar((state) => tell("memory", state), LIAR);
    expect(await meet(liars, { forgetful: true })).include({ honestWon: true, joined: 2 });
  });

  for (const heights of [[42], [30, 6, 6], [30, 3, 3, 6]]) {
    it(`comes down to one step at heights ${heights.join(", ")}, whoever it is that plays against it`, async () => {
      const crowd = (setting: Setting): Opponent[] => {
        const [first, second] = setting.accounts;
        return [
          ...liar((state) => tell("memory", state), LIAR)(setting),
          ...griefers(first, 1, LIAR, setting),
          ...griefers(second, 1, IDLER, setting),
        ];
      };
      const { length } = heights;
      const alone = await meet(
        liar((state) => tell("memory", state), LIAR),
        { heights },
      );
      expect(alone).deep.equal({ honestWon: true, joined: 2, levels: length, steps: 1 });
      expect(await meet(crowd, { heights })).include({ honestWon: true, joined: 4, levels: length });
    });
  }

  for (const name of ADVERSARIES.filter((other) => adversary(other).belief === "lie")) {
    it(`defeats the adversary ${name}`, async () => {
      const ending = await meet(liar((state) => tell("memory", state), adversary(name)));
      expect(ending).include({ honestWon: true, joined: 2 });
    });
  }

  it("lets nobody gain by copying its commitment", async () => {
    const ending = await meet(liar((state) => tell("memory", state), adversary("front-runner")));
    expect(ending).include({ honestWon: true, joined: 1 });
  });

  it("defeats one that commits to garbage", async () => {
    const garbage = ({ heights, tournament, accounts }: Setting): Opponent[] => {
      const seat = { owner: accounts[0] ?? "0x", tournament, book: garbageBook("g", heights), salt: SALT } as const;
      return [{ seat, strategy: adversary("garbage") }];
    };
    expect(await meet(garbage)).include({ honestWon: true, joined: 2 });
  });

  it("defeats a griefer with many commitments, playing and idle", async () => {
    const crowd = (setting: Setting): Opponent[] => [
      ...griefers(setting.accounts[0], 3, LIAR, setting),
      ...griefers(setting.accounts[1], 2, IDLER, setting),
    ];
    expect(await meet(crowd)).include({ honestWon: true, joined: 6 });
  });
});
