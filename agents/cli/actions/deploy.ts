/** What `deploy` does: explains and checks the parameters, deploys, and tells the addresses. */
import { deployShared } from "../../deployment/deploy.ts";
import { explainShared } from "../../deployment/explain.ts";
import { Journal } from "../../deployment/journal.ts";
import { sharedParameters } from "../../deployment/parameters.ts";
import { assumedOf } from "../block-time.ts";
import { stderr, stdout } from "../channels.ts";
import { connect, connectSigning } from "../connection.ts";
import { factLines, jsonValue } from "../facts.ts";
import { ExitCode } from "../failure.ts";
import { tellFindings } from "../findings.ts";
import type { SettingOptions } from "../options/settings.ts";
import { text } from "../printable.ts";
import { configOf, parametersText } from "../settings.ts";

/** Options of `arbiter deploy` as commander gives them. */
export interface DeployOptions extends SettingOptions {
  readonly parameters: string;
  readonly acceptRisk?: boolean;
  readonly dryRun?: boolean;
}

/** Does what the command says, and gives the exit code. */
export async function deploy(options: DeployOptions): Promise<number> {
  const config = configOf(options);
  const file = parametersText(options.parameters);
  const parameters = sharedParameters(file.text, file.name);
  const isDry = options.dryRun === true;
  const reading = await connect(config);
  stderr.line(text`Parameters of ${file.name}`);
  tellFindings(explainShared(parameters, await assumedOf(reading.chain)), isDry || options.acceptRisk === true);
  if (isDry) {
    if (options.json === true) stdout.json(jsonValue(parameters));
    return ExitCode.success;
  }
  const path = config.need("deployment");
  const { chain, chainId, self } = await connectSigning(config);
  const journal = new Journal(path, chainId);
  const deployed = await deployShared({
    ...{ chain, journal, from: self, parameters },
    onDeployed: ({ name, address, isOld }) =>
      stderr.line(text`  ${name.padEnd(12)} ${address}${isOld ? " (was there)" : ""}`),
  });
  const addresses = Object.fromEntries(deployed.map(({ name, address }) => [name, address]));
  if (options.json === true) stdout.json({ chainId, deployment: path, contracts: addresses });
  else for (const line of factLines(Object.entries(addresses))) stdout.line(line);
  stderr.line(text`noted in ${path}; docs/deploying.md tells how to verify the sources`);
  return ExitCode.success;
}
