/**
 * States on disk from which a replay begins again: a file each, with all that differs from the
 * program's initial state. A file is there in full or not at all, and is read only if it gives the
 * root that its name says. What does not work is told in one line, and the replay goes on without.
 */
import { join } from "node:path";
import { bytesToHex, type Hex } from "viem";
import { Problem } from "../../verifier/errors.ts";
import {
  isSystemError,
  listFiles,
  readPieces,
  remove,
  removeAbandoned,
  writeWhole,
} from "../../verifier/node/whole-files.ts";
import { PiecesEndError } from "../../verifier/state/byte-pieces.ts";
import { type State, stateRoot } from "../../verifier/state/state.ts";
import { decodeState, encodeState, StateBytesError } from "../../verifier/state/state-bytes.ts";

/** States that are kept: if the newest turns out to be damaged, there is another one. */
const KEPT = 2;

const NAME = /^before-(0|[1-9]\d{0,14})-(0x[0-9a-f]{64})\.state$/;

interface StateFile {
  readonly name: string;
  readonly index: number;
  readonly root: Hex;
}

/** A state, and the fragment that begins in it. */
export interface KeptState {
  readonly index: number;
  readonly state: State;
}

/** How states are kept. */
export interface StateFilesOptions {
  /** For one Deal of one chain alone. It is made if it is missing. */
  readonly directory: string;
  /** The state before the Deal's first fragment. */
  readonly initial: State;
  /** Hears, in one line, what does not work. */
  readonly report: (line: string) => void;
}

/** The newest states of a Deal. Nothing that files hold or the system refuses makes a call throw. */
export class StateFiles {
  readonly #options: StateFilesOptions;
  /** What was reported last: the same is not told again. */
  #told: string | undefined;

  constructor(options: StateFilesOptions) {
    this.#options = options;
    this.#guarded(() => {
      removeAbandoned(options.directory);
    });
  }

  /** Keeps the state that the fragment at a position begins in. Gives whether that went well. */
  keep(index: number, state: State): boolean {
    const { directory, initial } = this.#options;
    const kept = this.#guarded(() => {
      const name = `before-${index}-${bytesToHex(stateRoot(state))}.state`;
      writeWhole(directory, name, encodeState(state, initial), Infinity);
      this.#told = undefined;
      for (const old of this.#files().slice(KEPT)) remove(directory, old.name);
    });
    return kept;
  }

  /** The newest sound state of a fragment at most at a position. Damaged files are removed. */
  newest(most: number): KeptState | undefined {
    for (const file of this.#files()) {
      if (file.index > most) continue;
      const state = this.#read(file);
      if (state !== undefined) return { index: file.index, state };
    }
    return undefined;
  }

  /** Removes everything. */
  clear(): void {
    for (const { name } of this.#files()) remove(this.#options.directory, name);
  }

  #read({ name, root }: StateFile): State | undefined {
    const { directory, initial, report } = this.#options;
    try {
      const state = readPieces(directory, name, (pieces) => decodeState(pieces, initial));
      if (bytesToHex(stateRoot(state)) !== root) throw new StateBytesError("it is another state than its name says");
      return state;
    } catch (error) {
      if (!(error instanceof Problem || error instanceof PiecesEndError || isSystemError(error))) throw error;
      report(`the state in ${join(directory, name)} can't be used, and is removed: ${error.message}`);
      remove(directory, name);
      return undefined;
    }
  }

  /** The newest first. */
  #files(): StateFile[] {
    const files: StateFile[] = [];
    this.#guarded(() => {
      for (const { name, kind } of listFiles(this.#options.directory)) {
        const [, index, root] = NAME.exec(name) ?? [];
        if (kind === "file" && index !== undefined) files.push({ name, index: Number(index), root: root as Hex });
      }
    });
    return files.sort((one, other) => other.index - one.index);
  }

  #guarded(action: () => void): boolean {
    try {
      action();
      return true;
    } catch (error) {
      if (!isSystemError(error)) throw error;
      const line = `no state is kept in ${this.#options.directory}: ${error.message}`;
      if (line !== this.#told) this.#options.report(line);
      this.#told = line;
      return false;
    }
  }
}
