/** How times are taken: processor time, by turns, medians. */

/**
 * Seconds of processor time that this thread has used: other processes do not count, nor do V8's compiler threads. Before Node 23.9 the
 * whole process's.
 */
export function clock(): number {
  const { threadCpuUsage } = process as Partial<Pick<NodeJS.Process, "threadCpuUsage">>;
  const { user, system } = threadCpuUsage?.call(process) ?? process.cpuUsage();
  return (user + system) / 1e6;
}

/** Seconds that something takes. */
export function timed(action: () => unknown): number {
  const begin = clock();
  action();
  return clock() - begin;
}

/** Seconds that something takes by the clock on the wall, for what takes few milliseconds. */
export function elapsed(action: () => unknown): number {
  const begin = performance.now();
  action();
  return (performance.now() - begin) / 1000;
}

/** The middle one, or the larger one of the two in the middle. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** The geometric mean. */
export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** One of several ways to do something: makes ready what does not count, and gives what counts. */
export type Contender = () => () => unknown;

/**
 * Seconds that each way takes in each turn. The ways take turns, so that whatever slows the computer for a while slows them all; the
 * first turn does not count, because code is compiled while it runs.
 * @param onTurn - called before each of them
 */
export function byTurns<K extends string>(
  contenders: Readonly<Record<K, Contender>>,
  turns: number,
  onTurn: (turn: number) => void,
): Record<K, number[]> {
  const names = Object.keys(contenders) as K[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<K, number[]>;
  for (let turn = 0; turn <= turns; turn++) {
    onTurn(turn);
    for (const name of names) {
      const time = timed(contenders[name]());
      if (turn > 0) times[name].push(time);
    }
  }
  return times;
}
