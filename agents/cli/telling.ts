/** What a running service tells: lines for a person on stderr, or with `--json` its log on stdout. */
import { formatEther } from "viem";
import type { Warning } from "../chain/look.ts";
import { serviceLog } from "../service/log.ts";
import type { Mined } from "../store/intents.ts";
import { stderr, stdout } from "./channels.ts";
import { jsonValue } from "./facts.ts";
import { failureLines, failureOf } from "./failure.ts";
import { text } from "./printable.ts";

/** A transaction that was mined, and what it was for. */
export type MinedTransaction = Mined & { readonly label: string };

/** Tells what happens in a service. */
export interface Telling {
  /** Something worth knowing, in one line. */
  note(line: string): void;
  mined(transaction: MinedTransaction): void;
  warned(warning: Warning): void;
  failed(failure: unknown): void;
}

/** For a person. */
const LINES: Telling = {
  note(line) {
    stderr.line(text`${line}`);
  },
  mined({ block, label, success, hash }) {
    stderr.line(text`  block ${block}  ${label.padEnd(12)} ${success ? "" : "reverted "} ${hash}`);
  },
  warned({ kind, needed, held }) {
    stderr.line(text`  ${kind}: ${formatEther(held)} ETH, and the disputes can ask for ${formatEther(needed)}`);
  },
  failed(failure) {
    for (const line of failureLines(failure)) stderr.line(line);
  },
};

/** For a machine: an object a line, amounts in wei as decimal strings. */
function logged(): Telling {
  const log = serviceLog({ destination: stdout });
  return {
    note(line) {
      log.info(line);
    },
    mined({ success, ...transaction }) {
      const facts = jsonValue(transaction);
      if (success) log.info(facts, "mined");
      else log.warn(facts, "reverted");
    },
    warned({ kind, ...amounts }) {
      log.warn(jsonValue(amounts), kind);
    },
    failed(failure) {
      const { problem, ...rest } = failureOf(failure);
      // A problem's words say it all; of a fault of ours somebody wants to know where it lies.
      log.error(rest.kind === "crash" ? { ...rest, err: failure } : rest, problem);
    },
  };
}

/** How a service tells. */
export function tellingOf(isJson: boolean): Telling {
  return isJson ? logged() : LINES;
}
