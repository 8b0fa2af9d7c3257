/** The program of a replay thread: a calculator between two ports. */
import { parentPort, workerData } from "node:worker_threads";
import { bytesToHex } from "viem";
import { Crash, Problem } from "../../verifier/errors.ts";
import { engineExecutor } from "../../verifier/engine/executor.ts";
import { interpreterExecutor } from "../../verifier/interpreter/execute.ts";
import { DiskStore } from "../../verifier/node/disk-store.ts";
import { nativeStack } from "../../verifier/node/large-stack.ts";
import { useNode } from "../../verifier/node/use-node.ts";
import { buildProgram } from "../../verifier/program/build.ts";
import { initialState } from "../../verifier/state/program.ts";
import { StateFiles } from "../store/states.ts";
import { Calculator } from "./calculator.ts";
import { honestComputation } from "./computation.ts";
import type { Answer, Question } from "./messages.ts";
import type { ThreadJob } from "./thread-job.ts";

if (parentPort === null) throw new Crash("a replay thread has no parent");
const port = parentPort;
const answer = (one: Answer): void => {
  // The bytes of a commitment were made for the answer alone: they go over and are not copied.
  const transferred = one.kind === "result" && one.result.kind === "commitment" ? [one.result.bytes.buffer] : [];
  port.postMessage(one, transferred as ArrayBuffer[]);
};
const note = (line: string): void => {
  answer({ kind: "note", line });
};

useNode();
const job = workerData as ThreadJob;
const program = buildProgram(job.modules, job.options);
if (bytesToHex(program.root) !== job.root) {
  throw new Problem(`the program has root ${bytesToHex(program.root)}, the Deal is about ${job.root}`);
}
const { histories, states } = job;
const calculator = new Calculator({
  make: honestComputation({
    image: program.image,
    executor: job.engine ? engineExecutor(program, { nativeStack }) : interpreterExecutor,
    budget: job.budget,
    heights: job.heights,
    store: histories === undefined ? undefined : (initial) => new DiskStore({ root: histories, initial, report: note }),
    onProgress: (work, done, total) => {
      answer({ kind: "progress", work, done, total });
    },
  }),
  store:
    states === undefined
      ? undefined
      : new StateFiles({ directory: states, initial: initialState(program.image), report: note }),
  answer,
});
port.on("message", (question: Question) => {
  calculator.receive(question);
  if (question.kind === "close") port.close();
});
