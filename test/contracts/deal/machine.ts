/**
 * A small program of the real machine, and what the two sides of a dispute about it need: for the
 * test that joins Deal, Deposits, Arbiter, Tournament and StepVerifier.
 */
import { bytesToHex, type Hex } from "viem";
import { opening } from "../../../agents/game/openings.ts";
import type { Eight, Joining, LastMove } from "../../../agents/game/types.ts";
import type { Commitment } from "../../../verifier/history/commitment.ts";
import { FAN_OUT, MOVE_LEVELS } from "../../../verifier/history/game-levels.ts";
import { steppingExecutor } from "../../../verifier/state/executor.ts";
import type { Fault } from "../../../verifier/history/states.ts";
import { Trace } from "../../../verifier/history/trace.ts";
import { Op } from "../../../verifier/instructions/table.ts";
import { packWord } from "../../../verifier/machine/word.ts";
import { prove } from "../../../verifier/proof/witness.ts";
import type { ProgramImage } from "../../../verifier/state/image.ts";
import { load } from "../../../verifier/state/program.ts";
import { recordBytes, type State, stateRoot } from "../../../verifier/state/state.ts";

const word = (op: number): bigint => packWord({ op, flags: 0, top: 0, a: 0, b: 0, imm: 0n });

/**
 * A fragment is 20 steps that do nothing and a `yield`; the second one ends the program instead.
 */
const CODE = [
  Op.finish,
  ...Array.from({ length: 20 }, () => Op.nop),
  Op.yield,
  ...Array.from({ length: 20 }, () => Op.nop),
  Op.finish,
];

/** The program. */
export const IMAGE: ProgramImage = {
  header: { version: 1, codeDepth: 6, stackDepth: 8, memoryDepth: 14, cellsDepth: 4, regionBits: 2, slotLimit: 64 },
  code: CODE.map(word),
  memory: [],
  cells: new Map(),
  sizes: 0n,
  sourcesRoot: new Uint8Array(32).fill(7),
};

/** A state's packed record. */
export const recordOf = (state: State): Hex => bytesToHex(recordBytes(state));

/**
 * One side of a dispute in a game of one level: a history, true but for its faults, and the
 * commitment to it.
 */
export class Side {
  readonly #trace: Trace;
  readonly #height: number;
  readonly #commitment: Commitment;

  private constructor(trace: Trace, height: number, commitment: Commitment) {
    this.#trace = trace;
    this.#height = height;
    this.#commitment = commitment;
  }

  static async of(
    before: State,
    input: Uint8Array,
    budget: bigint,
    height: number,
    faults: Fault[] = [],
  ): Promise<Side> {
    const trace = new Trace(load(before, input, budget), [height], { executor: steppingExecutor, faults });
    return new Side(trace, height, await trace.commitment(0, 0n));
  }

  get initial(): Hex {
    return bytesToHex(this.#trace.rootAt(0n));
  }

  get root(): Hex {
    return bytesToHex(this.#commitment.root);
  }

  get final(): State {
    return this.#trace.stateAt(this.#trace.length);
  }

  /** What the commitment shows when it joins. */
  joining(salt: Hex): Joining {
    const last = (1n << BigInt(this.#height)) - 1n;
    return {
      children: this.children(this.#height, 0n),
      finalState: bytesToHex(this.#commitment.final),
      proof: this.#commitment.proof(last, this.#height - MOVE_LEVELS).map((node) => bytesToHex(node)),
      salt,
    };
  }

  children(height: number, pos: bigint): Eight {
    return this.#commitment.children(height, pos).map((node) => bytesToHex(node)) as unknown as Eight;
  }

  /** The move at node `pos` of this height against the opponent's eight nodes. */
  move(height: number, pos: bigint, opposing: Eight) {
    const shown = opening(this.children(height, pos), opposing);
    if (!shown) throw new Error("the sides do not differ");
    const next = pos * BigInt(FAN_OUT) + BigInt(shown.digit);
    return { ...shown, next: this.children(height - MOVE_LEVELS, next), pos: next };
  }

  /** The last move, with the step that decides. */
  last(pos: bigint, opposing: Eight): LastMove & { step: bigint } {
    const shown = opening(this.children(MOVE_LEVELS, pos), opposing);
    if (!shown) throw new Error("the sides do not differ");
    const step = pos * BigInt(FAN_OUT) + BigInt(shown.digit);
    const agreed = this.#trace.stateAt(step);
    return {
      ...shown,
      step,
      agreed: bytesToHex(stateRoot(agreed)),
      proof: step === 0n ? [] : this.#commitment.proof(step - 1n).map((node) => bytesToHex(node)),
      witness: bytesToHex(prove(agreed).witness),
    };
  }
}

/** A lie: after `step` steps the last transaction is said to have had another outcome. */
export const lieAt = (step: bigint): Fault => ({
  step,
  mutate: (state) => ({ ...state, registers: { ...state.registers, outcome: 77 } }),
});
