/**
 * A register of keys and values as an application of ABCI, for tests of what stands between an
 * application and the engine. Its app hash binds all blocks, and does not change over empty ones.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { APPLY_RESULT, OFFER_RESULT, PROPOSAL } from "../../cluster/abci/messages.ts";
import type { Application } from "../../cluster/abci/server.ts";
import { concat } from "../../verifier/consensus/protobuf.ts";
import { sha256 } from "../../verifier/consensus/sha256.ts";

interface Saved {
  readonly height: number;
  readonly appHash: string;
  readonly entries: [string, string][];
}

/** The application whose state lies in a file, if one is named. */
export function toyApplication(file?: string): Application {
  const saved: Saved =
    file !== undefined && existsSync(file)
      ? (JSON.parse(readFileSync(file, "utf8")) as Saved)
      : { height: 0, appHash: "00".repeat(32), entries: [] };
  const entries = new Map(saved.entries);
  let height = BigInt(saved.height);
  let appHash: Uint8Array = Uint8Array.from(Buffer.from(saved.appHash, "hex"));
  let next = { height, appHash };
  const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");
  const isEntry = (tx: Uint8Array): boolean => textOf(tx).includes("=");
  const done = { code: 0, log: "", info: "", gasWanted: 0n, gasUsed: 0n, codespace: "" };

  return {
    info: () => ({
      data: "toy",
      version: "1",
      appVersion: 0n,
      lastBlockHeight: height,
      lastBlockAppHash: height > 0n ? appHash : new Uint8Array(),
    }),
    initChain: () => ({ validators: [], appHash }),
    query: ({ data }) => ({
      code: entries.has(textOf(data)) ? 0 : 1,
      log: "",
      info: "",
      index: 0n,
      key: data,
      value: Buffer.from(entries.get(textOf(data)) ?? ""),
      height,
      codespace: "",
    }),
    checkTx: ({ tx }) => ({ ...done, code: isEntry(tx) ? 0 : 1, data: new Uint8Array(), log: "KEY=VALUE" }),
    prepareProposal: ({ txs, maxTxBytes }) => {
      let room = Number(maxTxBytes);
      return { txs: txs.filter((tx) => (room -= tx.length + 8) >= 0) };
    },
    processProposal: ({ txs }) => ({ status: txs.every(isEntry) ? PROPOSAL.accept : PROPOSAL.reject }),
    finalizeBlock: (block) => {
      const txResults = block.txs.map((tx) => {
        const [key = "", value = ""] = textOf(tx).split("=");
        entries.set(key, value);
        return { ...done, data: Buffer.from(`${key} is ${value}`) };
      });
      const hash = block.txs.length === 0 ? appHash : sha256(appHash, ...block.txs.map((tx) => sha256(tx)));
      next = { height: block.height, appHash: hash };
      return { txResults, validatorUpdates: [], appHash: hash };
    },
    commit: () => {
      ({ height, appHash } = next);
      if (file !== undefined) {
        const state: Saved = {
          height: Number(height),
          appHash: Buffer.from(appHash).toString("hex"),
          entries: [...entries],
        };
        writeFileSync(`${file}.next`, JSON.stringify(state));
        renameSync(`${file}.next`, file);
      }
      return { retainHeight: 0n };
    },
    listSnapshots: () => ({ snapshots: [] }),
    offerSnapshot: () => ({ result: OFFER_RESULT.reject }),
    loadSnapshotChunk: () => ({ chunk: concat() }),
    applySnapshotChunk: () => ({ result: APPLY_RESULT.abort }),
  };
}
