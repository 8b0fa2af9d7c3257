/** What a running service tells: lines for a person on stderr, or with `--json` its log on stdout. */
import { formatEther } from "viem";
import type { Intent } from "../chain/intent.ts";
import type { Disagreement, ShortOfMoney, Stage } from "../chain/look.ts";
import { durationText, etherText } from "../config/amounts.ts";
import { NEVER } from "../players/play.ts";
import { serviceLog } from "../service/log.ts";
import type { Mined } from "../store/intents.ts";
import { stderr, stdout } from "./channels.ts";
import { jsonValue } from "./facts.ts";
import { failureLines, failureOf } from "./failure.ts";
import { type Printable, text } from "./printable.ts";

/** A transaction that was mined, and what it was for. */
export type MinedTransaction = Mined & { readonly label: string };

/** Tells what happens in a service. */
export interface Telling {
  /** Something worth knowing, in one line. */
  note(line: string): void;
  mined(transaction: MinedTransaction): void;
  /** What would have been sent; `now` is the chain's time, in seconds. */
  wouldSend(intent: Intent, now: number): void;
  shortOfMoney(warning: ShortOfMoney): void;
  disagrees(disagreement: Disagreement, now: number): void;
  failed(failure: unknown): void;
}

const STAGES: Readonly<Record<Stage, string>> = {
  unanswered: "nobody stands for what this machine has computed",
  answered: "it is in dispute, and somebody stands for what this machine has computed",
  lost: "the chain has taken another state than this machine has computed",
};

/** How much time is left; nothing where that does not matter. */
function withinText(deadline: number, now: number): Printable {
  return deadline < NEVER ? text`, within ${durationText(Math.max(0, deadline - now))}` : text``;
}

/** For a person. */
const LINES: Telling = {
  note(line) {
    stderr.line(text`${line}`);
  },
  mined({ block, label, success, hash }) {
    stderr.line(text`  block ${block}  ${label.padEnd(12)} ${success ? "" : "reverted "} ${hash}`);
  },
  wouldSend({ call: { label, to, value = 0n }, deadline }, now) {
    const paying = value === 0n ? text`` : text`, with ${etherText(value)}`;
    stderr.line(text`  would send  ${label.padEnd(12)} to ${to}${paying}${withinText(deadline, now)}`);
  },
  shortOfMoney({ kind, needed, held }) {
    stderr.line(text`  ${kind}: ${formatEther(held)} ETH, and the disputes can ask for ${formatEther(needed)}`);
  },
  disagrees({ stage, claim, fragment, worker, claimed, computed, until }, now) {
    const left = stage === "unanswered" ? withinText(until, now) : text``;
    stderr.line(text`DISAGREEMENT about fragment ${fragment}: ${STAGES[stage]}${left}`);
    stderr.line(text`  claim ${claim} of worker ${worker}`);
    stderr.line(text`  claimed ${claimed}, computed here ${computed}`);
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
    wouldSend({ key, call: { label, to, value = 0n }, deadline, stake }) {
      log.info(jsonValue({ label, key, to, value, stake, deadline: deadline < NEVER ? deadline : null }), "would send");
    },
    shortOfMoney({ kind, ...amounts }) {
      log.warn(jsonValue(amounts), kind);
    },
    disagrees({ kind, ...facts }) {
      log.error(facts, kind);
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
