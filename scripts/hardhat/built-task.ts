import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { Build } from "./built.ts";

/**
 * `hardhat built`: builds the contracts unless their artifacts are current. It says so on stderr.
 */
const action: NewTaskActionFunction = async (_args, hre) => {
  if (new Build(hre.config.paths.root).isCurrent) return;
  process.stderr.write("Building the contracts.\n");
  await hre.tasks.getTask("build").run({ noTests: true, quiet: true });
};

export default action;
