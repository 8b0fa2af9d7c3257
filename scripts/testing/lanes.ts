/**
 * Steps side by side whose output reads as if they ran one after the other: the oldest step that is
 * still at work shows what it writes at once, the others when all before them are done.
 */
import pc from "picocolors";
import { failed, type Outcome } from "./outcome.ts";

/** Takes what a step writes. */
export type Write = (text: string) => void;

/** A part of a run. */
export interface Step {
  readonly name: string;
  readonly run: (write: Write) => Promise<Outcome>;
}

interface Running {
  text: string;
  done: boolean;
}

/**
 * Runs steps in their order, so many at a time; gives their outcomes in that order. A step that
 * throws has failed and hinders no other.
 *
 * @param lanes how many may run at a time
 */
export async function runSteps(steps: readonly Step[], lanes: number, write: Write): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const started: Running[] = [];
  let front = 0;
  const flush = (): void => {
    for (let running = started[front]; running !== undefined; running = started[++front]) {
      write(running.text);
      running.text = "";
      if (!running.done) return;
    }
  };
  const lane = async (): Promise<void> => {
    for (let step = steps[started.length]; step !== undefined; step = steps[started.length]) {
      const running: Running = { text: pc.bold(`\n== ${step.name}\n`), done: false };
      const index = started.push(running) - 1;
      flush();
      const start = performance.now();
      const add: Write = (text) => {
        running.text += text;
        if (front === index) flush();
      };
      const outcome = await outcomeOf(step, add);
      outcomes[index] = outcome;
      const mark = outcome.failures.length === 0 ? pc.green("passed") : pc.red("FAILED");
      add(`${mark} ${step.name} in ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
      running.done = true;
      flush();
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return outcomes;
}

async function outcomeOf({ name, run }: Step, write: Write): Promise<Outcome> {
  try {
    return await run(write);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    write(`${pc.red(text)}\n`);
    return failed(`${name}: ${text}`);
  }
}
