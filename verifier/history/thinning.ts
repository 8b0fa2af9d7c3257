/** Which stored files give way when there is too much. */

/** A state as a file. */
export interface StoredState {
  readonly step: bigint;
  readonly bytes: number;
}

/** Anything as a file: how large it is, and when it was written, in milliseconds. */
export interface StoredFile {
  readonly bytes: number;
  readonly written: number;
}

/** What may be stored at most. */
export interface Limits {
  readonly bytes: number;
  readonly states: number;
}

/** What has to go. */
export interface Excess<S, C> {
  readonly states: readonly S[];
  readonly commitments: readonly C[];
}

/**
 * What has to go so that the rest fits. Of the states, given in the order of their steps, one after
 * the other goes whose neighbours are nearest to each other, so that the gaps stay even; the last
 * one stays. Commitments go when no other state is left, the oldest first.
 */
export function excess<S extends StoredState, C extends StoredFile>(
  states: readonly S[],
  commitments: readonly C[],
  limits: Limits,
): Excess<S, C> {
  let bytes = sum(states) + sum(commitments);
  const kept = [...states];
  const gone: S[] = [];
  while (kept.length > 1 && (bytes > limits.bytes || kept.length > limits.states)) {
    for (const state of kept.splice(leastMissed(kept) ?? 0, 1)) {
      bytes -= state.bytes;
      gone.push(state);
    }
  }
  const old: C[] = [];
  for (const commitment of commitments.toSorted((one, other) => one.written - other.written)) {
    if (bytes <= limits.bytes) break;
    bytes -= commitment.bytes;
    old.push(commitment);
  }
  return { states: gone, commitments: old };
}

/**
 * Index of the state, not the last, without which the gap from the one before it (or step 0) to the
 * one after it is the smallest, among those that may go; undefined if none may.
 */
export function leastMissed<S extends { readonly step: bigint }>(
  states: readonly S[],
  mayGo: (state: S) => boolean = () => true,
): number | undefined {
  let least: number | undefined;
  let smallest: bigint | undefined;
  for (let i = 0; i + 1 < states.length; i++) {
    if (!mayGo(states[i]!)) continue;
    const gap = states[i + 1]!.step - (states[i - 1]?.step ?? 0n);
    if (smallest === undefined || gap < smallest) [least, smallest] = [i, gap];
  }
  return least;
}

/** Bytes of all. */
export function sum(files: readonly { readonly bytes: number }[]): number {
  return files.reduce((total, { bytes }) => total + bytes, 0);
}
