import { overrideTask, task } from "hardhat/config";
import type { HardhatPlugin } from "hardhat/types/plugins";

/**
 * What the project adds to Hardhat: the compiler comes from a package and its warnings are errors,
 * the task `built` builds only where artifacts are out of date, Mocha takes only `*.test.ts`, and
 * both test runners report their figures (see report.ts). To be listed after the toolbox.
 */
export const arbiterPlugin: HardhatPlugin = {
  id: "arbiter",
  hookHandlers: { solidity: () => import("./solidity-hooks.ts") },
  tasks: [
    overrideTask("build")
      .setAction(() => import("./build-task.ts"))
      .build(),
    task("built", "Builds the contracts unless their artifacts are current")
      .setAction(() => import("./built-task.ts"))
      .build(),
    overrideTask(["test", "mocha"])
      .setAction(() => import("./mocha-task.ts"))
      .build(),
    overrideTask(["test", "solidity"])
      .setAction(() => import("./solidity-task.ts"))
      .build(),
  ],
};
