/**
 * One piece of work at a time, always the most urgent one: whatever becomes less urgent while it is
 * worked on stands still at its next pause, and goes on later from there or is given up.
 */
import { Crash } from "../../verifier/errors.ts";

/** Something to do, in pieces. */
export interface Task {
  /** The same work has the same key. */
  readonly key: string;
  /** Does it. Must handle its own failures; {@link GivenUp} it passes on. */
  work(): Promise<void>;
}

/** Thrown by a pause when nobody wants the work any more. */
export class GivenUp extends Error {
  override readonly name = "GivenUp";
}

/** Work that was begun; another object if it is begun again. */
interface Active {
  readonly key: string;
}

interface Parked {
  readonly active: Active;
  readonly goOn: () => void;
  readonly giveUp: (reason: GivenUp) => void;
}

/** Works through what a list names, which may change at any time. */
export class Agenda {
  readonly #tasks: () => Iterable<Task>;
  readonly #parked = new Map<string, Parked>();
  #current: Active | undefined;

  /** @param tasks what is to be done now, most urgent first */
  constructor(tasks: () => Iterable<Task>) {
    this.#tasks = tasks;
  }

  /** To be called when the list may have changed. */
  update(): void {
    const wanted = new Set(Array.from(this.#tasks(), ({ key }) => key));
    for (const [key, { giveUp }] of this.#parked) {
      if (wanted.has(key)) continue;
      this.#parked.delete(key);
      giveUp(new GivenUp(key));
    }
    if (this.#current === undefined) this.#next();
  }

  /**
   * For the work that is going on, every few milliseconds: lets the event loop turn, and whatever
   * is more urgent go first. Rejects with {@link GivenUp} if the work is not in the list any more.
   */
  async pause(): Promise<void> {
    const active = this.#current;
    if (active === undefined) throw new Crash("nothing is being worked on that could pause");
    const { key } = active;
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    const keys = Array.from(this.#tasks(), (task) => task.key);
    if (!keys.includes(key)) throw new GivenUp(key);
    if (keys[0] === key) return;
    await new Promise<void>((goOn, giveUp) => {
      this.#parked.set(key, { active, goOn, giveUp });
      this.#next();
    });
  }

  #next(): void {
    const [task] = this.#tasks();
    const parked = task && this.#parked.get(task.key);
    this.#current = parked?.active ?? (task && { key: task.key });
    if (task === undefined || this.#current === undefined) return;
    this.#parked.delete(task.key);
    if (parked !== undefined) parked.goOn();
    else void this.#begin(task, this.#current);
  }

  async #begin(task: Task, active: Active): Promise<void> {
    try {
      await task.work();
    } catch (error) {
      if (!(error instanceof GivenUp)) throw error;
    }
    // What was given up while it stood still was not being worked on.
    if (this.#current === active) this.#next();
  }
}
