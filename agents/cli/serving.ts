/** What all services have in common: a Deal, its program, an account, a store, and a life. */
import { join } from "node:path";
import { type Address, bytesToHex, http, zeroAddress } from "viem";
import type { Program } from "../../verifier/program/build.ts";
import type { Chain } from "../chain/chain.ts";
import { type DealFacts, readDeal } from "../chain/deal-facts.ts";
import { type DealLog, fragmentsFrom } from "../chain/deal-log.ts";
import { DealWatch } from "../chain/deal-watch.ts";
import { settledBy } from "../chain/finality.ts";
import { FragmentArchive } from "../chain/fragment-archive.ts";
import type { Outbox } from "../chain/intent.ts";
import type { Service, Warning } from "../chain/look.ts";
import { Rehearsal } from "../chain/rehearsal.ts";
import type { TournamentLog } from "../chain/tournament-log.ts";
import { Sender } from "../chain/sender/outbox.ts";
import { requireGenuine } from "../deployment/genuine.ts";
import { replayerInThread } from "../replay/in-thread.ts";
import { News } from "../replay/news.ts";
import type { Replayer } from "../replay/replayer.ts";
import { attend } from "../service/attend.ts";
import { figuresOf } from "../service/figures.ts";
import { Intents } from "../store/intents.ts";
import { openStore, type Store } from "../store/store.ts";
import { Lineups } from "../worker/lineups.ts";
import type { Config } from "../config/config.ts";
import { connect, type Connection, connectSigning, type Signing } from "./connection.ts";
import { type DealProgram, programOfDeal } from "./deal-program.ts";
import { failureOf } from "./failure.ts";
import { Instruments, type Situation } from "./instruments.ts";
import { KeptTrail } from "./kept-trail.ts";
import type { EngineName } from "./options/engine.ts";
import type { SettingOptions } from "./options/settings.ts";
import { configOf } from "./settings.ts";
import { stopSignal } from "./stopping.ts";
import { type MinedTransaction, type Telling, tellingOf } from "./telling.ts";
import { userPath } from "./user-file.ts";

/** Options of every service as commander gives them. */
export interface ServiceOptions extends SettingOptions {
  readonly engine: EngineName;
  readonly dryRun?: boolean;
}

/** What a service works with. */
export interface Served {
  readonly chain: Chain;
  /** The account that it acts for, lower-case; zero for one that only watches. */
  readonly self: Address;
  readonly deal: DealFacts;
  readonly log: DealLog;
  /** Those about the Deal's claims. */
  readonly tournaments: TournamentLog;
  readonly program: Program;
  readonly store: Store;
  /**
   * Has transactions mined, also across restarts: it writes them to the store before it sends them.
   * In a dry run it tells them instead.
   */
  readonly outbox: Outbox;
  /** What is let go: only what the chain calls final. */
  readonly lineups: Lineups;
  /** Tells what happens in it. */
  readonly telling: Telling;
  /** Starts a thread that runs the Deal's fragments. */
  readonly replayer: () => Replayer;
  /** Looks at each new block until SIGINT or SIGTERM, or until `ended`, and closes the store. */
  readonly live: (service: Service, replayer?: Replayer, ended?: AbortSignal) => Promise<void>;
  /** What is mined of what was sent, so far as it is not final yet; of earlier lives, too. */
  readonly mined: () => readonly MinedTransaction[];
  /** Closes the store without a life. */
  readonly close: (replayer?: Replayer) => Promise<void>;
}

/** The same of a service that can send. */
export interface Serving extends Served {
  readonly signing: Signing;
}

/** Seconds between two questions for a new block, unless the settings say otherwise. */
export const INTERVAL = 2;

/** The folder of the services' stores, unless the settings say otherwise. */
const DATA = "arbiter-data";

/**
 * Connects, reads the Deal, builds its program and opens the role's store.
 *
 * @param role its name in the names of files
 * @throws Problem if a contract of the Deal is not of this version
 */
export async function beginService(role: string, options: ServiceOptions): Promise<Serving> {
  const config = needed(options);
  const signing = await connectSigning(config);
  const { chain, chainId, self, signer, open } = signing;
  const { privateEndpoint } = config.values;
  const endpoints = privateEndpoint === undefined ? { open } : { open, concealed: http(privateEndpoint) };
  const outbox = (journal: Intents, telling: Telling): Outbox =>
    options.dryRun === true
      ? new Rehearsal({
          rehearse: (from, call) => chain.rehearse(from, call),
          tell: (intent, now) => {
            telling.wouldSend(intent, now);
          },
        })
      : new Sender({ chainId, reader: chain.reader, endpoints, signer, journal });
  // Nothing that a rehearsal keeps shall pass for something that was done.
  const name = options.dryRun === true ? `${role}-rehearsal` : role;
  return { ...(await begin({ role: name, options, config, connection: signing, self, outbox })), signing };
}

/** The same for a service that only watches: it has no account, and can send nothing. */
export async function beginWatch(role: string, options: ServiceOptions): Promise<Served> {
  const config = needed(options);
  const connection = await connect(config);
  const outbox = (): Outbox => ({ carryOut: () => Promise.resolve({ sent: 0, failures: [] }) });
  return begin({ role, options, config, connection, self: zeroAddress, outbox });
}

/** The settings, with all that every service needs. */
function needed(options: ServiceOptions): Config {
  const config = configOf(options);
  config.need("deal");
  config.need("module");
  return config;
}

/** How a service begins. */
interface Beginning {
  readonly role: string;
  readonly options: ServiceOptions;
  readonly config: Config;
  readonly connection: Connection;
  readonly self: Address;
  readonly outbox: (journal: Intents, telling: Telling) => Outbox;
}

async function begin({ role, options, config, connection, self, outbox: made }: Beginning): Promise<Served> {
  const { chain, chainId } = connection;
  const deal = await readDeal(chain, config.need("deal"));
  await requireGenuine(chain.reader, deal);
  const { tournament, params, block: from } = deal;
  const isWatching = self === zeroAddress;
  const built = programOfDeal(config, deal);
  const folder = join(config.values.data ?? userPath(DATA), `${role}-${chainId}-${deal.address}-${self}`);
  const { hash: genesis } = await chain.reader.getBlock({ blockNumber: 0n });
  const store = openStore(join(folder, "store.sqlite"), { chainId, genesis, deal: deal.address, account: self });
  const kept = new KeptTrail(store);
  const watched = { deal: deal.address, tournament, params, from, owners: isWatching ? [] : [self] };
  const watch = new DealWatch(chain, watched, kept.read());
  const keep = (isLast: boolean): void => {
    kept.keep(watch.trail, isLast);
  };
  const journal = new Intents(store);
  const telling = tellingOf(options.json === true);
  const note = (line: string): void => telling.note(line);
  const instruments = new Instruments(config.values.healthPort, note);
  const outbox = instruments.outbox(made(journal, telling));
  let replay: Replayer | undefined;
  const situation = async (): Promise<Situation> => {
    const held = isWatching ? Promise.resolve(0n) : chain.balance(self);
    const read = [watch.deal.view(), watch.tournaments.state(), chain.now(), held] as const;
    const [view, game, now, balance] = await Promise.all(read);
    const waiting = fragmentsFrom(view, view.resolved).filter(({ id }) => replay?.replayed(id).phase === "waiting");
    return { figures: figuresOf(view.claims.values(), game, params, self, now), balance, waiting: waiting.length };
  };
  const interval = config.values.interval ?? INTERVAL;
  const close = async (replayer?: Replayer): Promise<void> => {
    await instruments.stop();
    await replayer?.close();
    store.close();
  };
  return {
    ...{ chain, self, deal, store, outbox, telling, program: built.program },
    ...{ log: watch.deal, tournaments: watch.tournaments },
    lineups: new Lineups(settledBy(chain.reader, deal.address), (before) => {
      watch.letGo(before);
    }),
    replayer: () =>
      (replay = startReplay(built, deal, chain, { engine: options.engine === "native", folder, instruments, note })),
    mined: () => minedOf(journal),
    async live(service, replayer, ended) {
      try {
        await instruments.start();
        await live({ chain, journal, service, replayer, interval, telling, instruments, situation, keep, ended });
      } finally {
        await close(replayer);
      }
    },
    close,
  };
}

/** How fragments are replayed, and who hears of it. */
interface Replaying {
  readonly engine: boolean;
  readonly folder: string;
  readonly instruments: Instruments;
  readonly note: (line: string) => void;
}

function startReplay(
  { modules, options, program }: DealProgram,
  { address, block, terms: { budget }, params: { heights } }: DealFacts,
  { reader }: Chain,
  { engine, folder, instruments, note }: Replaying,
): Replayer {
  const root = bytesToHex(program.root);
  const kept = { states: join(folder, "states"), histories: join(folder, "histories") };
  const archive = new FragmentArchive(reader, address, block);
  return replayerInThread({
    job: { modules, options, root, budget, heights, engine, ...kept },
    older: (index) => archive.at(index),
    note,
    onRun: ({ steps }) => {
      instruments.replayed(steps);
    },
  });
}

/** What is needed to live. */
interface Life {
  readonly chain: Chain;
  readonly journal: Intents;
  readonly service: Service;
  readonly replayer: Replayer | undefined;
  readonly interval: number;
  readonly telling: Telling;
  readonly instruments: Instruments;
  readonly situation: () => Promise<Situation>;
  /** Keeps what was read of the chain: now and then, and at the end. */
  readonly keep: (isLast: boolean) => void;
  readonly ended: AbortSignal | undefined;
}

/** Looks until it is told to stop; tells what is mined and what fails. */
async function live(life: Life): Promise<void> {
  const { chain, journal, replayer, interval, telling, instruments, situation } = life;
  const { reader } = chain;
  const service = instruments.service(life.service, reader);
  const { ended } = life;
  const signal = ended === undefined ? stopSignal() : AbortSignal.any([stopSignal(), ended]);
  const news = replayer === undefined ? undefined : new News(replayer, signal);
  let mined = new Set(minedOf(journal).map(({ hash }) => hash));
  const told = new Told();
  const tell = (failure: unknown): void => {
    if (told.isNew(failureOf(failure).problem)) telling.failed(failure);
  };
  const keep = (isLast: boolean): void => {
    try {
      life.keep(isLast);
    } catch (failure) {
      tell(failure);
    }
  };
  await attend({
    head: () => reader.getBlockNumber(),
    async look() {
      told.nextLook();
      const { failures, problems, warnings } = await service.look();
      for (const { cause } of failures) tell(cause);
      for (const problem of problems) tell(problem);
      const now = await chain.now();
      for (const warning of warnings) warn(warning, telling, told, now);
      const known = mined;
      const transactions = minedOf(journal);
      // What is final is in the journal's list no more.
      mined = new Set(transactions.map(({ hash }) => hash));
      for (const transaction of transactions) {
        if (known.has(transaction.hash)) continue;
        instruments.mined(transaction.success, transaction.paid);
        telling.mined(transaction);
      }
      keep(false);
      await instruments.measure(situation).catch(tell);
      // What was sent needs a block; the next one brings the next look.
      return false;
    },
    interval,
    signal,
    stirred: () => news?.take() ?? false,
    onFailure: tell,
  });
  keep(true);
}

/** Tells a warning; a disagreement only when it is new, or stands otherwise than before. */
function warn(warning: Warning, telling: Telling, told: Told, now: number): void {
  if (warning.kind === "short of money") telling.shortOfMoney(warning);
  else if (told.isNew(`${warning.kind} ${warning.claim} ${warning.stage}`)) telling.disagrees(warning, now);
}

/** What the last look has told: what still fails is told once. */
class Told {
  #last = new Set<string>();
  #now = new Set<string>();

  nextLook(): void {
    this.#last = this.#now;
    this.#now = new Set();
  }

  /** Whether something was not told in the last look, nor in this one. */
  isNew(problem: string): boolean {
    const isKnown = this.#last.has(problem) || this.#now.has(problem);
    this.#now.add(problem);
    return !isKnown;
  }
}

/** What is mined of what was sent, so far as it is not final yet. */
function minedOf(journal: Intents): MinedTransaction[] {
  return journal.flights().flatMap(({ cargo: { label }, mined }) => (mined === undefined ? [] : [{ label, ...mined }]));
}
