/** What `drill` does: lies on a Deal with small stakes, to see that one's own validator acts. */
import { type Address, zeroAddress } from "viem";
import { isPending } from "../../chain/deal-log.ts";
import type { DealFacts } from "../../chain/deal-facts.ts";
import { ledgersOf } from "../../chain/ledgers.ts";
import { amountOf, durationText, etherText } from "../../config/amounts.ts";
import { adversary, FALSE_CLAIMANTS } from "../../players/adversaries/registry.ts";
import { commitmentCost } from "../../players/purse.ts";
import { Drill, type DrillEnding } from "../../scenario/drill.ts";
import { saltsOf } from "../../store/secret.ts";
import { addressOf } from "../addresses.ts";
import { stderr, stdout } from "../channels.ts";
import { executorOf } from "../engine.ts";
import { jsonValue } from "../facts.ts";
import { ExitCode, UserError } from "../failure.ts";
import { text } from "../printable.ts";
import { requireSeat } from "../seat.ts";
import { beginService, type ServiceOptions, type Serving } from "../serving.ts";
import { confirm } from "../terminal-question.ts";

/** Options as commander gives them. */
export interface DrillOptions extends ServiceOptions {
  readonly adversary: string;
  readonly atMost: string;
  readonly validator?: string;
  readonly realMoney?: boolean;
  readonly join?: boolean;
  readonly yes?: boolean;
}

/** Chains whose money is worth nothing: Sepolia, Hoodi, Holesky, and those of local nodes. */
const TEST_CHAINS: ReadonlySet<number> = new Set([11_155_111, 560_048, 17_000, 31_337, 1_337]);

/** Does what the command says, and gives the exit code. */
export async function drill({ json = false, ...options }: DrillOptions): Promise<number> {
  const strategy = adversary(options.adversary, FALSE_CLAIMANTS);
  const most = amountOf(options.atMost);
  const expected = addressOf(options.validator, "--validator");
  if (most === undefined) throw new UserError(`--at-most takes an amount as in "0.1 ether", not "${options.atMost}"`);
  const served = await beginService("drill", options);
  const { chain, self, deal, log, tournaments, store, outbox, program, telling, live, close } = served;
  let isAlive = false;
  try {
    const stake = stakeOf(deal);
    await refuse(served, options, stake, most);
    stderr.line(text`the drill costs ${self} up to ${etherText(stake)} and gas`);
    confirm("lie now?", options.yes === true);
    await requireSeat(served.signing, deal, { join: options.join === true, dryRun: false });
    const before = await wealth(served);
    const over = new AbortController();
    let ending: DrillEnding | undefined;
    const means = { image: program.image, executor: executorOf(options.engine, program) };
    const service = new Drill({
      ...{ chain, self, deal: log, tournaments, outbox, strategy, saltOf: saltsOf(store) },
      means: { ...means, budget: deal.terms.budget, heights: deal.params.heights },
      worth: deal.terms.collateral,
      note: (line) => {
        telling.note(line);
      },
      onEnd: (how) => {
        ending = how;
        over.abort();
      },
    });
    telling.note(`the drill waits for a fragment of the Deal ${deal.address} that nobody has claimed`);
    isAlive = true;
    await live(service, undefined, over.signal);
    if (ending === undefined) throw new UserError("the drill was stopped before its end", { hint: AGAIN });
    return conclude(ending, before - (await wealth(served)), expected, json);
  } finally {
    if (!isAlive) await close();
  }
}

const AGAIN = "start it again: it goes on with the claim that it has made";

/** What can be lost at most: the collateral, and the bonds of a dispute with one opponent. */
function stakeOf({ terms, params }: DealFacts): bigint {
  return terms.collateral + commitmentCost(params, 0, 1);
}

/** Ether of an account in all ledgers, in wei. */
async function wealth({ chain, deal, self }: Serving): Promise<bigint> {
  const entries = await ledgersOf(chain, deal, self);
  return entries.reduce((sum, { token, amount }) => (token === zeroAddress ? sum + amount : sum), 0n);
}

async function refuse(served: Serving, options: DrillOptions, stake: bigint, most: bigint): Promise<void> {
  const { deal, log, signing } = served;
  if (!TEST_CHAINS.has(signing.chainId) && options.realMoney !== true) {
    const hint = "a drill loses its collateral for certain; --real-money says that you mean it";
    throw new UserError(`chain ${signing.chainId} is none that is known as a test network`, { hint });
  }
  if (deal.terms.collateralToken !== zeroAddress) {
    throw new UserError(
      `the collateral is in the token ${deal.terms.collateralToken}: what a drill costs is counted in ether`,
    );
  }
  if (stake > most) {
    const hint = `give --at-most "${etherText(stake).replace("ETH", "ether")}", or take a Deal with smaller stakes`;
    throw new UserError(`a drill on this Deal can cost ${etherText(stake)}, more than ${etherText(most)}`, { hint });
  }
  const view = await log.view();
  if (view.ended) throw new UserError(`the program of the Deal ${deal.address} has ended`);
  const disputed = [...view.claims.values()].find((claim) => isPending(claim) && claim.phase === "disputed");
  if (disputed !== undefined && disputed.worker !== served.self) {
    throw new UserError(`the claim of fragment ${disputed.fragment} is in dispute: a drill would disturb it`);
  }
}

function conclude(ending: DrillEnding, cost: bigint, expected: Address | undefined, json: boolean): number {
  const { fragment, phase, claimedAt, disputedAt, endedAt, challenger, rescued } = ending;
  const isOther = expected !== undefined && challenger !== expected;
  const acted = phase === "struck" && !rescued && challenger !== undefined && !isOther;
  if (json) stdout.json(jsonValue({ ...ending, acted, cost }));
  else {
    stdout.line(
      text`the lie about fragment ${fragment} was ${phase === "struck" ? "struck, and its collateral slashed" : phase}`,
    );
    if (rescued) stdout.line(text`NO VALIDATOR ACTED IN TIME: the drill had to play against itself`);
    else if (challenger !== undefined && disputedAt !== undefined)
      stdout.line(text`${challenger} disputed it ${durationText(disputedAt - claimedAt)} after the claim`);
    if (isOther && !rescued) stdout.line(text`it was not your validator ${expected}`);
    stdout.line(
      text`it was over ${durationText(endedAt - claimedAt)} after the claim, and has cost ${etherText(cost)} in all`,
    );
  }
  if (phase === "struck") return acted ? ExitCode.success : ExitCode.failure;
  return ExitCode.wrongVerdict;
}
