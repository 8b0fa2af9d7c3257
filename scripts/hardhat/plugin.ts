import { overrideTask } from "hardhat/config";
import type { HardhatPlugin } from "hardhat/types/plugins";

/**
 * What the project adds to Hardhat: compiler warnings are errors, Mocha takes only `*.test.ts`, and both test runners
 * report their figures (see report.ts). To be listed after the toolbox.
 */
export const arbiterPlugin: HardhatPlugin = {
  id: "arbiter",
  hookHandlers: { solidity: () => import("./warnings.ts") },
  tasks: [
    overrideTask(["test", "mocha"])
      .setAction(() => import("./mocha-task.ts"))
      .build(),
    overrideTask(["test", "solidity"])
      .setAction(() => import("./solidity-task.ts"))
      .build(),
  ],
};
