/**
 * LLVM's tools, which are WebAssembly and come with the package of the compiler. They take a second
 * to load, when they are first asked.
 */

/** A tool and its arguments. */
export type LlvmCommand = readonly [tool: "c++filt" | "symbolizer", ...args: string[]];

/**
 * Runs a tool.
 * @param files - its files, by name
 * @returns what it printed; undefined if it fails or is not installed
 */
export async function runTool(
  command: LlvmCommand,
  files: Record<string, Uint8Array> = {},
): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let printed = "";
  const stdout = (bytes: Uint8Array | null): void => {
    if (bytes !== null) printed += decoder.decode(bytes, { stream: true });
  };
  try {
    const { runLLVM } = await import("@yowasp/clang");
    await runLLVM([...command], files, { stdout, stderr: () => undefined, fetchProgress: () => undefined });
    return printed;
  } catch {
    // A backtrace without lines is better than a command that fails while it reports a failure.
    return undefined;
  }
}
