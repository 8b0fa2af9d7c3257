/** What a worker and a validator have in common: a Deal, its program, an account, and a life. */
import type { Executor } from "../../verifier/state/executor.ts";
import type { Program } from "../../verifier/program/build.ts";
import { runFragment } from "../../verifier/program/fragment.ts";
import { initialState } from "../../verifier/state/program.ts";
import { DealLog } from "../chain/deal-log.ts";
import { type DealFacts, readDeal } from "../chain/deal-facts.ts";
import { attend } from "../service/attend.ts";
import { Replay } from "../worker/replay.ts";
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
export interface Service {
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
export async function beginService(options: ServiceOptions): Promise<Service> {
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

/** A replay that begins with the program alone. */
export function replayOf({ program, executor, deal }: Service): Replay {
  const { budget } = deal.terms;
  return new Replay(initialState(program.image), (before, { input }) =>
    runFragment(before, input, { budget, executor }),
  );
}

/**
 * Looks at each new block until SIGINT or SIGTERM; tells what is sent and what fails, a line each
 * or, with `--json`, an object each on stdout.
 */
export async function serve(
  { signing, interval }: Service,
  look: () => Promise<boolean>,
  isJson: boolean,
): Promise<void> {
  const { chain } = signing;
  chain.observe(({ label, hash, block, gas }) => {
    if (isJson) stdout.json(jsonValue({ sent: label, hash, block, gas }));
    else stderr.line(text`  block ${block}  ${label.padEnd(16)} ${grouped(gas).padStart(9)} gas  ${hash}`);
  });
  await attend({
    head: () => chain.reader.getBlockNumber(),
    look,
    interval,
    signal: stopSignal(),
    onFailure(failure) {
      if (isJson) stdout.json({ error: failureOf(failure) });
      for (const line of failureLines(failure)) stderr.line(line);
    },
  });
}
