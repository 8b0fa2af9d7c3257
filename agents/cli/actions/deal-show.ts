/** What `deal show` does: tells all that the chain knows about a Deal. */
import { zeroAddress } from "viem";
import { dealAbi } from "../../../contracts/abi/Deal.ts";
import type { Chain } from "../../chain/chain.ts";
import { type DealFacts, readDeal } from "../../chain/deal-facts.ts";
import { durationText, etherText } from "../../config/amounts.ts";
import { stdout } from "../channels.ts";
import { connect } from "../connection.ts";
import { type Fact, factLines, jsonValue } from "../facts.ts";
import { ExitCode } from "../failure.ts";
import type { SettingOptions } from "../options/settings.ts";
import { configOf } from "../settings.ts";

/** Names of `IDeal.Head`. */
const HEADS = ["yielded", "hidden: its record is to be revealed", "halted: the program has ended"];

/** Does what the command says, and gives the exit code. */
export async function showDeal(options: SettingOptions): Promise<number> {
  const config = configOf(options);
  const address = config.need("deal");
  const { chain } = await connect(config);
  const deal = await readDeal(chain, address);
  const now = await standing(chain, deal);
  if (options.json === true) {
    const { period, grace, heights, bonds, bounty } = deal.params;
    stdout.json(jsonValue({ ...deal, params: { period, grace, heights, bonds, bounty }, now }));
  } else for (const line of factLines(factsOf(deal, now))) stdout.line(line);
  return ExitCode.success;
}

/** What changes about a Deal. */
interface Standing {
  readonly submitted: number;
  readonly claimed: number;
  readonly resolved: number;
  /** Seconds since 1970; zero: nobody has closed it. */
  readonly closesAt: number;
  readonly head: string;
  readonly headKind: string;
  readonly funds: bigint;
  readonly reserved: bigint;
  readonly workers: readonly string[];
}

async function standing({ reader }: Chain, { address, terms }: DealFacts): Promise<Standing> {
  const at = { address, abi: dealAbi } as const;
  const [submitted, claimed, resolved, , closesAt, headKind, head] = await reader.readContract({
    ...at,
    functionName: "progress",
  });
  const seats = Array.from({ length: terms.maxWorkers }, (_, seat) => BigInt(seat));
  const workers = await Promise.all(
    seats.map((seat) => reader.readContract({ ...at, functionName: "workerAt", args: [seat] })),
  );
  return {
    ...{ submitted, claimed, resolved, closesAt, head, headKind: HEADS[headKind] ?? String(headKind) },
    funds: await reader.readContract({ ...at, functionName: "funds" }),
    reserved: await reader.readContract({ ...at, functionName: "reserved" }),
    workers: workers.filter((worker) => worker !== zeroAddress).map((worker) => worker.toLowerCase()),
  };
}

function factsOf(deal: DealFacts, now: Standing): Fact[] {
  const { terms, params } = deal;
  const money = (amount: bigint, token: string): string =>
    token === zeroAddress ? etherText(amount) : `${amount} units of ${token}`;
  return [
    ["deal", `${deal.address}, deployed in block ${deal.block}`],
    ["terms hash", deal.termsHash],
    ["customer", terms.customer],
    ["sequencer", terms.sequencer],
    ["arbiter", deal.arbiter],
    ["tournament", deal.tournament],
    ["deposits", deal.deposits],
    ["verifier", deal.verifier],
    ["code root", terms.program.codeRoot],
    [
      "fragments",
      `${terms.budget} steps, ${terms.maxInput} bytes of input, ${terms.maxPending} pending claims and ${terms.maxPendingSteps} pending steps at most`,
    ],
    ["price", `${money(terms.price, terms.paymentToken)} a fragment`],
    [
      "collateral",
      `${money(terms.collateral, terms.collateralToken)} a worker, ${terms.reporterShare / 100} % of it for the reporter of a lie`,
    ],
    ["window", durationText(params.period)],
    ["notice", durationText(terms.notice)],
    [
      "disputes",
      `heights ${params.heights.join(", ")}; bonds ${params.bonds.map(etherText).join(", ")}; grace ${durationText(params.grace)}`,
    ],
    ["workers", `${now.workers.length} of ${terms.maxWorkers}${now.workers.map((worker) => `, ${worker}`).join("")}`],
    ["progress", `${now.submitted} submitted, ${now.claimed} claimed, ${now.resolved} resolved`],
    ["head", `${now.head}, ${now.headKind}`],
    ["funds", `${money(now.funds, terms.paymentToken)}, ${money(now.reserved, terms.paymentToken)} of it reserved`],
    ["closing", now.closesAt === 0 ? "no" : `claims until ${new Date(now.closesAt * 1000).toISOString()}`],
  ];
}
