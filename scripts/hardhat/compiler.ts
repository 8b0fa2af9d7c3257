import type { SolidityHooks } from "hardhat/types/hooks";
import { fileURLToPath } from "node:url";

/**
 * Finds the compiler, of which the configuration says where it lies in a package. Its path may not
 * stand there: Hardhat tells by the whole configuration whether a contract is built already, and a
 * copy of the folder would build everything again.
 */
export const getCompiler: SolidityHooks["getCompiler"] = (context, config, next) => {
  const { path } = config;
  return next(context, path === undefined ? config : { ...config, path: fileURLToPath(import.meta.resolve(path)) });
};
