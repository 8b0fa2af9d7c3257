/**
 * A replayer that computes in a thread of its own, so that whoever asks stays free to act. A thread
 * that ends is started again and goes on with what is wanted.
 */
import type { Worker } from "node:worker_threads";
import { onLargeStack } from "../../verifier/node/large-stack.ts";
import { Client, type ClientSetup } from "./client.ts";
import type { Answer, Port, Question } from "./messages.ts";
import { reasonOf } from "./reason.ts";
import type { Replayer } from "./replayer.ts";
import type { ThreadJob } from "./thread-job.ts";

/** The first and the longest time between the end of a thread and the start of the next, in ms. */
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 30_000;

/** A thread that lived for so long did not die of what it began with, in ms. */
const SOUND_MS = 60_000;

/** What a replayer with a thread is made of. */
export interface InThreadSetup extends Omit<ClientSetup, "connect" | "heights"> {
  readonly job: ThreadJob;
  /** MiB of objects that the thread may have; V8's own limit by default. Memories of guests come on top. */
  readonly heapMib?: number | undefined;
  /** Is told each thread when it starts. */
  readonly onThread?: ((thread: Worker) => void) | undefined;
}

/** Starts the thread. */
export function replayerInThread({ job, heapMib, onThread, ...setup }: InThreadSetup): Replayer {
  let wait = FIRST_WAIT_MS;
  const connect = (hear: (answer: Answer) => void): Port => {
    const limits = heapMib === undefined ? {} : { maxOldGenerationSizeMb: heapMib };
    const thread = onLargeStack(new URL("./thread.ts", import.meta.url), { workerData: job, name: "replay" }, limits);
    const begun = performance.now();
    let reason = "it ended";
    let ending = false;
    thread.on("message", hear);
    thread.on("error", (error) => {
      reason = reasonOf(error);
    });
    thread.on("exit", () => {
      if (ending) {
        client.lost();
        return;
      }
      if (performance.now() - begun > SOUND_MS) wait = FIRST_WAIT_MS;
      setup.note?.(`the replay thread is gone and starts again in ${wait} ms: ${reason}`);
      setTimeout(() => {
        client.lost();
      }, wait).unref();
      wait = Math.min(LONGEST_WAIT_MS, 2 * wait);
    });
    onThread?.(thread);
    return {
      post(question: Question) {
        if (question.kind === "close") ending = true;
        thread.postMessage(question);
      },
      async end() {
        ending = true;
        await thread.terminate();
      },
    };
  };
  const client = new Client({ ...setup, heights: job.heights, connect });
  return client;
}
