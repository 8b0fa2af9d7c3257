/**
 * States and commitments of a history on disk, so that whoever restarts need not begin from
 * nothing. What is stored is an aid: if it is lost, damaged or cannot be written, the run goes on
 * without it. All calls are synchronous.
 *
 * A directory for each history lies in a common one. A state is a file of its step, 32 bytes, and
 * its difference from the initial state (`state-bytes.ts`); a commitment is a file of a checksum,
 * 32 bytes, and whatever bytes were given. Only an honest history may be kept: files are found by
 * the initial state alone.
 */
import { existsSync, utimesSync } from "node:fs";
import { join } from "node:path";
import type { CommitmentPlace, HistoryStore } from "../history/history-store.ts";
import type { Snapshot } from "../history/snapshots.ts";
import { excess, type StoredFile, type StoredState, sum } from "../history/thinning.ts";
import { equalHashes, HASH_BYTES, keccak256 } from "../merkle/keccak.ts";
import { LEAF_BYTES, leafBytes, readLeaf } from "../merkle/leaf.ts";
import { PieceReader, PiecesEndError } from "../state/byte-pieces.ts";
import { decodeState, encodeState, StateBytesError } from "../state/state-bytes.ts";
import { type State, stateRoot } from "../state/state.ts";
import { commitmentName, historyName, isCommitmentName, isHistoryName, stateName, stepOf } from "./store-names.ts";
import {
  type FoundFile,
  isMissing,
  isSystemError,
  listFiles,
  readPieces,
  remove,
  removeAbandoned,
  TooLargeError,
  writeWhole,
} from "./whole-files.ts";

/**
 * The version of what is stored: files of another one are not read, and go when room is needed. It
 * has to grow with the format of files and whenever an executor is corrected: what the old one
 * computed must not be taken over.
 */
export const STORE_FORMAT = 1;

/** How a store is opened. */
export interface StoreOptions {
  /** The directory for all histories. It is made if it is missing. */
  readonly root: string;
  /** The state that the history begins with. */
  readonly initial: State;
  /**
   * Bytes that this history may take; 1 GiB by default. A file that is being written comes on top.
   */
  readonly bytes?: number;
  /** States that may be kept; 512 by default. */
  readonly states?: number;
  /**
   * Bytes that all histories together may take; 4 GiB by default. The least recently used ones give
   * way.
   */
  readonly totalBytes?: number;
  /** Hears, in one line each and once, what does not work. */
  readonly report?: (line: string) => void;
}

const GIB = 2 ** 30;
const DEFAULT_STATES = 512;

/** The part of the total that may be written before the other histories are looked at again. */
const LOOKS = 16;

type StateFile = FoundFile & StoredState;

/**
 * The store of one history. Nothing that files hold, and nothing that the system refuses, makes a
 * call throw.
 */
export class DiskStore implements HistoryStore {
  /** Where the history's files lie. */
  readonly directory: string;
  readonly #options: Required<StoreOptions>;
  readonly #reported = new Set<string>();
  #writable = true;
  #unseen = 0;

  constructor(options: StoreOptions) {
    const totalBytes = options.totalBytes ?? 4 * GIB;
    const defaults = { states: DEFAULT_STATES, report: () => undefined };
    const bytes = Math.min(options.bytes ?? GIB, totalBytes);
    this.#options = { ...defaults, ...options, bytes, totalBytes };
    this.directory = join(options.root, historyName(stateRoot(options.initial), STORE_FORMAT));
    this.#guarded(() => {
      this.#useNow();
      this.#thin();
      this.#tidyRoot();
    });
  }

  /**
   * Writes the state after `step` steps, unless it is there. Gives whether that went well; it may
   * give way to others later.
   */
  keep(step: bigint, state: State): boolean {
    const { initial, bytes } = this.#options;
    return this.#write(stateName(step), bytes, () => stateFile(step, state, initial));
  }

  /** The steps whose states are kept, ascending. */
  steps(): bigint[] {
    return this.#list().states.map(({ step }) => step);
  }

  /**
   * The kept state with the greatest step that is not beyond `step`. Files that turn out to be
   * damaged are removed.
   */
  nearest(step: bigint): Snapshot | undefined {
    for (const file of this.#list().states.toReversed()) {
      if (file.step > step) continue;
      const state = this.#read(file.name, (pieces) => readState(file.step, pieces, this.#options.initial));
      if (state !== undefined) return { step: file.step, state };
    }
    return undefined;
  }

  /** Writes the bytes of a commitment, unless they are there. Gives whether that went well. */
  keepCommitment(place: CommitmentPlace, bytes: Uint8Array): boolean {
    return this.#write(commitmentName(place), this.#options.bytes, () => [checksum(place, bytes), bytes]);
  }

  /** The bytes of a commitment, if they are kept. */
  commitment(place: CommitmentPlace): Uint8Array | undefined {
    return this.#read(commitmentName(place), (pieces) => readCommitment(place, pieces));
  }

  #write(name: string, limit: number, content: () => Iterable<Uint8Array>): boolean {
    if (!this.#writable) return false;
    if (existsSync(join(this.directory, name))) return true;
    let kept = false;
    this.#guarded(() => {
      try {
        this.#unseen += this.#writeFile(name, content, limit);
        kept = true;
      } catch (error) {
        if (!(error instanceof TooLargeError)) throw error;
        this.#report(
          "size",
          `${name} is not kept: it is larger than the ${limit} bytes that ${this.directory} may have`,
        );
      }
      this.#thin();
      if (this.#unseen > this.#options.totalBytes / LOOKS) this.#tidyRoot();
    });
    return kept;
  }

  /**
   * Another process may remove the directory at any moment, if it needs room: then it is made
   * again, once.
   */
  #writeFile(name: string, content: () => Iterable<Uint8Array>, limit: number): number {
    try {
      return writeWhole(this.directory, name, content(), limit);
    } catch (error) {
      if (!isMissing(error)) throw error;
      return writeWhole(this.directory, name, content(), limit);
    }
  }

  /** Whatever the system refuses here ends the writing. */
  #guarded(action: () => void): void {
    try {
      action();
    } catch (error) {
      if (!isSystemError(error)) throw error;
      this.#writable = false;
      this.#report("directory", `no states are kept in ${this.directory} from here on: ${error.message}`);
    }
  }

  #read<T>(name: string, use: (pieces: Iterable<Uint8Array>) => T): T | undefined {
    try {
      return readPieces(this.directory, name, use);
    } catch (error) {
      if (isMissing(error)) return undefined;
      const path = join(this.directory, name);
      if (isSystemError(error)) {
        this.#report(name, `${path} cannot be read: ${error.message}`);
      } else if (error instanceof StateBytesError || error instanceof PiecesEndError) {
        this.#report(name, `${path} is removed: ${error.message}`);
        remove(this.directory, name);
      } else throw error;
      return undefined;
    }
  }

  /** What is there; states in the order of their steps. */
  #list(): { states: StateFile[]; commitments: FoundFile[] } {
    const states: StateFile[] = [];
    const commitments: FoundFile[] = [];
    this.#guarded(() => {
      for (const file of listFiles(this.directory)) {
        const step = stepOf(file.name);
        const regular = file.kind === "file";
        if (regular && step !== undefined) states.push({ ...file, step });
        else if (regular && isCommitmentName(file.name)) commitments.push(file);
        else this.#report(file.name, `${join(this.directory, file.name)} is not a stored state; it is left alone`);
      }
    });
    return { states: states.sort((one, other) => (one.step < other.step ? -1 : 1)), commitments };
  }

  #thin(): void {
    const { states, commitments } = this.#list();
    const gone = excess(states, commitments, this.#options);
    for (const { name } of [...gone.states, ...gone.commitments]) remove(this.directory, name);
  }

  /**
   * Removes what broken writers left in any history, then those used least recently, as long as all
   * together are too large.
   */
  #tidyRoot(): void {
    const { root, totalBytes } = this.#options;
    this.#unseen = 0;
    const histories = listFiles(root).filter(({ name, kind }) => kind === "directory" && isHistoryName(name));
    const sized = histories.map((history) => ({ ...history, bytes: tidied(join(root, history.name)) }));
    let total = sum(sized);
    for (const { name, bytes } of sized.sort(byAge)) {
      if (total <= totalBytes) return;
      if (join(root, name) === this.directory) continue;
      remove(root, name);
      total -= bytes;
    }
  }

  /**
   * The time of the directory tells how recently the history was used; who may not set it may still
   * be able to write.
   */
  #useNow(): void {
    const now = new Date();
    try {
      utimesSync(this.directory, now, now);
    } catch (error) {
      if (!isSystemError(error)) throw error;
    }
  }

  #report(about: string, line: string): void {
    if (this.#reported.has(about)) return;
    this.#reported.add(about);
    this.#options.report(line);
  }
}

/** Bytes of a history without what broken writers left; none if it is somebody else's. */
function tidied(directory: string): number {
  try {
    removeAbandoned(directory);
    return sum(listFiles(directory));
  } catch (error) {
    if (isSystemError(error)) return 0;
    throw error;
  }
}

function byAge(one: StoredFile, other: StoredFile): number {
  return one.written - other.written;
}

function* stateFile(step: bigint, state: State, initial: State): Generator<Uint8Array> {
  yield leafBytes(step);
  yield* encodeState(state, initial);
}

function readState(step: bigint, pieces: Iterable<Uint8Array>, initial: State): State {
  const reader = new PieceReader(pieces);
  if (readLeaf(reader.take(LEAF_BYTES), 0) !== step) throw new StateBytesError("it is the state of another step");
  return decodeState(reader.rest(), initial);
}

function readCommitment(place: CommitmentPlace, pieces: Iterable<Uint8Array>): Uint8Array {
  const content = Buffer.concat(Array.from(pieces, (piece) => piece.slice()));
  const bytes = new Uint8Array(content.buffer, content.byteOffset, content.length).subarray(HASH_BYTES);
  if (content.length < HASH_BYTES || !equalHashes(content, checksum(place, bytes))) {
    throw new StateBytesError("the bytes of a commitment are damaged");
  }
  return bytes;
}

/** keccak-256 of the commitment's place and the hash of its bytes. */
function checksum({ start, stride, height }: CommitmentPlace, bytes: Uint8Array): Uint8Array {
  const words = [leafBytes(start), leafBytes(stride), leafBytes(BigInt(height)), keccak256(bytes)];
  return keccak256(Uint8Array.from(words.flatMap((word) => [...word])));
}
