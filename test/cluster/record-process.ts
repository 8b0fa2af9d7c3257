/**
 * Records what the tests of `test/recorded/` compare with: `node test/cluster/record-process.ts
 * ENGINE` starts clusters of the real engine and writes what it says.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fieldsOf } from "../../cluster/abci/wire.ts";
import { chainIdOf } from "../../verifier/consensus/chain-id.ts";
import { members } from "../support/electorate.ts";
import { RECORDED, RECORDED_DEAL } from "../support/recorded.ts";
import { ToyCluster } from "./toy-cluster.ts";

const [, , engine = ""] = process.argv;
const all = members(4);

function write(name: string, value: unknown): void {
  mkdirSync(RECORDED, { recursive: true });
  writeFileSync(join(RECORDED, `${name}.json`), `${JSON.stringify(value, null, 2)}\n`);
  console.log(`wrote ${name}.json`);
}

/** A cluster of four: a commit, one of a later round with somebody absent, and every request. */
async function commits(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "arbiter-record-"));
  const recording = join(folder, "requests");
  const cluster = await ToyCluster.start(engine, chainIdOf(RECORDED_DEAL, 3), all, { recording });
  try {
    await cluster.reaches(0, 1);
    const height = await cluster.apply(0, "colour=blue");
    await cluster.reaches(0, height + 1);
    const at = { height: String(height + 1) };
    write("commit", await cluster.ask(0, "commit", at));
    write("validators", await cluster.ask(0, "validators", at));
    write("block", await cluster.ask(0, "block", { height: String(height) }));
    await cluster.ask(0, "abci_query", { path: "/entry", data: Buffer.from("colour").toString("hex") });
    await cluster.killNode(3);
    for (let i = 0; ; i++) {
      const later = { height: String(await cluster.apply(i % 3, `key${i}=value`)) };
      const answer = (await cluster.ask(i % 3, "commit", later)) as { signed_header: { commit: { round: number } } };
      if (answer.signed_header.commit.round === 0) continue;
      write("later-round", answer);
      break;
    }
  } finally {
    await cluster.stop();
  }
  // One of each method: the last.
  const seen = new Map(
    readFileSync(recording, "utf8")
      .trim()
      .split("\n")
      .map((line) => [[...fieldsOf(Buffer.from(line, "hex"))][0]?.[0], line]),
  );
  write("requests", [...seen.values()]);
  rmSync(folder, { recursive: true });
}

/** A cluster in which two nodes have the key of seat 0: evidence that it has voted twice. */
async function equivocation(): Promise<void> {
  const chainId = chainIdOf(RECORDED_DEAL, 4);
  const cluster = await ToyCluster.start(engine, chainId, [...all, all[0]!], { seats: 4 });
  try {
    await cluster.reaches(1, 1);
    for (let height = 1, i = 0; ; i++) {
      await cluster.apply(1, `key${i}=value`).catch(() => undefined);
      for (const top = await cluster.height(1); height <= top; height++) {
        const { block } = (await cluster.ask(1, "block", { height: String(height) })) as {
          block: { evidence: { evidence: { value: unknown }[] } };
        };
        const [evidence] = block.evidence.evidence;
        if (evidence === undefined) continue;
        write("evidence", evidence.value);
        return;
      }
      await sleep(100);
    }
  } finally {
    await cluster.stop();
  }
}

await commits();
await equivocation();
