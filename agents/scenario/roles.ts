/**
 * The roles of a Deal's play: each with its own view of the chain, its own replay and its own
 * account, acting until nothing is left to do.
 */
import { type Hex, keccak256, stringToHex } from "viem";
import { Crash } from "../../verifier/errors.ts";
import type { Program } from "../../verifier/program/build.ts";
import type { Executor } from "../../verifier/state/executor.ts";
import type { Chain } from "../chain/chain.ts";
import type { Service } from "../chain/look.ts";
import { DealLog } from "../chain/deal-log.ts";
import { settledAfter } from "../chain/finality.ts";
import { TournamentLog } from "../chain/tournament-log.ts";
import { LIAR, type Strategy } from "../players/adversaries/registry.ts";
import type { Wish } from "../players/adversaries/lie-plan.ts";
import { type ComputationParts, honestComputation } from "../replay/computation.ts";
import { BUDGET, PRICE } from "../stage/deal.ts";
import { nextDeadline } from "../stage/deadline.ts";
import type { Deployment } from "../stage/deploy.ts";
import type { EmbeddedChain } from "../stage/embedded.ts";
import { StageOutbox } from "../stage/outbox.ts";
import { type Agent, insist, takeTurns } from "../stage/turns.ts";
import { Validator, type ValidatorSetup } from "../validator/validator.ts";
import { Lineups } from "../worker/lineups.ts";
import { Worker } from "../worker/worker.ts";
import type { Cast } from "./cast.ts";
import { Liar, type Plan } from "./liar.ts";
import type { Narrator } from "./narrator.ts";
import { StagedReplayer } from "./staged-replayer.ts";

/** Where a play takes place. */
export interface Scene {
  readonly embedded: EmbeddedChain;
  readonly deployment: Deployment;
  /** The Deal's address. */
  readonly deal: Hex;
  readonly cast: Cast;
}

/** What the roles bring with them: nothing of what the chain is to tell. */
export interface Preparation {
  readonly program: Program;
  readonly executor: Executor;
  readonly wish?: Wish | undefined;
  /** How the liar plays; for a lie about one step by default. */
  readonly adversary?: Strategy | undefined;
}

/** What roles know when all is over. */
export interface Outcome {
  readonly plan: Plan;
  readonly liar: Liar;
  /** The validator's own. */
  readonly replayer: StagedReplayer;
}

/**
 * Lets everybody act.
 *
 * @throws LieError if the lie cannot be told where it is wished for
 */
export async function perform(scene: Scene, preparation: Preparation, narrator: Narrator): Promise<Outcome> {
  const { embedded, deployment, deal, cast } = scene;
  const { chain } = embedded;
  const { program, executor, wish = {}, adversary = LIAR } = preparation;
  const { params } = deployment.tournaments;
  const nameOf = (self: Hex): string => cast.names.get(self) ?? self;
  const meansOf = (self: Hex): ComputationParts => ({
    ...{ image: program.image, executor, budget: BUDGET, heights: params.heights },
    onProgress: (work, done, total) => narrator.progress(`${nameOf(self)}, ${work}`, done, total),
  });
  const outbox = new StageOutbox(chain);
  const seatOf = async (self: Hex): Promise<Omit<ValidatorSetup, "replayer">> => ({
    ...(await viewOf(chain, scene)),
    ...{ chain, self, outbox, lineups: new Lineups(settledAfter(Infinity)) },
    saltOf: () => keccak256(stringToHex(`salt of ${nameOf(self)}`)),
  });

  let plan: Plan | undefined;
  const onPlan = (made: Plan): void => {
    plan = made;
    for (const line of describe(made, adversary)) narrator.fact(line);
  };
  const worth = PRICE / BigInt(cast.workers.length);
  const liar = new Liar({
    ...(await seatOf(cast.liar)),
    means: meansOf(cast.liar),
    strategy: adversary,
    worth,
    wish,
    onPlan,
  });
  const workers = cast.workers
    .filter((self) => self !== cast.liar)
    .map((self): Agent => {
      const replayer = new StagedReplayer(honestComputation(meansOf(self)), params);
      const { period } = params;
      const setup = { chain, deal: new DealLog(chain, deal), self, replayer, outbox, period, worth };
      return agentOf(new Worker({ ...setup, lineups: new Lineups(settledAfter(Infinity)) }), replayer);
    });
  const replayer = new StagedReplayer(honestComputation(meansOf(cast.validator)), params);
  const validator = agentOf(new Validator({ ...(await seatOf(cast.validator)), replayer }), replayer);

  const clock = await viewOf(chain, scene);
  await takeTurns(
    embedded,
    [liar, ...workers, validator],
    async (now) =>
      nextDeadline(await clock.tournaments.state(), await clock.deal.view(), params.period, now, adversary.lead),
    (look, agent) => {
      // Who cheats is refused now and then.
      if (agent !== liar) insist(look);
    },
  );
  if (plan === undefined) throw new Crash("the liar never had its turn");
  return { plan, liar, replayer };
}

/** A service with its replayer. */
function agentOf(service: Service, replayer: StagedReplayer): Agent {
  return { look: () => service.look(), settled: () => replayer.settled() };
}

/** A view of the Deal and of the game that nobody else has a part in. */
async function viewOf(
  chain: Chain,
  { deal, deployment }: Scene,
): Promise<{ deal: DealLog; tournaments: TournamentLog }> {
  return { deal: new DealLog(chain, deal), tournaments: await TournamentLog.follow(chain, deployment.tournament) };
}

/** What the liar has decided, in words. */
function describe({ lie, honest, submitted }: Plan, { belief, name, summary }: Strategy): string[] {
  const steps = honest.reduce((sum, fragment) => sum + fragment.steps, 0n);
  const about =
    belief === "lie" ? `lie about step ${lie.offset + lie.step}` : `invent the end of fragment ${lie.fragment + 1}`;
  const lines = [`the liar has run ${honest.length} fragments, ${steps} steps; it will ${about}`];
  if (name !== LIAR.name) lines.push(`this liar is ${name}: it ${summary}`);
  if (honest.length < submitted) {
    lines.unshift(`the program ends in fragment ${honest.length}; ${submitted - honest.length} more are never run`);
  }
  return lines;
}
