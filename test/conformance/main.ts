/** `npm run -s conformance -- [FILES…] [--onchain none|sample|all] [--json] [--verbose]` */
import { parse } from "../../agents/cli/parse.ts";
import { useNode } from "../../verifier/node/use-node.ts";
import { conformanceCommand } from "./command.ts";

/** Simulators that are asked in turn: each has one thread for its calls. */
const SIMULATORS = 2;

const command = conformanceCommand(async () => {
  // Hardhat takes a second to load: only for those who need a chain.
  const { CALL_BYTES, deployVerifier } = await import("../contracts/machine/verifier.ts");
  const verifiers = await Promise.all(Array.from({ length: SIMULATORS }, deployVerifier));
  let asked = 0;
  return {
    callBytes: CALL_BYTES,
    ask: (queries) => {
      const verifier = verifiers[asked++ % SIMULATORS];
      if (verifier === undefined) throw new RangeError("there is no simulator");
      return verifier.ask(queries);
    },
  };
});
useNode();
await parse(command);
