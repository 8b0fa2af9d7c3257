/** What `monitor` does: watches a Deal, and shows of each pending claim what one wants to know. */
import type { Address } from "viem";
import type { Problem } from "../../../verifier/errors.ts";
import type { Service } from "../../chain/look.ts";
import { type ClaimSurvey, nearest, survey } from "../../validator/survey.ts";
import { wantedRuns } from "../../validator/wanted.ts";
import { replayProblems } from "../../worker/replay-problems.ts";
import { addressOf } from "../addresses.ts";
import { stdout } from "../channels.ts";
import { jsonValue } from "../facts.ts";
import { ExitCode } from "../failure.ts";
import { type Sight, surveyPage } from "../survey-page.ts";
import { beginWatch, type Served, type ServiceOptions } from "../serving.ts";
import type { Replayer } from "../../replay/replayer.ts";

/** Options as commander gives them. */
export interface MonitorOptions extends ServiceOptions {
  readonly once?: boolean;
  readonly of?: string;
}

/** Exit code with `--once` where a claim is pending that this machine disagrees with. */
const DISAGREEMENT = 4;

/** Does what the command says, and gives the exit code. */
export async function monitor({ json = false, once = false, of, ...options }: MonitorOptions): Promise<number> {
  const owner = addressOf(of, "--of");
  // What the monitor shows is for stdout; what happens to it is told on stderr.
  const served = await beginWatch("monitor", options);
  const replay = served.replayer();
  let shown: string | undefined;
  const look = async (): Promise<Seen> => {
    const sight = await seen(served, replay, owner);
    const content = JSON.stringify(jsonValue(sight));
    if (content !== shown && !once) show(sight, json);
    shown = content;
    return sight;
  };
  if (!once) {
    const service: Service = {
      async look() {
        const { problems } = await look();
        return { sent: 0, failures: [], warnings: [], problems };
      },
    };
    await served.live(service, replay);
    return ExitCode.success;
  }
  try {
    let sight = await look();
    await replay.settled();
    sight = await look();
    show(sight, json);
    if (sight.problems[0] !== undefined) throw sight.problems[0];
    return sight.claims.some(({ opinion }) => opinion === "disagree") ? DISAGREEMENT : ExitCode.success;
  } finally {
    await served.close(replay);
  }
}

/** What is shown, and what could not be replayed. */
interface Seen extends Sight {
  readonly problems: readonly Problem[];
}

/** One look; what it finds out is replayed after it. */
async function seen(
  { chain, self, deal, log, tournaments, lineups }: Served,
  replay: Replayer,
  owner: Address = self,
): Promise<Seen> {
  const [view, game, head] = await Promise.all([log.view(), tournaments.state(), chain.reader.getBlock()]);
  const now = Number(head.timestamp);
  replay.follow(await lineups.of(view, view.resolved, now));
  const contracts = { deal: deal.address, tournament: deal.tournament };
  const { collateral } = deal.terms;
  const own = { self: owner, contracts, params: deal.params, runs: replay, collateral };
  const claims: ClaimSurvey[] = survey(view, game, own, now);
  replay.want(wantedRuns(view, own));
  return {
    ...{ deal: deal.address, block: Number(head.number), now, claims, nearest: nearest(claims) ?? null },
    ...{ submitted: view.submitted, resolved: view.resolved, token: deal.terms.collateralToken },
    owner: owner === self ? undefined : owner,
    problems: replayProblems(view, replay),
  };
}

function show({ problems: _, ...sight }: Seen, json: boolean): void {
  if (json) stdout.json(jsonValue(sight));
  else stdout.page(surveyPage(sight));
}
