/** What a history keeps in memory. */
import { setTimeout } from "node:timers/promises";
import { expect } from "chai";
import { Snapshots } from "../../../verifier/history/snapshots.ts";
import { tidyUp } from "../../../verifier/engine/garbage.ts";
import type { State } from "../../../verifier/state/state.ts";
import { loadedState, word } from "../machine/assemble.ts";
import { Op } from "../../../verifier/instructions/table.ts";

const first = loadedState([word(Op.yield)], { budget: 500n });
const PAGE = 4096;

/** The first state with some pages of memory that nobody else has. */
function withPages(pages: number, value: number): State {
  return { ...first, memory: first.memory.withBytes(0, new Uint8Array(pages * PAGE).fill(value)) };
}

/** Lets go of whatever nobody holds. */
async function collect(): Promise<void> {
  await setTimeout(1);
  tidyUp();
}

describe("Snapshots", () => {
  it("thins out what takes too much, evenly", () => {
    const snapshots = new Snapshots({ count: 100, bytes: 20 * PAGE });
    snapshots.add(0n, first, true);
    for (let step = 1; step <= 32; step++) snapshots.add(BigInt(step), withPages(2, step));
    const kept = new Set(Array.from({ length: 33 }, (_, step) => snapshots.before(BigInt(step)).step));
    expect(kept.size).to.be.within(4, 9);
    expect(kept.has(0n) && kept.has(32n)).to.equal(true);
    const gaps = [...kept].slice(1).map((step, i) => step - [...kept][i]!);
    expect(gaps.every((gap) => gap <= 16n)).to.equal(true);
  });

  it("has the last one as long as somebody else has it, if it is too large", async () => {
    const snapshots = new Snapshots({ count: 100, bytes: 20 * PAGE });
    snapshots.add(0n, first, true);
    snapshots.add(5n, withPages(1, 1));
    const held: State[] = [];
    const add = (step: bigint): void => {
      held.push(withPages(30, Number(step)));
      snapshots.add(step, held.at(-1)!);
    };
    add(7n);
    await collect();
    expect(snapshots.before(9n)).to.deep.equal({ step: 7n, state: held[0] });
    held.length = 0;
    await collect();
    expect(snapshots.before(9n).step).to.equal(5n);
    // Another one that is there takes the place of one that is gone.
    add(7n);
    held.length = 0;
    await collect();
    add(8n);
    expect(snapshots.before(7n).step).to.equal(5n);
    expect(snapshots.before(8n).step).to.equal(8n);
  });

  it("counts what nobody else has: neither what the next one shares nor what zeros took the place of", () => {
    const snapshots = new Snapshots({ count: 100, bytes: 20 * PAGE });
    snapshots.add(0n, first, true);
    let state = withPages(50, 1);
    for (let step = 1n; step <= 10n; step++) {
      snapshots.add(step, state);
      state = { ...state, memory: state.memory.withBytes(0, new Uint8Array(PAGE).fill(Number(step))) };
    }
    for (let step = 0n; step <= 10n; step++) expect(snapshots.before(step).step).to.equal(step);
  });

  it("keeps what must be there, however large", async () => {
    const snapshots = new Snapshots({ count: 100, bytes: 20 * PAGE });
    snapshots.add(0n, first, true);
    snapshots.add(7n, withPages(30, 7), true);
    await collect();
    expect(snapshots.before(7n).step).to.equal(7n);
  });
});
