import type { TaskOverrideActionFunction } from "hardhat/types/tasks";
import { Build } from "./built.ts";

/** `hardhat build`, which records for which sources it built. */
const action: TaskOverrideActionFunction = async (args, hre, runSuper) => {
  const build = new Build(hre.config.paths.root);
  build.adopt();
  const sources = build.sources();
  if (!build.isCurrent) build.forget();
  const result: unknown = await runSuper(args);
  const isWhole = (args["files"] as string[]).length === 0 && args["noContracts"] !== true;
  if (isWhole) build.record(sources);
  return result;
};

export default action;
