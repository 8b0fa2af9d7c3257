/** What is claimed of one fragment although nothing was run for it. */
import { bytesToHex, type Hex, hexToBytes, keccak256 } from "viem";
import { inventedRecord } from "../players/adversaries/invented-record.ts";
import type { KnownBook } from "../players/known-book.ts";
import type { StateFacts } from "../replay/replayer.ts";
import type { Runs } from "../worker/runs.ts";

/** What somebody says who has another end, and another book, for the fragment at a position. */
export function inventing(runs: Runs, index: number, book: KnownBook): Runs {
  const isInvented = (id: Hex): boolean => {
    const replayed = runs.replayed(id);
    return replayed.phase === "done" && replayed.run.index === index;
  };
  return {
    follow: (lineup) => {
      runs.follow(lineup);
    },
    want: (fragments) => {
      runs.want(fragments);
    },
    replayed(id) {
      const replayed = runs.replayed(id);
      if (replayed.phase !== "done" || replayed.run.index !== index) return replayed;
      return { phase: "done", run: { ...replayed.run, final: invented(replayed.run.final) } };
    },
    book: (id) => (isInvented(id) ? book : runs.book(id)),
  };
}

function invented({ record: reached }: StateFacts): StateFacts {
  const record = inventedRecord(hexToBytes(reached));
  return { root: keccak256(record), record: bytesToHex(record) };
}
