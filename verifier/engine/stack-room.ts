/**
 * How much of V8's stack native frames may take. Nobody can ask V8 how large its stack is
 * and what V8 makes of a frame, so it is found out: a run that has used the room gets twice as much
 * the next time, until V8's stack runs over once.
 */
export class StackRoom {
  #bytes: number;
  #most = Infinity;

  /**
   * @param bytes - where to begin; by estimates that are several times too careful
   *   (`NativeMachine`)
   */
  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /** Bytes, as `NativeMachine` counts them. */
  get bytes(): number {
    return this.#bytes;
  }

  /** All of the room was in use, and it was there. */
  used(): void {
    this.#bytes = Math.min(2 * this.#bytes, this.#most);
  }

  /** V8's stack ran over: what has been in use half as far is the most that there is. */
  overflowed(): void {
    this.#bytes = Math.floor(this.#bytes / 2);
    this.#most = this.#bytes;
  }
}
