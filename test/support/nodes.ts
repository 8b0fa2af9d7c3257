/** Real nodes for tests, each in a process or a server of its own on a free port of the loopback interface. */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join, dirname } from "node:path";

/** A node that answers JSON-RPC. */
export interface TestNode {
  readonly url: string;
  /** Asks the node directly. Throws its error. */
  request(method: string, params?: readonly unknown[]): Promise<unknown>;
  close(): Promise<void>;
}

/**
 * The shell waits for the end of its own input, which comes with `close` and with the end of this
 * process however it ends: the node never outlives it.
 */
const WATCHED = '"$@" </dev/null & node=$!; cat >/dev/null; kill "$node"; wait "$node"';

/** Starts anvil with the rules of Osaka, which mines a block for each transaction unless told otherwise. */
export async function startAnvil(options: readonly string[] = []): Promise<TestNode> {
  const anvil = join(dirname(createRequire(import.meta.url).resolve("@foundry-rs/anvil/package.json")), "bin.mjs");
  const command = [process.execPath, anvil, "--port", "0", "--hardfork", "osaka", ...options];
  const child = spawn("/bin/sh", ["-c", WATCHED, "anvil", ...command], { stdio: ["pipe", "pipe", "pipe"] });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  let output = "";
  const url = await new Promise<string>((listening, failed) => {
    const read = (text: Buffer): void => {
      output += text.toString();
      const address = /Listening on (\S+)/.exec(output)?.[1];
      if (address !== undefined) listening(`http://${address}`);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("exit", () => failed(new Error(`anvil ended: ${output}`)));
    child.once("error", failed);
  });
  return {
    ...{ url, request: asking(url) },
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}

/** Starts Hardhat's node, which mines a block for each transaction. */
export async function startHardhatNode(): Promise<TestNode> {
  const { default: hre } = await import("hardhat");
  const server = await hre.network.createServer("default", "127.0.0.1", 0);
  const { address, port } = await server.listen();
  const url = `http://${address}:${port}`;
  return { url, request: asking(url), close: () => server.close() };
}

function asking(url: string): TestNode["request"] {
  return async (method, params = []) => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
    const { result, error } = (await answer.json()) as { result?: unknown; error?: { message: string } };
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result;
  };
}
