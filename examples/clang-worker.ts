/** The thread in which `clang.ts` runs the compiler. */
import { parentPort, workerData } from "node:worker_threads";
import { commands, runLLVM } from "@yowasp/clang";
import type { CompilerAnswer, CompilerOrder } from "./clang.ts";

parentPort?.postMessage(await compile(workerData as CompilerOrder));

async function compile({ sources, compiler, args, result }: CompilerOrder): Promise<CompilerAnswer> {
  let messages = "";
  const decoder = new TextDecoder();
  const collect = (bytes: Uint8Array | null): void => {
    if (bytes !== null) messages += decoder.decode(bytes, { stream: true });
  };
  try {
    // The compiler's own files come first: a command prints while it fetches them.
    await runLLVM(undefined, {}, { fetchProgress: () => undefined });
    const files = await commands[compiler](args, sources, { stdout: collect, stderr: collect });
    const bytes = files?.[result];
    return bytes instanceof Uint8Array ? { bytes } : { failure: `it wrote no ${result}: ${messages}` };
  } catch (error) {
    return { failure: messages === "" ? String(error) : messages };
  }
}
