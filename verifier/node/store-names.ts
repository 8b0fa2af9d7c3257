/** Names of the directories and files of a {@link DiskStore}. */
import type { CommitmentPlace } from "../history/history-store.ts";

const STATE = /^step-(0|[1-9]\d{0,40})\.state$/;
const COMMITMENT = /^start-\d{1,41}-stride-\d{1,41}-height-\d{1,2}\.commitment$/;
const HISTORY = /^[0-9a-f]{64}-v\d{1,9}$/;

/** The directory of the history that begins with a state, in a format of the store. */
export function historyName(initialRoot: Uint8Array, format: number): string {
  return `${Buffer.from(initialRoot).toString("hex")}-v${format}`;
}

/** Whether a name is that of a history, of any format. */
export function isHistoryName(name: string): boolean {
  return HISTORY.test(name);
}

/** The file of the state after `step` steps. */
export function stateName(step: bigint): string {
  return `step-${step}.state`;
}

/** The step of a state's file, if it is one. */
export function stepOf(name: string): bigint | undefined {
  const digits = STATE.exec(name)?.[1];
  return digits === undefined ? undefined : BigInt(digits);
}

/** The file of a commitment. */
export function commitmentName({ start, stride, height }: CommitmentPlace): string {
  return `start-${start}-stride-${stride}-height-${height}.commitment`;
}

/** Whether a name is that of a commitment's file. */
export function isCommitmentName(name: string): boolean {
  return COMMITMENT.test(name);
}
