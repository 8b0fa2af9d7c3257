import type { SolidityHooks } from "hardhat/types/hooks";

/**
 * Code (5574) or initialisation code (3860) larger than the chain takes, which is no fault in a
 * contract that is a test.
 */
const SIZE_WARNINGS = new Set(["5574", "3860"]);

/**
 * Where the compiler found something: Hardhat calls the project's own files `project/…`, those of
 * packages `npm/…`.
 */
const OWN_FILE = /--> project\/(\S+\.sol)/;

/**
 * Turns the compiler's warnings about the project's own files into errors, so that such a build
 * fails, and fails again until the warning is gone (a successful build is cached, and would not
 * warn a second time). Warnings about the files of packages are left out: nobody here can mend
 * them.
 */
export const invokeSolc: SolidityHooks["invokeSolc"] = async (context, compiler, input, config, next) => {
  const output = await next(context, compiler, input, config);
  const errors = (output.errors ?? []).flatMap((error) => {
    if (error.severity === "error") return [error];
    const file = OWN_FILE.exec(error.formattedMessage ?? "")?.[1];
    if (file === undefined || (file.startsWith("test/") && SIZE_WARNINGS.has(error.errorCode ?? ""))) return [];
    return [{ ...error, severity: "error" as const, type: "WarningAsError" }];
  });
  return { ...output, errors };
};
