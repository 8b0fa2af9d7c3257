/** What `sequencer` does: takes transactions over HTTP, submits them, and answers for them. */
import { serve as listen } from "@hono/node-server";
import { type Address, bytesToHex } from "viem";
import { parseTransactions } from "../../../verifier/program/transactions-file.ts";
import { TransactionError } from "../../../verifier/program/errors.ts";
import { proveOutput } from "../../../verifier/proof/output.ts";
import { dealCall } from "../../chain/calls.ts";
import type { DealFacts } from "../../chain/deal-facts.ts";
import type { Intent } from "../../chain/intent.ts";
import type { Look } from "../../chain/look.ts";
import { defaultFuel } from "../../service/fragments.ts";
import { type NextFragment, Sequencer } from "../../sequencer/sequencer.ts";
import { type Desk, sequencerServer } from "../../sequencer/server.ts";
import { Tickets } from "../../sequencer/tickets.ts";
import { Answers, proofJson, resultJson } from "../answers.ts";
import { ExitCode, UserError } from "../failure.ts";
import { parseNumber } from "../program-file.ts";
import type { EngineName } from "../options/engine.ts";
import { executorOf } from "../engine.ts";
import { beginService, type Served, type ServiceOptions } from "../serving.ts";

/** Options of `arbiter sequencer` as commander gives them. */
export interface SequencerOptions extends ServiceOptions {
  readonly host: string;
  readonly port: string;
  readonly maxWait: string;
}

/** Does what the command says, and gives the exit code. */
export async function sequence(options: SequencerOptions): Promise<number> {
  const port = Number(parseNumber(options.port, "--port", 0n));
  const patience = 1000 * Number(parseNumber(options.maxWait, "--max-wait", 0n));
  const served = await beginService("sequencer", options);
  const { chain, self, deal, log, program, store, outbox, telling, live } = served;
  if (self !== deal.terms.sequencer.toLowerCase())
    throw new UserError(`the Deal's sequencer is ${deal.terms.sequencer}, not ${self}`);
  const tickets = new Tickets(store);
  const room = { bytes: deal.terms.maxInput, steps: deal.terms.budget };
  const sequencer = new Sequencer({ tickets, room, patience, clock: Date.now });
  const desk = deskOf(served, options.engine, sequencer, tickets, (content) => {
    const [transaction] = parseTransactions(`[${content}]`, program, defaultFuel(room));
    if (transaction === undefined) throw new TransactionError("", "there is no transaction in the request");
    return transaction;
  });
  const server = listen({ fetch: sequencerServer(desk).fetch, hostname: options.host, port }, (info) => {
    telling.note(`sequencer ${self} of the Deal ${deal.address} listens on http://${options.host}:${info.port}`);
  });
  const look = async (): Promise<Look> => {
    const fragment = sequencer.next(await log.view());
    const intents = fragment === undefined ? [] : [submission(deal, self, fragment)];
    return { ...(await outbox.carryOut(intents, await chain.now())), warnings: [], problems: [] };
  };
  try {
    await live({ look });
  } finally {
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
  return ExitCode.success;
}

/** What a submission may cost at most, in wei: nothing else says what it is worth. */
const STAKE = 10n ** 18n;

function submission({ address }: DealFacts, from: Address, { input, index }: NextFragment): Intent {
  const call = dealCall(address, "submit", [bytesToHex(input)]);
  return { key: `submit ${index}`, from, call, deadline: Number.MAX_SAFE_INTEGER, stake: STAKE };
}

function deskOf(
  { program, deal, log }: Served,
  engine: EngineName,
  sequencer: Sequencer,
  tickets: Tickets,
  parse: Desk["parse"],
): Desk {
  const answers = new Answers(program, executorOf(engine, program), deal);
  return {
    parse,
    take: (transaction) => sequencer.take(transaction),
    find: (number) => tickets.find(number),
    async answer({ fragment, transaction }) {
      const replayed = await answers.of(await log.view(), fragment);
      const result = replayed?.run.results[transaction];
      if (replayed === undefined || result === undefined) return undefined;
      const { run, root, standing } = replayed;
      const proof = standing === "confirmed" ? proofJson(proveOutput(run.final, transaction)) : null;
      return { standing, ...resultJson(result), stateRoot: root, proof };
    },
  };
}
