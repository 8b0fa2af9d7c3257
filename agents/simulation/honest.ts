/** The services of the honest side as they are run by people, each on an account and a store of its own. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hash, Hex, Transport } from "viem";
import { Crash } from "../../verifier/errors.ts";
import { interpreterExecutor as executor } from "../../verifier/interpreter/execute.ts";
import { localTestAccount } from "../chain/accounts/local-test.ts";
import { Chain } from "../chain/chain.ts";
import { DealWatch } from "../chain/deal-watch.ts";
import { settledBy } from "../chain/finality.ts";
import type { Look, Service } from "../chain/look.ts";
import { Sender } from "../chain/sender/outbox.ts";
import { honestComputation } from "../replay/computation.ts";
import { replayerInProcess } from "../replay/in-process.ts";
import { News } from "../replay/news.ts";
import type { Replayer } from "../replay/replayer.ts";
import type { Deployment } from "../stage/deploy.ts";
import { Intents } from "../store/intents.ts";
import { saltsOf } from "../store/secret.ts";
import { openStore, type Store } from "../store/store.ts";
import { Validator } from "../validator/validator.ts";
import { Lineups } from "../worker/lineups.ts";
import { Worker } from "../worker/worker.ts";
import type { Twist } from "../players/play.ts";
import { PRICE, type SimulatedDeal } from "./deal.ts";
import { BUDGET } from "./guest.ts";
import { Effects, type Ends, Life, mortalJournal, mortalSigner, mortalTransport } from "./mortality.ts";
import type { Honest } from "./schedule.ts";
import { PLACES, type World } from "./world.ts";

/** How a service reaches the chain. */
export interface Access {
  /** For reading. */
  readonly transport: Transport;
  /** Where it hands transactions over. */
  readonly open: readonly Transport[];
}

/** What a service is made of. */
export interface HonestSetup {
  readonly role: Honest;
  readonly world: World;
  readonly deal: SimulatedDeal;
  readonly deployment: Deployment;
  readonly access: Access;
  readonly ends: Ends;
  /** Whether its disk is full at the moment. */
  readonly isFull: () => boolean;
  /** What it leaves out or spoils; only where a test shows that this is noticed. */
  readonly twist?: Twist | undefined;
  /** Seconds that a claim must be old before the validator announces a bond for it. */
  readonly settling: number;
}

const CHAIN_ID = 31_337;

/** A service with its lives. */
export class HonestService {
  /** Lower-case. */
  readonly self: Hex;
  readonly effects: Effects;
  /** How often it was started. */
  lives = 0;
  /** What looks have told, each text once, with how often. */
  readonly told = new Map<string, number>();
  /** Failures that are faults of its own. */
  readonly crashes: string[] = [];
  readonly #setup: HonestSetup;
  readonly #folder = mkdtempSync(join(tmpdir(), "arbiter-simulation-"));
  #running: Running | undefined;

  constructor(setup: HonestSetup) {
    this.#setup = setup;
    this.self = setup.world.cast[setup.role];
    this.effects = new Effects(setup.ends);
  }

  /**
   * Looks once, and computes what the look has asked for. Tells whether anything of it is under way
   * or still to be done.
   */
  async look(): Promise<boolean> {
    const running = (this.#running ??= await this.#start());
    let busy = true;
    try {
      const look = await running.service.look();
      for (const { cause } of look.failures) this.#tell(cause, running.life);
      for (const problem of look.problems) this.#tell(problem, running.life);
      busy = isBusy(look, running);
    } catch (error) {
      this.#tell(error, running.life);
    }
    await running.replayer.settled();
    busy ||= running.news.take();
    if (running.life.isOver) await this.stop();
    return busy;
  }

  /** Ends its process; the next look starts it again. */
  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.replayer.close();
    running?.store.close();
  }

  /** Ends it, and takes its store away. */
  async close(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true });
  }

  #tell(cause: unknown, life: Life): void {
    // The end of a process is no news to it.
    if (life.isOver) return;
    const text = cause instanceof Error ? cause.message : String(cause);
    this.told.set(text, (this.told.get(text) ?? 0) + 1);
    if (cause instanceof Crash || cause instanceof TypeError || cause instanceof RangeError) this.crashes.push(text);
  }

  async #start(): Promise<Running> {
    const { role, world, deal, deployment, access, isFull, twist, settling } = this.#setup;
    this.lives++;
    const { self } = this;
    const life = new Life(this.effects);
    const chain = new Chain(access.transport);
    const { tournament, tournaments } = deployment;
    const { params } = tournaments;
    const watch = new DealWatch(chain, {
      ...{ deal: deal.address, tournament, params, from: deal.block, owners: [self] },
    });
    const genesis = ((await world.ask("eth_getBlockByNumber", ["0x0", false])) as { hash: Hash }).hash;
    const subject = { chainId: CHAIN_ID, genesis, deal: deal.address, account: self };
    const store = openStore(join(this.#folder, "store.sqlite"), subject);
    const journal = new Intents(store);
    const signer = localTestAccount(PLACES[role], CHAIN_ID);
    const outbox = new Sender({
      ...{ chainId: CHAIN_ID, reader: chain.reader, signer: mortalSigner(signer, life) },
      ...{ journal: mortalJournal(journal, life, isFull) },
      endpoints: { open: access.open.map((open) => mortalTransport(open, life)) },
    });
    const { heights } = params;
    const make = honestComputation({ image: world.program.image, executor, budget: BUDGET, heights });
    const replayer = replayerInProcess({ make, heights });
    const lineups = new Lineups(settledBy(chain.reader, deal.address), (before) => {
      watch.letGo(before);
    });
    const common = { chain, deal: watch.deal, self, replayer, outbox, lineups };
    const service =
      role === "worker"
        ? new Worker({ ...common, period: params.period, worth: PRICE / 2n })
        : new Validator({ ...common, tournaments: watch.tournaments, saltOf: saltsOf(store), settling, twist });
    return { service, life, store, journal, replayer, news: new News(replayer) };
  }
}

interface Running {
  readonly service: Service;
  readonly life: Life;
  readonly store: Store;
  readonly journal: Intents;
  readonly replayer: Replayer;
  readonly news: News;
}

/** Something is wanted, or signed and not mined. */
function isBusy({ sent, failures }: Look, { journal }: Running): boolean {
  return sent > 0 || failures.length > 0 || journal.flights().some(({ mined }) => mined === undefined);
}
