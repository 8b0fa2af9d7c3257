/**
 * What the step out of a state writes, leaf by leaf and bit by bit, as the step function itself
 * tells it.
 */
import type { TreeName } from "../../../verifier/machine/access.ts";
import type { Registers } from "../../../verifier/machine/record.ts";
import { step } from "../../../verifier/machine/step.ts";
import { LiveAccess } from "../../../verifier/state/live-access.ts";
import type { State } from "../../../verifier/state/state.ts";

const ALL_BITS = (1n << 256n) - 1n;

/** A leaf that a step wrote. */
export interface Write {
  readonly tree: TreeName;
  readonly index: number;
  /** The bits that the step decided: of memory those of the bytes written, elsewhere all. */
  readonly bits: bigint;
}

/** What a step did. */
export interface StepEffect {
  /** In the order in which it was written; empty if the step trapped. */
  readonly writes: readonly Write[];
  /** The registers after it. */
  readonly registers: Registers;
  /** The instruction trapped, or there was no fuel left for it. */
  readonly trapped: boolean;
}

/** Takes the step out of a state, which stays as it is, and looks on. */
export function effectOf(state: State): StepEffect {
  const { header, registers } = state;
  const plain = new Watch(state, new Set());
  const after = step(header, registers, plain);
  const written = plain.puts.filter(({ tree }) => tree === "memory");
  const inverted = new Watch(state, new Set(written.map(({ take }) => take)));
  step(header, registers, inverted);
  const writes = plain.puts.map(({ tree, index, value }, i): Write => {
    // A bit that is the same whatever the leaf held is the step's own.
    const kept = tree === "memory" ? value ^ (inverted.puts[i]?.value ?? value) : 0n;
    return { tree, index, bits: ALL_BITS ^ kept };
  });
  return { writes, registers: after, trapped: plain.discarded || registers.fuel === 0n };
}

interface Put {
  readonly tree: TreeName;
  readonly index: number;
  /** Number of the `take` whose leaf it replaces. */
  readonly take: number;
  readonly value: bigint;
}

/** Notes what is put, and gives some leaves with every bit inverted. */
class Watch extends LiveAccess {
  readonly puts: Put[] = [];
  discarded = false;
  readonly #inverted: ReadonlySet<number>;
  readonly #last = new Map<TreeName, { readonly index: number; readonly take: number }>();
  #takes = 0;

  constructor(state: State, inverted: ReadonlySet<number>) {
    super(state);
    this.#inverted = inverted;
  }

  override take(tree: TreeName, index: number): bigint {
    const take = this.#takes++;
    this.#last.set(tree, { index, take });
    const value = super.take(tree, index);
    return this.#inverted.has(take) ? value ^ ALL_BITS : value;
  }

  override put(tree: TreeName, value: bigint): void {
    super.put(tree, value);
    const last = this.#last.get(tree);
    if (last !== undefined) this.puts.push({ tree, ...last, value });
  }

  override discard(): void {
    super.discard();
    this.puts.length = 0;
    this.discarded = true;
  }
}
