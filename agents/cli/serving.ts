/** What a worker and a validator have in common: a Deal, its program, an account, and a life. */
import { formatEther } from "viem";
import type { Executor } from "../../verifier/state/executor.ts";
import type { Program } from "../../verifier/program/build.ts";
import { DealLog } from "../chain/deal-log.ts";
import { type DealFacts, readDeal } from "../chain/deal-facts.ts";
import type { Service } from "../chain/look.ts";
import { honestComputation } from "../replay/computation.ts";
import { replayerInProcess } from "../replay/in-process.ts";
import { News } from "../replay/news.ts";
import type { Replayer } from "../replay/replayer.ts";
import { attend } from "../service/attend.ts";
import { stderr, stdout } from "./channels.ts";
import { connectSigning, type Signing } from "./connection.ts";
import { programOfDeal } from "./deal-program.ts";
import { engineOf } from "./engine.ts";
import { jsonValue } from "./facts.ts";
import { failureLines, failureOf } from "./failure.ts";
import { grouped } from "./narrator.ts";
import type { EngineName } from "./options/engine.ts";
import type { SettingOptions } from "./options/settings.ts";
import { text } from "./printable.ts";
import { configOf } from "./settings.ts";
import { stopSignal } from "./stopping.ts";

/** Options of every service as commander gives them. */
export interface ServiceOptions extends SettingOptions {
  readonly engine: EngineName;
}

/** What a service works with. */
export interface Served {
  readonly signing: Signing;
  readonly deal: DealFacts;
  readonly log: DealLog;
  readonly program: Program;
  readonly executor: Executor;
  /** Seconds between two questions for a new block. */
  readonly interval: number;
}

/** Seconds between two questions for a new block, unless the settings say otherwise. */
const INTERVAL = 2;

/** Connects, reads the Deal and builds its program. */
export async function beginService(options: ServiceOptions): Promise<Served> {
  const config = configOf(options);
  const address = config.need("deal");
  config.need("module");
  const signing = await connectSigning(config);
  const deal = await readDeal(signing.chain, address);
  const program = programOfDeal(config, deal);
  return {
    ...{ signing, deal, program },
    executor: engineOf(options.engine, program).executor,
    log: new DealLog(signing.chain, deal.address, deal.block),
    interval: config.values.interval ?? INTERVAL,
  };
}

/** Runs the Deal's fragments, and computes their commitments, in this process. */
export function replayerOf({ program, executor, deal }: Served): Replayer {
  const { heights } = deal.params;
  const { image } = program;
  const make = honestComputation({ image, executor, budget: deal.terms.budget, heights });
  return replayerInProcess({ make, heights, note: (line) => stderr.line(text`  ${line}`) });
}

/**
 * Looks at each new block until SIGINT or SIGTERM; tells what is sent and what fails, a line each
 * or, with `--json`, an object each on stdout.
 */
export async function serve(
  { signing, interval }: Served,
  service: Service,
  replayer: Replayer,
  isJson: boolean,
): Promise<void> {
  const { chain } = signing;
  const signal = stopSignal();
  const news = new News(replayer, signal);
  const tell = (failure: unknown): void => {
    if (isJson) stdout.json({ error: failureOf(failure) });
    for (const line of failureLines(failure)) stderr.line(line);
  };
  chain.observe(({ label, hash, block, gas }) => {
    if (isJson) stdout.json(jsonValue({ sent: label, hash, block, gas }));
    else stderr.line(text`  block ${block}  ${label.padEnd(16)} ${grouped(gas).padStart(9)} gas  ${hash}`);
  });
  await attend({
    head: () => chain.reader.getBlockNumber(),
    async look() {
      const { sent, failures, problems, warnings } = await service.look();
      for (const { cause } of failures) tell(cause);
      for (const problem of problems) tell(problem);
      for (const { kind, needed, held } of warnings) {
        if (isJson) stdout.json(jsonValue({ warning: kind, needed, held }));
        else
          stderr.line(text`  ${kind}: ${formatEther(held)} ETH, and the disputes can ask for ${formatEther(needed)}`);
      }
      return sent > 0;
    },
    interval,
    signal,
    stirred: () => news.take(),
    onFailure: tell,
  });
}
