/**
 * What `start.ts` runs: the main job on the embedded chain, with a demonstration's program or with
 * the user's own module.
 */
import { Command, Option } from "commander";
import { Crash } from "../../verifier/errors.ts";
import { useNode } from "../../verifier/node/use-node.ts";
import { encodeTransactions, type Transaction } from "../../verifier/program/transactions.ts";
import { adversary, FALSE_CLAIMANTS, LIAR } from "../players/adversaries/registry.ts";
import { playDeal } from "../scenario/deal.ts";
import { type Demonstration, demonstration, type Guest, GUESTS } from "./demonstration.ts";
import { buildingOf } from "./building.ts";
import { engineOf } from "./engine.ts";
import { type BuildingOptions, withBuilding } from "./options/building.ts";
import { type EngineName, withEngine } from "./options/engine.ts";
import { stderr, stdout } from "./channels.ts";
import { guarded, UserError } from "./failure.ts";
import { narratorOn } from "./narrator.ts";
import { parse } from "./parse.ts";
import { conventionOf, parseNumber, programFrom, transactionsFrom } from "./program-file.ts";
import { conclude } from "./report-text.ts";

interface StartOptions extends BuildingOptions {
  readonly guest?: Guest;
  readonly module?: string;
  readonly transactions?: string;
  readonly convention: string;
  readonly lieAt?: string;
  readonly adversary: string;
  readonly engine: EngineName;
  readonly json?: boolean;
}

/** Bytes of input that a fragment holds. */
const FRAGMENT_BYTES = 65_536;

/** Fragments that a job is split into at least, if it has as many transactions. */
const FRAGMENTS = 3;

const command = withBuilding(withEngine(new Command("npm start --")))
  .description(
    "Play a Deal on the embedded chain: four workers, one lies about one step, a validator disputes, the chain decides.",
  )
  .addOption(
    new Option("-g, --guest <name>", `a program that comes with the project (default: ${GUESTS[0]})`).choices(GUESTS),
  )
  .option("-m, --module <file>", "a WebAssembly module of your own instead")
  .option("-t, --transactions <file>", "its transactions, as JSON")
  .option("-c, --convention <name>", "how transactions reach the module: payload, typed or command", "payload")
  .option(
    "--lie-at <step>",
    "step, from 1 over all fragments, whose result the liar misstates (default: one deep inside)",
  )
  .option("--adversary <name>", `how the liar plays: ${FALSE_CLAIMANTS.join(", ")}`, LIAR.name)
  .option("--json", "print the report as one JSON object on stdout; the rest goes to stderr")
  .exitOverride()
  .showHelpAfterError("(npm start -- --help tells more)")
  .addHelpText("after", "\nExit code 0: the liar lost; 1: the job could not be done; 2: another verdict.")
  .action((options: StartOptions) => guarded(() => start(options), options.json));

useNode();
await parse(command);

async function start(options: StartOptions): Promise<number> {
  const lieAt = options.lieAt === undefined ? undefined : parseNumber(options.lieAt, "--lie-at", 1n);
  const strategy = adversary(options.adversary, FALSE_CLAIMANTS);
  const { program, transactions, lieAbout } = await materials(options);
  const groups = split(transactions);
  const { executor, refusedGrowth } = engineOf(options.engine, program);
  const report = await playDeal(
    {
      program,
      fragments: groups.map((group) => encodeTransactions(group)),
      executor,
      adversary: strategy,
      wish: { at: lieAt, about: lieAbout === undefined ? undefined : placeOf(groups, lieAbout) },
    },
    narratorOn(options.json === true ? stderr : stdout),
  );
  return conclude(report, options.json === true, refusedGrowth());
}

async function materials(options: StartOptions): Promise<Demonstration> {
  const { module, transactions, guest } = options;
  if (module === undefined && transactions === undefined) return demonstration(guest ?? GUESTS[0]);
  if (guest !== undefined) throw new UserError("--guest names a program of the project; it does not go with --module");
  if (module === undefined || transactions === undefined) {
    throw new UserError("a job of your own needs both --module and --transactions");
  }
  const program = programFrom(module, conventionOf(options.convention), buildingOf(options));
  const list = transactionsFrom(transactions, program);
  if (list.length === 0) throw new UserError(`${transactions} holds no transaction; there is nothing to dispute`);
  return { program, transactions: list };
}

/** Splits transactions into fragments of nearly equal count, none larger than a fragment may be. */
function split(transactions: readonly Transaction[]): Transaction[][] {
  const most = Math.ceil(transactions.length / FRAGMENTS);
  const groups: Transaction[][] = [];
  let bytes = 0;
  for (const [i, transaction] of transactions.entries()) {
    const size = encodeTransactions([transaction]).length;
    if (size > FRAGMENT_BYTES) {
      throw new UserError(`transaction ${i} takes ${size} bytes; a fragment holds at most ${FRAGMENT_BYTES}`);
    }
    const last = groups.at(-1);
    if (last === undefined || last.length >= most || bytes + size > FRAGMENT_BYTES) {
      groups.push([transaction]);
      bytes = size;
    } else {
      last.push(transaction);
      bytes += size;
    }
  }
  return groups;
}

/** The fragment of a transaction, and its index in it. */
function placeOf(groups: readonly Transaction[][], index: number): { fragment: number; transaction: number } {
  let transaction = index;
  for (const [fragment, { length }] of groups.entries()) {
    if (transaction < length) return { fragment, transaction };
    transaction -= length;
  }
  throw new Crash(`there is no transaction ${index}`);
}
