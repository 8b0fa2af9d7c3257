/** The real contracts, and a validator whose money lies in the tournaments when it needs it. */
import { expect } from "chai";
import { bytesToHex, type Hex, keccak256, parseEther, toHex } from "viem";
import { dealCall } from "../../../agents/chain/calls.ts";
import type { Chain } from "../../../agents/chain/chain.ts";
import { DealLog } from "../../../agents/chain/deal-log.ts";
import { tournamentId } from "../../../agents/game/openings.ts";
import { garbageBook } from "../../../agents/players/adversaries/garbage.ts";
import { honestComputation } from "../../../agents/replay/computation.ts";
import { replayerInProcess } from "../../../agents/replay/in-process.ts";
import { News } from "../../../agents/replay/news.ts";
import { BUDGET, makeDeal } from "../../../agents/stage/deal.ts";
import { nextDeadline } from "../../../agents/stage/deadline.ts";
import { deploy } from "../../../agents/stage/deploy.ts";
import { startEmbeddedChain } from "../../../agents/stage/embedded.ts";
import { openWithoutDeal } from "../../../agents/stage/opening.ts";
import { StageOutbox } from "../../../agents/stage/outbox.ts";
import { takeTurns } from "../../../agents/stage/turns.ts";
import { Validator } from "../../../agents/validator/validator.ts";
import { interpreterExecutor as executor } from "../../../verifier/interpreter/execute.ts";
import { buildProgram } from "../../../verifier/program/build.ts";
import { runFragment } from "../../../verifier/program/fragment.ts";
import { parseTransactions } from "../../../verifier/program/transactions-file.ts";
import { encodeTransactions } from "../../../verifier/program/transactions.ts";
import { initialState } from "../../../verifier/state/program.ts";
import { recordBytes, stateRoot } from "../../../verifier/state/state.ts";
import { assemble, SUMS } from "../guests.ts";

const SALT: Hex = `0x${"31".repeat(32)}`;

/** Counts the requests that something makes. */
async function requestsOf(chain: Chain, action: () => Promise<unknown>): Promise<number> {
  const { request } = chain.reader;
  let count = 0;
  chain.reader.request = ((args: never) => {
    count++;
    return request(args);
  }) as typeof request;
  await action();
  chain.reader.request = request;
  return count;
}

describe("a solvent validator whose wallet can't pay the next bond", () => {
  it("withdraws first, challenges the false claim, and asks for nothing more when it is settled", async () => {
    const program = buildProgram([{ name: "guest", bytes: await assemble(SUMS) }], { convention: "typed" });
    const input = encodeTransactions(parseTransactions(JSON.stringify([{ export: "sums", args: [9] }]), program));
    const embedded = await startEmbeddedChain();
    const { chain, connection, accounts } = embedded;
    const [, customer, sequencer, self, liar, opener] = accounts;
    if (!customer || !sequencer || !self || !liar || !opener) expect.fail("too few accounts");
    const deployment = await deploy(embedded);
    const { tournaments } = deployment;
    const { params } = tournaments;
    const parties = { customer, sequencer, workers: [liar] };
    const address = await makeDeal(chain, deployment, parties, { program, fragments: [input] });
    const deal = new DealLog(chain, address);

    // A bond of its own, in a tournament that nobody else came to.
    const claim = keccak256(toHex("another Deal's claim"));
    const seat = {
      owner: self,
      tournament: tournamentId(opener, claim),
      book: garbageBook("b", params.heights),
      salt: SALT,
    };
    await openWithoutDeal(chain, deployment, { opener, claim, initial: SALT }, seat);
    await embedded.advance(params.period);

    const initial = initialState(program.image);
    const record = recordBytes(runFragment(initial, input, { budget: BUDGET, executor }).final);
    record.fill(0xbd, 64, 96);
    const [fragment] = (await deal.view()).fragments;
    const args = [fragment?.id, bytesToHex(stateRoot(initial)), bytesToHex(record)];
    await chain.send(liar, dealCall(address, "claim", args));

    const bond = params.bonds[0] ?? 0n;
    const wallet = parseEther("0.02");
    expect(wallet < bond).equal(true);
    await connection.provider.request({ method: "hardhat_setBalance", params: [self, toHex(wallet)] });

    const make = honestComputation({ image: program.image, executor, budget: BUDGET, heights: params.heights });
    const replayer = replayerInProcess({ make, heights: params.heights });
    const outbox = new StageOutbox(chain);
    const validator = new Validator({ chain, deal, tournaments, self, replayer, outbox, saltOf: () => SALT });
    const news = new News(replayer);
    const sent: string[] = [];
    chain.observe(({ label }) => sent.push(label));
    const agent = {
      look: () => validator.look(),
      async settled() {
        await replayer.settled();
        return news.take();
      },
    };
    await takeTurns(embedded, [agent], async (now) =>
      nextDeadline(await tournaments.state(), await deal.view(), params.period, now),
    );
    expect(sent.slice(0, 4)).deep.equal(["collect", "withdraw", "announce", "challenge"]);
    expect([...(await deal.view()).claims.values()].map(({ phase }) => phase)).deep.equal(["struck"]);
    expect((await chain.balance(self)) > bond).equal(true);

    // One request for the balance, one for the time, and what following two contracts takes.
    const following = await requestsOf(chain, () => Promise.all([deal.view(), tournaments.state()]));
    const looking = await requestsOf(chain, () => validator.look());
    expect(following).greaterThan(0);
    expect(looking).most(following + 2);
    await replayer.close();
    await embedded.close();
  });
});
