/** `npm run -s conformance -- [FILES…] [--onchain none|sample|all] [--json] [--verbose]` */
import { parse } from "../../agents/cli/parse.ts";
import { conformanceCommand } from "./command.ts";

const command = conformanceCommand(async () => {
  // Hardhat takes a second to load: only for those who need a chain.
  const { CALL_BYTES, deployVerifier } = await import("../contracts/machine/verifier.ts");
  const { ask } = await deployVerifier();
  return { callBytes: CALL_BYTES, ask };
});
await parse(command);
