/** Whole disputes on a real node, with the real outbox, and a restart before every look. */
import { expect } from "chai";
import { type Hex, keccak256, toHex } from "viem";
import { localTestAccount } from "../../../agents/chain/accounts/local-test.ts";
import { DealLog } from "../../../agents/chain/deal-log.ts";
import { TournamentLog } from "../../../agents/chain/tournament-log.ts";
import { LIAR } from "../../../agents/players/adversaries/registry.ts";
import { honestComputation } from "../../../agents/replay/computation.ts";
import { replayerInProcess } from "../../../agents/replay/in-process.ts";
import { Liar } from "../../../agents/scenario/liar.ts";
import { BUDGET } from "../../../agents/stage/deal.ts";
import { nextDeadline } from "../../../agents/stage/deadline.ts";
import { StageOutbox } from "../../../agents/stage/outbox.ts";
import { Intents, type Mined } from "../../../agents/store/intents.ts";
import { saltsOf } from "../../../agents/store/secret.ts";
import { openStore } from "../../../agents/store/store.ts";
import { Validator } from "../../../agents/validator/validator.ts";
import { interpreterExecutor } from "../../../verifier/interpreter/execute.ts";
import { startAnvil, type TestNode } from "../../support/nodes.ts";
import { textGuest } from "../../support/text-guest.ts";
import { temporaryFolder } from "../cli/temporary-folder.ts";
import { type End, mortalSender } from "../chain/sender/mortal.ts";
import { DealWorld } from "../replay/deal-world.ts";
import { callsOf, programOf } from "../replay/fragments.ts";

/** The validator's place among the node's accounts. */
const PLACE = 3;

/** Looks without a block before the clock is moved on: somebody may end in each of them. */
const PATIENCE = 8;

/** More than any dispute of this test takes. */
const MOST_LOOKS = 300;

const END = "the end of this process";

function die(): never {
  throw new Error(END);
}

describe("a validator on anvil", () => {
  const folder = temporaryFolder();
  let node: TestNode;
  beforeEach(async () => {
    node = await startAnvil();
  });
  afterEach(() => node.close());

  it("wins a dispute through the real outbox, although it ends after every look", () => dispute(() => undefined));

  // Each of its looks has some of these effects: notes, signatures, writes, transactions.
  it("wins although it ends in the midst of its looks, each time at another effect", () =>
    dispute((looks) => ({ effect: 1 + (looks % 7), when: looks % 2 === 0 ? "before" : "after", die })));

  async function dispute(endOf: (looks: number) => End | undefined): Promise<void> {
    const program = programOf(await textGuest("counter"));
    const inputs = callsOf(program, "add", [5n]).map(({ input }) => input);
    const world = await DealWorld.on(node, folder, program, inputs);
    const { chain, roles } = world;
    const { heights, period } = (await TournamentLog.follow(chain, world.tournament)).params;
    const chainId = await chain.reader.getChainId();
    const executor = interpreterExecutor;

    const liar = new Liar({
      ...{ chain, deal: new DealLog(chain, world.deal.address), self: roles.workers[0]!, worth: 1n, wish: {} },
      tournaments: await TournamentLog.follow(chain, world.tournament),
      ...{ outbox: new StageOutbox(chain), saltOf: (): Hex => keccak256(toHex("salt")), strategy: LIAR },
      means: { image: program.image, executor, budget: BUDGET, heights },
      onPlan: () => undefined,
    });

    const account = localTestAccount(PLACE, chainId);
    expect(account.address.toLowerCase()).equal(roles.validator);
    using store = openStore(":memory:", {
      ...{ chainId, genesis: "0x00", deal: world.deal.address, account: account.address },
    });
    const journal = new Intents(store);
    const make = honestComputation({ image: program.image, executor, budget: BUDGET, heights });
    const replayer = replayerInProcess({ make, heights });
    const deal = new DealLog(chain, world.deal.address);
    const tournaments = await TournamentLog.follow(chain, world.tournament);
    const failures: string[] = [];
    const look = async (end: End | undefined): Promise<void> => {
      const outbox = mortalSender(node.url, chain.reader, chainId, journal, { effects: 0 }, end, account);
      const given = { chain, self: roles.validator, deal, tournaments, replayer, outbox };
      const found = await new Validator({ ...given, saltOf: saltsOf(store) }).look();
      for (const { cause } of found.failures) if (!String(cause).includes(END)) failures.push(String(cause));
      failures.push(...found.problems.map(String));
      await replayer.settled();
    };

    try {
      const before = await chain.reader.getBalance({ address: account.address });
      let quiet = 0;
      for (let looks = 0; looks < MOST_LOOKS; looks++) {
        const height = await chain.reader.getBlockNumber();
        await liar.look();
        await liar.settled();
        await look(endOf(looks));
        const { claims } = await deal.view();
        const { credits } = await tournaments.state();
        const [claim] = claims.values();
        if (claim?.phase === "struck" && !credits.has(roles.validator)) break;
        quiet = (await chain.reader.getBlockNumber()) > height ? 0 : quiet + 1;
        const now = await chain.now();
        const deadline = nextDeadline(await tournaments.state(), await deal.view(), period, now, 0);
        const jump = quiet < PATIENCE || deadline === undefined ? 1 : Math.max(1, deadline - now);
        await node.request("evm_increaseTime", [jump]);
        await node.request("evm_mine");
        if (jump > 1) quiet = 0;
      }
      expect(failures).deep.equal([]);
      const [claim] = (await deal.view()).claims.values();
      expect(claim?.phase).equal("struck");
      const flights = journal.flights();
      const mined: { key: string | undefined; mined: Mined }[] = [
        ...journal.receipts().map(({ key, ...one }) => ({ key, mined: one })),
        ...flights.flatMap(({ cargo: { key }, mined: one }) => (one === undefined ? [] : [{ key, mined: one }])),
      ];
      expect(mined.every(({ mined: { success } }) => success)).equal(true);
      const keys = mined.map(({ key }) => key?.split(" ")[0]);
      expect(keys).include.members(["announce", "challenge", "move", "withdraw"]);
      const once = mined.map(({ key }) => key).filter((key) => key?.startsWith("withdraw") === false);
      expect(new Set(once).size).equal(once.length);
      // Its bonds came back, with the loser's.
      expect(await chain.reader.getBalance({ address: account.address })).greaterThan(before);
    } finally {
      await replayer.close();
    }
  }
});
