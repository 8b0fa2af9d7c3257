import type { SolidityHooks } from "hardhat/types/hooks";
import { getCompiler } from "./compiler.ts";
import { invokeSolc } from "./warnings.ts";

/* eslint-disable @typescript-eslint/no-deprecated -- nothing replaces getCompiler, and the hook that Hardhat names instead of
   invokeSolc runs when the build has succeeded already */

/** What the project changes in Hardhat's builds. */
const handlers: Partial<SolidityHooks> = { getCompiler, invokeSolc };

export default (): Promise<Partial<SolidityHooks>> => Promise.resolve(handlers);
