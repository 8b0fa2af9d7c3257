/** What `deal create` does: explains and checks the terms, and deploys the Deal. */
import { bytesToHex, encodeDeployData } from "viem";
import { arbiterAbi } from "../../../contracts/abi/Arbiter.ts";
import { dealAbi } from "../../../contracts/abi/Deal.ts";
import { dealBytecode } from "../../../contracts/abi/Deal.bytecode.ts";
import { readDeal } from "../../chain/deal-facts.ts";
import { readParams } from "../../chain/tournament-log.ts";
import { explainTerms } from "../../deployment/explain.ts";
import { Journal } from "../../deployment/journal.ts";
import { termsFile } from "../../deployment/parameters.ts";
import { addressOf } from "../addresses.ts";
import { assumedOf } from "../block-time.ts";
import { stderr, stdout } from "../channels.ts";
import { connectSigning } from "../connection.ts";
import { programOf } from "../deal-program.ts";
import { termsOf } from "../deal-terms.ts";
import { factLines, jsonValue } from "../facts.ts";
import { ExitCode, UserError } from "../failure.ts";
import { tellFindings } from "../findings.ts";
import type { SettingOptions } from "../options/settings.ts";
import { text } from "../printable.ts";
import { configOf, parametersText, saveSetting } from "../settings.ts";

/** Options of `arbiter deal create` as commander gives them. */
export interface CreateOptions extends SettingOptions {
  readonly terms: string;
  readonly sequencer?: string;
  readonly save?: boolean;
  readonly acceptRisk?: boolean;
  readonly dryRun?: boolean;
}

/** Does what the command says, and gives the exit code. */
export async function createDeal(options: CreateOptions): Promise<number> {
  const config = configOf(options);
  const given = parametersText(options.terms);
  const sequencer = addressOf(options.sequencer, "--sequencer");
  const file = { ...termsFile(given.text, given.name), ...(sequencer === undefined ? {} : { sequencer }) };
  const { chain, chainId, self } = await connectSigning(config);
  const { Arbiter: arbiter, Deposits: deposits } = new Journal(config.need("deployment"), chainId).addresses();
  if (arbiter === undefined || deposits === undefined) {
    throw new UserError(`${config.need("deployment")} has no Arbiter or no Deposits`, { hint: "call deploy first" });
  }
  const { program } = programOf(config);
  stderr.line(text`Program ${bytesToHex(program.root)}, convention ${program.convention}`);
  stderr.line(text`Terms of ${given.name}`);
  const tournament = await chain.reader.readContract({ address: arbiter, abi: arbiterAbi, functionName: "tournament" });
  const params = await readParams(chain, tournament);
  const isDry = options.dryRun === true;
  tellFindings(explainTerms(file, params, await assumedOf(chain)), isDry || options.acceptRisk === true);
  const terms = termsOf(file, { arbiter, deposits, self, program });
  if (isDry) {
    if (options.json === true) stdout.json(jsonValue({ terms }));
    return ExitCode.success;
  }
  const data = encodeDeployData({ abi: dealAbi, bytecode: dealBytecode, args: [terms] });
  const facts = await readDeal(chain, await chain.deploy(self, "deploy Deal", data));
  const { address: deal, block, termsHash } = facts;
  if (options.save === true) stderr.line(text`noted in ${saveSetting(options, "deal", deal)}`);
  if (options.json === true) stdout.json(jsonValue({ deal, block, termsHash, programRoot: bytesToHex(program.root) }));
  else
    for (const line of factLines([
      ["deal", deal],
      ["block", block],
      ["terms hash", termsHash],
    ]))
      stdout.line(line);
  return ExitCode.success;
}
