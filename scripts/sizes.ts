import { globSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { z } from "zod";

/** The most bytes of code that a contract may have on chain (EIP-170 allows one more). */
export const LARGEST_CONTRACT = 24_575;

const artifactSchema = z.object({
  contractName: z.string(),
  abi: z.array(z.object({ type: z.string() })),
  deployedBytecode: z.string().startsWith("0x"),
});

/**
 * Size of the deployed code, in bytes, of every contract and library of contracts/ that can be called. Interfaces have
 * no code, and libraries of internal functions live inside their callers.
 *
 * @param artifacts the folder of the build's artifacts of contracts/
 */
export function contractSizes(artifacts: string): Record<string, number> {
  const sizes: Record<string, number> = {};
  for (const file of globSync(`${artifacts}/**/*.sol/*.json`).sort()) {
    const parsed = artifactSchema.safeParse(JSON.parse(readFileSync(file, "utf8")));
    if (!parsed.success) throw new Error(`${relative(artifacts, file)} is no artifact: ${parsed.error.message}`);
    const { contractName, abi, deployedBytecode } = parsed.data;
    const callable = abi.some(({ type }) => ["constructor", "function", "fallback", "receive"].includes(type));
    if (callable && deployedBytecode.length > 2) sizes[contractName] = (deployedBytecode.length - 2) / 2;
  }
  return sizes;
}
