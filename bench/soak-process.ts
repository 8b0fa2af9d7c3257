/**
 * A worker and a validator at work on a Deal for as long as the process lives: `soak.ts` starts it
 * with an order in JSON, reads a {@link SoakLine} after each round of looks, and kills it now and
 * then.
 */
import { join } from "node:path";
import { type Hex, http, keccak256, toHex } from "viem";
import { Chain } from "../agents/chain/chain.ts";
import { readDeal } from "../agents/chain/deal-facts.ts";
import { DealWatch } from "../agents/chain/deal-watch.ts";
import { settledBy } from "../agents/chain/finality.ts";
import { FragmentArchive } from "../agents/chain/fragment-archive.ts";
import { replayerInThread } from "../agents/replay/in-thread.ts";
import type { Replayer } from "../agents/replay/replayer.ts";
import type { ThreadJob } from "../agents/replay/thread-job.ts";
import { StageOutbox } from "../agents/stage/outbox.ts";
import { Validator } from "../agents/validator/validator.ts";
import { Lineups } from "../agents/worker/lineups.ts";
import { Worker } from "../agents/worker/worker.ts";

/** What the process is to do. */
export interface SoakOrder {
  readonly url: string;
  readonly deal: Hex;
  readonly worker: Hex;
  readonly validator: Hex;
  /** The Deal's program, its module in base64. */
  readonly program: Pick<ThreadJob, "options" | "root"> & { readonly module: string };
  /** Where states are kept. */
  readonly folder: string;
}

/** How far the services are. */
export interface SoakLine {
  readonly submitted: number;
  /** Pending claims. */
  readonly pending: number;
  readonly resolved: number;
  /** Whether every fragment that is not resolved has been run, by both. */
  readonly isReady: boolean;
  /** Bytes of memory that the process has. */
  readonly memory: number;
  /** What failed or should be known, in a line each. */
  readonly notes: readonly string[];
}

/** Milliseconds between two looks in which nothing was done. */
const PAUSE_MS = 15;

async function main({ url, deal, worker, validator, program, folder }: SoakOrder): Promise<never> {
  const chain = new Chain(http(url));
  const facts = await readDeal(chain, deal);
  const { params, tournament, block: from } = facts;
  const { period, heights } = params;
  const watch = new DealWatch(chain, { deal, tournament, params, from, owners: [validator] });
  const archive = new FragmentArchive(chain.reader, deal, from);
  const notes: string[] = [];
  const { module, options, root } = program;
  const modules = [{ name: "guest", bytes: new Uint8Array(Buffer.from(module, "base64")) }];
  const replayerOf = (name: string): Replayer =>
    replayerInThread({
      job: {
        ...{ modules, options, root, heights, engine: true },
        ...{ budget: facts.terms.budget, states: join(folder, name) },
      },
      older: (index) => archive.at(index),
      note: (line) => notes.push(line),
    });
  const [own, other] = [replayerOf("worker"), replayerOf("validator")];
  const settled = settledBy(chain.reader, deal);
  const outbox = new StageOutbox(chain);
  const services = [
    new Worker({
      ...{ chain, deal: watch.deal, self: worker, replayer: own, outbox, period, worth: 1n },
      lineups: new Lineups(settled),
    }),
    new Validator({
      ...{ chain, deal: watch.deal, tournaments: watch.tournaments, self: validator, replayer: other, outbox },
      saltOf: (name) => keccak256(toHex(name)),
      // The validator is the one who may need a fragment longer.
      lineups: new Lineups(settled, (before) => {
        watch.letGo(before);
      }),
    }),
  ];
  for (;;) {
    let sent = 0;
    for (const service of services) {
      const look = await service.look();
      sent += look.sent;
      for (const failure of [...look.failures.map(({ cause }) => cause), ...look.problems]) notes.push(String(failure));
    }
    const view = await watch.deal.view();
    const open = view.fragments.slice(view.resolved);
    const line: SoakLine = {
      submitted: view.fragments.length,
      pending: [...view.claims.values()].filter(({ phase }) => phase === "open").length,
      resolved: view.resolved,
      isReady: open.every(({ id }) => [own, other].every((replayer) => replayer.replayed(id).phase === "done")),
      memory: process.memoryUsage.rss(),
      notes: notes.splice(0),
    };
    console.log(JSON.stringify(line));
    if (sent === 0) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

await main(JSON.parse(process.argv[2] ?? "") as SoakOrder);
