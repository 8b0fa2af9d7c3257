/** What `results` does: what a fragment's transactions answered, and a proof of each answer. */
import { bytesToHex, type Hex } from "viem";
import { Outcome } from "../../../verifier/machine/codes.ts";
import { type OutputProof, type Piece, proveOutput } from "../../../verifier/proof/output.ts";
import type { TransactionResult } from "../../../verifier/program/transactions.ts";
import { runFragment } from "../../../verifier/program/fragment.ts";
import { initialState } from "../../../verifier/state/program.ts";
import { type ClaimView, DealLog, type DealView } from "../../chain/deal-log.ts";
import { readDeal } from "../../chain/deal-facts.ts";
import { Replay, rootHex } from "../../worker/replay.ts";
import { stdout } from "../channels.ts";
import { connect } from "../connection.ts";
import { programOfDeal } from "../deal-program.ts";
import { engineOf } from "../engine.ts";
import { ExitCode, UserError } from "../failure.ts";
import type { EngineName } from "../options/engine.ts";
import type { SettingOptions } from "../options/settings.ts";
import { text } from "../printable.ts";
import { parseNumber } from "../program-file.ts";
import { configOf } from "../settings.ts";

/** Options of `arbiter results` as commander gives them. */
export interface ResultsOptions extends SettingOptions {
  readonly engine: EngineName;
  readonly transaction?: string;
  readonly proof?: boolean;
}

/** How far a fragment is, by what is known of it. */
type Standing = "submitted" | "claimed" | "disputed" | "confirmed" | "decided";

/** Exit code where the chain has not confirmed what we computed. */
const UNCONFIRMED = 3;

/** Does what the command says, and gives the exit code. */
export async function results(given: string, options: ResultsOptions): Promise<number> {
  const index = Number(parseNumber(given, "the fragment", 0n));
  const only =
    options.transaction === undefined ? undefined : Number(parseNumber(options.transaction, "--transaction", 0n));
  const config = configOf(options);
  const address = config.need("deal");
  config.need("module");
  const { chain } = await connect(config);
  const deal = await readDeal(chain, address);
  const program = programOfDeal(config, deal);
  const { executor } = engineOf(options.engine, program);
  const view = await new DealLog(chain, address, deal.block).view();
  const fragment = view.fragments[index];
  if (fragment === undefined)
    throw new UserError(`the Deal has ${view.fragments.length} fragments, counted from 0; there is no ${index}`);
  const { budget } = deal.terms;
  const replay = new Replay(initialState(program.image), (before, { input }) =>
    runFragment(before, input, { budget, executor }),
  );
  for (const earlier of view.fragments.slice(0, index)) replay.run(earlier);
  const run = replay.run(fragment);
  const root = rootHex(run.final);
  const standing = standingOf(view, index);
  const isConfirmed = standing === "confirmed" && confirmedClaim(view, index)?.finalState === root;
  if (standing === "confirmed" && !isConfirmed) {
    throw new UserError(`the chain has confirmed another state of fragment ${index} than this replay gives`, {
      hint: "a wrong claim was never challenged, or this machine computes wrongly: tell the other parties",
    });
  }
  const shown = run.results
    .map((result, transaction) => ({ transaction, result }))
    .filter(({ transaction }) => only === undefined || transaction === only);
  if (options.json === true) {
    const transactions = shown.map(({ transaction, result }) => ({
      ...{ transaction, ...resultJson(result) },
      ...(options.proof === true ? { proof: proofJson(proveOutput(run.final, transaction)) } : {}),
    }));
    stdout.json({ fragment: index, standing, isConfirmed, stateRoot: root, transactions });
  } else {
    stdout.line(text`fragment ${index}  ${standing}, state ${root}`);
    for (const { transaction, result } of shown) {
      const { outcome, text: answer, output } = resultJson(result);
      stdout.line(text`${String(transaction).padStart(5)}  ${outcome.padEnd(8)} ${answer ?? output}`);
    }
  }
  return isConfirmed ? ExitCode.success : UNCONFIRMED;
}

function confirmedClaim(view: DealView, fragment: number): ClaimView | undefined {
  return [...view.claims.values()].find((claim) => claim.fragment === fragment && claim.phase === "confirmed");
}

function standingOf(view: DealView, fragment: number): Standing {
  if (confirmedClaim(view, fragment) !== undefined) return "confirmed";
  if (fragment < view.resolved) return "decided";
  const phases = [...view.claims.values()].filter((claim) => claim.fragment === fragment).map(({ phase }) => phase);
  if (phases.includes("disputed")) return "disputed";
  return phases.includes("open") || phases.includes("upheld") ? "claimed" : "submitted";
}

const OUTCOMES = Object.fromEntries(Object.entries(Outcome).map(([name, code]) => [code, name]));

/** A result as JSON has it. */
interface ResultJson {
  readonly outcome: string;
  readonly code: number;
  /** Steps, a decimal string. */
  readonly fuelUsed: string;
  readonly output: Hex;
  /** The output, if it is UTF-8. */
  readonly text: string | null;
}

function resultJson({ kind, code, fuelUsed, output }: TransactionResult): ResultJson {
  return {
    ...{ outcome: OUTCOMES[kind] ?? String(kind), code, fuelUsed: fuelUsed.toString() },
    ...{ output: bytesToHex(output), text: utf8(output) },
  };
}

function utf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** A proof as JSON has it: `Outputs.Proof` of the contracts. */
function proofJson({ record, receipt, output }: OutputProof): object {
  const piece = ({ bytes, siblings }: Piece): object => ({
    leaves: Array.from({ length: bytes.length / 32 }, (_, i) => bytesToHex(bytes.subarray(32 * i, 32 * i + 32))),
    siblings: siblings.map((sibling) => bytesToHex(sibling)),
  });
  return { record: bytesToHex(record), receipt: piece(receipt), output: output.map(piece) };
}
