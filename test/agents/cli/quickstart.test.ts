import { expect } from "chai";
import { spawn } from "node:child_process";
import { chmodSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { temporaryFolder } from "./temporary-folder.ts";

const ROOT = join(import.meta.dirname, "../../..");

/** In place of npm's own: it is quicker, and installs nothing. */
const NPX = `#!/bin/sh
name=$1; shift
if [ "$name" = arbiter ]; then INIT_CWD=$PWD exec node "${ROOT}/agents/cli/arbiter.ts" "$@"; fi
exec "${ROOT}/node_modules/.bin/$name" "$@"
`;

/** Lets the chain's time go on faster, so that nobody waits a minute for a claim's window. */
const HURRY = `#!/bin/sh
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  sleep 3
  curl -s -H 'content-type: application/json' --data '{"jsonrpc":"2.0","id":1,"method":"evm_increaseTime","params":[20]}' "$1" >/dev/null
done
`;

/** The commands of a document: what stands in blocks of sh. */
function commandsOf(document: string): string {
  const text = readFileSync(join(ROOT, "docs", document), "utf8");
  return [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block).join("\n");
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

describe("the quickstarts, one after the other, as they are written", () => {
  const folder = temporaryFolder();

  it("end with a client's confirmed results", async function () {
    for (const [name, content] of [
      ["npx", NPX],
      ["hurry", HURRY],
    ] as const)
      chmodSync(folder.write(name, content), 0o700);
    const [chain, http] = [await freePort(), await freePort()];
    const script = ["quickstart-deploy.md", "quickstart-validate.md", "quickstart-serve.md"]
      .map(commandsOf)
      .join("\n")
      .replaceAll("8545", String(chain))
      .replace("npx anvil", `npx anvil --port ${chain}`)
      .replaceAll("8080", String(http))
      // Other tests run at the same time.
      .replaceAll(/^sleep (\d+)$/gm, (_, seconds: string) => `sleep ${3 * Number(seconds)}`)
      .replace("npx arbiter results 0 --wait", `hurry http://127.0.0.1:${chain} & npx arbiter results 0 --wait`);
    const { code, output } = await run(`set -e\n${script}\n`);
    expect(code, output).equal(0);
    expect(output).match(/fragment 0 {2}confirmed/);
    for (const answer of ["5", "12", "42"]) expect(output).match(new RegExp(`success {2}${answer}\n`));
    expect(output).match(/\{"ticket":1\}/);
    expect(output, output.slice(-2_000)).match(/"standing":"(submitted|claimed|confirmed)".*"text":"100"/);
  });

  /** Runs a script, and ends all that it has started. */
  function run(script: string): Promise<{ code: number | null; output: string }> {
    const child = spawn("sh", ["-c", script], {
      ...{ cwd: folder.path(""), detached: true, stdio: ["ignore", "pipe", "pipe"] },
      env: { ...process.env, NO_COLOR: "1", PATH: `${folder.path("")}:${process.env["PATH"] ?? ""}` },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    return new Promise((resolve, reject) => {
      child.once("error", reject);
      // What the script has started still has its streams.
      child.once("exit", (code) => {
        if (child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
        child.once("close", () => resolve({ code, output }));
      });
    });
  }
});
