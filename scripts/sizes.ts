import { globSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { z } from "zod";
import { Problem } from "../verifier/errors.ts";

/** The most bytes of code that a contract may have on chain (EIP-170 allows one more). */
export const LARGEST_CONTRACT = 24_575;

const artifactSchema = z.object({
  contractName: z.string(),
  abi: z.array(z.object({ type: z.string() })),
  deployedBytecode: z.string().startsWith("0x"),
  buildInfoId: z.string(),
});

/**
 * Size of the deployed code, in bytes, of every contract of contracts/ that can be called.
 * Interfaces have no code, and libraries of internal functions live inside their callers.
 *
 * @param artifacts the folder of the build's artifacts of contracts/
 * @throws Error if a contract was compiled together with interfaces and libraries that are
 *   nothing to it: then its size and its gas depend on what else was built
 */
export function contractSizes(artifacts: string): Record<string, number> {
  const files = globSync(`${artifacts}/**/*.sol/*.json`).sort();
  const all = files.map((file) => {
    const parsed = artifactSchema.safeParse(JSON.parse(readFileSync(file, "utf8")));
    if (!parsed.success) throw new Problem(`${relative(artifacts, file)} is no artifact: ${parsed.error.message}`);
    const { contractName, abi, deployedBytecode, buildInfoId } = parsed.data;
    const callable = abi.some(({ type }) => ["constructor", "function", "fallback", "receive"].includes(type));
    const size = callable ? (deployedBytecode.length - 2) / 2 : 0;
    return { contractName, size, buildInfoId };
  });
  const shared = new Set(all.filter(({ size }) => size === 0).map(({ buildInfoId }) => buildInfoId));
  const contracts = all.filter(({ size }) => size > 0);
  for (const { contractName, buildInfoId } of contracts) {
    if (!shared.has(buildInfoId)) continue;
    throw new Problem(
      `${contractName} was compiled together with all the rest: add it to "deployed" in hardhat.config.ts.`,
    );
  }
  return Object.fromEntries(contracts.map(({ contractName, size }) => [contractName, size]));
}
