/** The real contracts, and a drill that nobody answers, or that somebody answers by half. */
import { expect } from "chai";
import { keccak256, toHex } from "viem";
import { DealLog } from "../../../agents/chain/deal-log.ts";
import { settledAfter } from "../../../agents/chain/finality.ts";
import { TournamentLog } from "../../../agents/chain/tournament-log.ts";
import { adversary } from "../../../agents/players/adversaries/registry.ts";
import { without } from "../../../agents/players/adversaries/twists.ts";
import { honestComputation } from "../../../agents/replay/computation.ts";
import { Drill, type DrillEnding } from "../../../agents/scenario/drill.ts";
import { StagedReplayer } from "../../../agents/scenario/staged-replayer.ts";
import { BUDGET, makeDeal } from "../../../agents/stage/deal.ts";
import { nextDeadline } from "../../../agents/stage/deadline.ts";
import { deploy } from "../../../agents/stage/deploy.ts";
import { startEmbeddedChain } from "../../../agents/stage/embedded.ts";
import { StageOutbox } from "../../../agents/stage/outbox.ts";
import { type Agent, takeTurns } from "../../../agents/stage/turns.ts";
import { Validator } from "../../../agents/validator/validator.ts";
import { Lineups } from "../../../agents/worker/lineups.ts";
import { interpreterExecutor as executor } from "../../../verifier/interpreter/execute.ts";
import { buildProgram } from "../../../verifier/program/build.ts";
import { parseTransactions } from "../../../verifier/program/transactions-file.ts";
import { encodeTransactions } from "../../../verifier/program/transactions.ts";
import { assemble, SUMS } from "../guests.ts";

/** Plays a drill to its end. */
async function played(
  name: string,
  helped: boolean,
): Promise<{ ending: DrillEnding; notes: string[]; helper: string }> {
  const program = buildProgram([{ name: "guest", bytes: await assemble(SUMS) }], { convention: "typed" });
  const input = encodeTransactions(parseTransactions(JSON.stringify([{ export: "sums", args: [9] }]), program));
  const embedded = await startEmbeddedChain();
  try {
    const { chain, accounts } = embedded;
    const [, customer, sequencer, helper, self] = accounts;
    if (!customer || !sequencer || !helper || !self) expect.fail("too few accounts");
    const deployment = await deploy(embedded);
    const parties = { customer, sequencer, workers: [self] };
    const address = await makeDeal(chain, deployment, parties, { program, fragments: [input] });
    const { params } = deployment.tournaments;
    const means = { image: program.image, executor, budget: BUDGET, heights: params.heights };
    const lineups = new Lineups(settledAfter(Infinity));
    const partsOf = async (account: typeof self) => ({
      ...{ chain, self: account, deal: new DealLog(chain, address), outbox: new StageOutbox(chain) },
      tournaments: await TournamentLog.follow(chain, deployment.tournament),
      saltOf: () => keccak256(toHex(`salt of ${account}`)),
    });
    const notes: string[] = [];
    let ending: DrillEnding | undefined;
    const drill = new Drill({
      ...(await partsOf(self)),
      ...{ means, strategy: adversary(name), worth: 1n, note: (line: string) => notes.push(line) },
      onEnd: (how) => {
        ending = how;
      },
    });
    const agents: Agent[] = [drill];
    if (helped) {
      // It challenges, and then leaves everything to others.
      const replayer = new StagedReplayer(honestComputation(means), params);
      const twist = without("move", "last", "join", "resolve", "settle");
      const validator = new Validator({ ...(await partsOf(helper)), replayer, twist, lineups });
      agents.push({ look: () => validator.look(), settled: () => replayer.settled() });
    }
    const clock = await partsOf(helper);
    // It wakes up now and then, as a service does.
    await takeTurns(embedded, agents, async (now) => {
      if (ending !== undefined) return undefined;
      const next = nextDeadline(await clock.tournaments.state(), await clock.deal.view(), params.period, now);
      return next === undefined ? undefined : Math.min(next, now + Math.ceil(params.period / 10));
    });
    if (ending === undefined) expect.fail("the drill has no end");
    return { ending, notes, helper };
  } finally {
    await embedded.close();
  }
}

describe("a drill", () => {
  it("challenges its own lie if nobody else does, so that it is never confirmed", async () => {
    const { ending, notes } = await played("garbage", false);
    expect(ending).deep.include({ phase: "struck", rescued: true, fragment: 0 });
    expect(notes.join("\n")).match(/invents the end of fragment 0[^]*NOBODY HAS CHALLENGED THE LIE/);
    const { claimedAt, disputedAt = 0, endedAt } = ending;
    expect(disputedAt).greaterThan(claimedAt).and.lessThan(endedAt);
  });

  it("plays for the truth if whoever has challenged it moves no more", async () => {
    const { ending, notes, helper } = await played("liar", true);
    expect(ending).deep.include({ phase: "struck", rescued: true, challenger: helper });
    expect(notes.join("\n")).match(/lies about step \d+ of fragment 0[^]*NOBODY PLAYS FOR THE TRUTH/);
  });
});
