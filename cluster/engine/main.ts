/** `npm run engine`: builds CometBFT if it is not there, and says where it is. */
import { Problem } from "../../verifier/errors.ts";
import { escaped } from "../../verifier/printable.ts";
import { haveEngine } from "./engine.ts";

const tell = (line: string): void => void process.stderr.write(`${escaped(line)}\n`);

try {
  process.stdout.write(`${await haveEngine(tell)}\n`);
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  tell(error.hint === undefined ? error.message : `${error.message}. ${error.hint}.`);
  process.exitCode = 1;
}
