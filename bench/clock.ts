/** How times are taken: processor time, by turns, medians. */

/**
 * Seconds of processor time that this thread has used: other processes do not count, nor do V8's
 * compiler threads. Before Node 23.9 the whole process's.
 */
export function clock(): number {
  const { threadCpuUsage } = process as Partial<Pick<NodeJS.Process, "threadCpuUsage">>;
  const { user, system } = threadCpuUsage?.call(process) ?? process.cpuUsage();
  return (user + system) / 1e6;
}

/** How long something took, in seconds. */
export interface Spent {
  /** Processor time of the thread that did it. */
  readonly processor: number;
  /**
   * By the clock on the wall: whatever else the computer did meanwhile counts, and so do threads
   * that were waited for.
   */
  readonly elapsed: number;
}

/** How long something takes. */
export function spend(action: () => unknown): Spent {
  const [begin, at] = [clock(), performance.now()];
  action();
  return { processor: clock() - begin, elapsed: (performance.now() - at) / 1000 };
}

/** How long something takes that waits now and then. */
export async function spendAsync(action: () => Promise<unknown>): Promise<Spent> {
  const [begin, at] = [clock(), performance.now()];
  await action();
  return { processor: clock() - begin, elapsed: (performance.now() - at) / 1000 };
}

/** Medians of both. */
export function medianSpent(turns: readonly Spent[]): Spent {
  const of = (clock: keyof Spent): number => median(turns.map((turn) => turn[clock]));
  return { processor: of("processor"), elapsed: of("elapsed") };
}

/** The middle one, or the larger one of the two in the middle. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** The geometric mean. */
export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/**
 * Milliseconds between two looks at what other threads do, and the most that are waited for them.
 */
const LOOK = 50;
const PATIENCE = 30_000;

/** The share of a core that idle threads use. */
const IDLE = 0.2;

/**
 * Waits until V8's compiler threads have nothing left to do: they would take the processor from
 * what is measured.
 */
function settle(): void {
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  for (let waited = 0; waited < PATIENCE; waited += LOOK) {
    const before = process.cpuUsage();
    Atomics.wait(sleeper, 0, 0, LOOK);
    const { user, system } = process.cpuUsage(before);
    if (user + system < 1000 * LOOK * IDLE) return;
  }
}

/** One of several ways to do something: makes ready what does not count, and gives what counts. */
export type Contender = () => () => unknown;

/**
 * How long each way takes in each turn. The ways take turns, so that whatever slows the computer
 * for a while slows them all; the first turn does not count, because code is compiled while it
 * runs.
 * @param onTurn - called before each of them
 */
export function byTurns<K extends string>(
  contenders: Readonly<Record<K, Contender>>,
  turns: number,
  onTurn: (turn: number) => void = () => undefined,
): Record<K, Spent[]> {
  const names = Object.keys(contenders) as K[];
  const times = Object.fromEntries(names.map((name) => [name, [] as Spent[]])) as Record<K, Spent[]>;
  for (let turn = 0; turn <= turns; turn++) {
    onTurn(turn);
    for (const name of names) {
      const run = contenders[name]();
      settle();
      const time = spend(run);
      if (turn > 0) times[name].push(time);
    }
  }
  return times;
}
