/**
 * A second thread that hashes pieces of pages. It is handed them in memory that both threads share;
 * either side takes a piece by an atomic exchange, so the caller takes back what the thread has not
 * begun, and never depends on it: a piece that it does not finish in time is hashed again by the
 * caller.
 */
import { hashPiece, type Piece, PIECE_BYTES, pieceIn } from "./page-lanes.ts";

/** Pieces that the thread has before it: while it hashes one, the next ones wait. */
const SLOTS = 3;

/** Who has a slot, and what its piece is like. */
const Slot = {
  /** The caller has it; it holds nothing. */
  free: 0,
  /** Whoever takes it first. */
  ready: 1,
  /** The thread hashes it. */
  taken: 2,
  /** The caller has it; all is hashed. */
  done: 3,
} as const;

/**
 * Words of the shared memory's head: whether the thread is up, a count of pieces handed out, and
 * the slots.
 */
const UP = 0;
const BELL = 1;
const FIRST_SLOT = 2;
const HEAD_BYTES = 64;

/** What the thread and its owner have in common. */
interface Shared {
  readonly head: Int32Array;
  readonly pieces: readonly Piece[];
}

function sharedIn(buffer: SharedArrayBuffer): Shared {
  const pieces = Array.from({ length: SLOTS }, (_, i) => pieceIn(buffer, HEAD_BYTES + i * PIECE_BYTES));
  return { head: new Int32Array(buffer, 0, HEAD_BYTES / 4), pieces };
}

/** Hashes pieces as long as the thread lives: its whole program. */
export function serve(buffer: SharedArrayBuffer, hash: (piece: Piece) => unknown = hashPiece): never {
  const { head, pieces } = sharedIn(buffer);
  Atomics.store(head, UP, 1);
  for (;;) {
    const bell = Atomics.load(head, BELL);
    const found = pieces.filter((piece, i) => {
      const slot = FIRST_SLOT + i;
      if (Atomics.compareExchange(head, slot, Slot.ready, Slot.taken) !== Slot.ready) return false;
      hash(piece);
      Atomics.store(head, slot, Slot.done);
      Atomics.notify(head, slot);
      return true;
    });
    if (found.length === 0) Atomics.wait(head, BELL, bell);
  }
}

/** A thread that runs {@link serve}, as its host gives it. */
export interface Thread {
  /** Calls a function when the thread has ended, for whatever reason. */
  onEnd(listener: () => void): void;
  /** Ends it. */
  stop(): Promise<unknown>;
}

/**
 * Starts a thread that serves a buffer, and is up some time later; undefined where none can be
 * started.
 */
export type ThreadStarter = (buffer: SharedArrayBuffer) => Thread | undefined;

/**
 * The caller's side of a thread. The caller has all slots between two calls of it, but for what the
 * thread never finished.
 */
export class HashThread {
  /** One for each slot. */
  readonly pieces: readonly Piece[];
  readonly #head: Int32Array;
  readonly #thread: Thread;
  #isGone = false;

  private constructor(thread: Thread, { head, pieces }: Shared) {
    this.#thread = thread;
    this.#head = head;
    this.pieces = pieces;
    thread.onEnd(() => (this.#isGone = true));
  }

  /** Starts a thread; undefined where none can be started. */
  static start(starter: ThreadStarter): HashThread | undefined {
    const buffer = new SharedArrayBuffer(HEAD_BYTES + SLOTS * PIECE_BYTES);
    const thread = starter(buffer);
    return thread && new HashThread(thread, sharedIn(buffer));
  }

  /** Whether it can be given work: it is up, and owes nothing from before. */
  isIdle(): boolean {
    if (this.#isGone || Atomics.load(this.#head, UP) !== 1) return false;
    return this.pieces.every((_, i) => this.collect(i) || Atomics.load(this.#head, FIRST_SLOT + i) === Slot.free);
  }

  /** Lets the thread hash what has been put into a slot's piece. */
  offer(i: number): void {
    Atomics.store(this.#head, FIRST_SLOT + i, Slot.ready);
    Atomics.add(this.#head, BELL, 1);
    Atomics.notify(this.#head, BELL);
  }

  /** Takes back what the thread has not begun; false if it has. */
  takeBack(i: number): boolean {
    return Atomics.compareExchange(this.#head, FIRST_SLOT + i, Slot.ready, Slot.free) === Slot.ready;
  }

  /** Takes what the thread has finished; false if it has not. */
  collect(i: number): boolean {
    return Atomics.compareExchange(this.#head, FIRST_SLOT + i, Slot.done, Slot.free) === Slot.done;
  }

  /** Takes what the thread has begun as soon as it is finished; false if that lasts too long. */
  wait(i: number, milliseconds: number): boolean {
    Atomics.wait(this.#head, FIRST_SLOT + i, Slot.taken, milliseconds);
    return this.collect(i);
  }

  /** Ends the thread. */
  async stop(): Promise<void> {
    this.#isGone = true;
    await this.#thread.stop();
  }
}

/**
 * Nodes of large batches after which a thread is started: some 15 ms of work, as much as starting
 * it costs.
 */
const STARTING_WORK = 2 ** 16;

let provided: ThreadStarter | undefined;
let isAllowed = true;
let work = 0;
let current: HashThread | undefined;

/** Tells how threads are started here; as long as nobody does, pages are hashed without one. */
export function provideThreads(starter: ThreadStarter): void {
  provided = starter;
}

/**
 * Whether pages may be hashed on a second thread, as they are from the start. What they hash to is
 * the same; a thread that is there ends if they may not.
 */
export function setHashThreads(count: 1 | 2): void {
  isAllowed = count === 2;
  if (isAllowed) return;
  void current?.stop();
  current = undefined;
  work = 0;
}

/** The process's thread, if it has been started. */
export function processThread(): HashThread | undefined {
  return current;
}

/**
 * Nodes of a large batch have been hashed without the thread; after enough of them it is started,
 * once.
 */
export function countAlone(nodes: number): void {
  if (provided === undefined || !isAllowed || work >= STARTING_WORK) return;
  work += nodes;
  if (work >= STARTING_WORK) current = HashThread.start(provided);
}
