/**
 * Builds a program once and prints {@link BuildReport} as JSON: a process of its own, because the
 * second building in a process finds its code compiled. `node building-process.ts PACKAGE FILE`
 */
import { packageFile } from "../examples/foreign/program.ts";
import { useNode } from "../verifier/node/use-node.ts";
import { buildProgram } from "../verifier/program/build.ts";

/** What building a program takes. */
export interface BuildReport {
  /** Bytes of the module. */
  readonly bytes: number;
  /** Instruction words of the program. */
  readonly words: number;
  /** Seconds of processor time up to the first body, up to the hashes, and in all. */
  readonly linked: number;
  readonly lowered: number;
  readonly processor: number;
  /** Seconds by the clock on the wall. */
  readonly elapsed: number;
  /** The most memory that the process had, in bytes. */
  readonly peak: number;
}

function measure(name: string, file: string): BuildReport {
  const bytes = packageFile(name, file);
  const [begin, at] = [process.cpuUsage(), performance.now()];
  const spent = (): number => {
    const { user, system } = process.cpuUsage(begin);
    return (user + system) / 1e6;
  };
  const reached: Partial<Record<"lowering" | "hashing", number>> = {};
  const { image } = buildProgram([{ name: "guest", bytes }], {
    convention: "typed",
    allowMissingImports: true,
    onProgress: (phase) => (reached[phase] ??= spent()),
  });
  return {
    bytes: bytes.length,
    words: image.code.length / 32,
    linked: reached.lowering ?? 0,
    lowered: reached.hashing ?? 0,
    processor: spent(),
    elapsed: (performance.now() - at) / 1000,
    peak: process.resourceUsage().maxRSS * 1024,
  };
}

useNode();
const [name = "", file = ""] = process.argv.slice(2);
console.log(JSON.stringify(measure(name, file)));
