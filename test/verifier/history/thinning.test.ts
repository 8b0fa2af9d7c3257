/** What gives way when there is too much. */
import { expect } from "chai";
import fc from "fast-check";
import { excess } from "../../../verifier/history/thinning.ts";
import { SEED } from "../seed.ts";

const state = (step: number | bigint, bytes = 1): { step: bigint; bytes: number } => ({ step: BigInt(step), bytes });
const limits = { bytes: 1e9, states: 1e9 };

describe("excess", () => {
  it("is nothing where all fits", () => {
    expect(excess([], [], { bytes: 0, states: 0 })).to.deep.equal({ states: [], commitments: [] });
    const [states, commitments] = [[state(1, 60)], [{ bytes: 40, written: 5 }]];
    expect(excess(states, commitments, { bytes: 100, states: 1 })).to.deep.equal({ states: [], commitments: [] });
  });

  it("takes the states that are missed least, and never the last", () => {
    const states = [10, 20, 25, 40].map((step) => state(step));
    const gone = (count: number): number[] =>
      excess(states, [], { ...limits, states: count }).states.map(({ step }) => Number(step));
    expect(gone(3)).to.deep.equal([20]);
    expect(gone(2)).to.deep.equal([20, 10]);
    expect(gone(1)).to.deep.equal([20, 10, 25]);
    expect(gone(0)).to.deep.equal([20, 10, 25]);
  });

  it("takes commitments only when no other state is left, the oldest first", () => {
    const commitments = [30, 10, 20].map((written) => ({ bytes: 10, written }));
    const states = [state(1, 10), state(2, 10)];
    const gone = (bytes: number): unknown => {
      const { states: first, commitments: then } = excess(states, commitments, { ...limits, bytes });
      return [first.length, then.map(({ written }) => written)];
    };
    expect(gone(49)).to.deep.equal([1, []]);
    expect(gone(40)).to.deep.equal([1, []]);
    expect(gone(39)).to.deep.equal([1, [10]]);
    expect(gone(29)).to.deep.equal([1, [10, 20]]);
    expect(gone(0)).to.deep.equal([1, [10, 20, 30]]);
  });

  it("leaves no more than may be, unless that is the last state alone", () => {
    const sizes = fc.array(fc.tuple(fc.nat(1000), fc.nat(50)), { maxLength: 30 });
    fc.assert(
      fc.property(sizes, sizes, fc.nat(600), fc.nat(20), (some, others, bytes, most) => {
        const states = [...new Map(some).entries()].sort(([a], [b]) => a - b).map(([step, size]) => state(step, size));
        const commitments = others.map(([written, size]) => ({ written, bytes: size }));
        const gone = excess(states, commitments, { bytes, states: most });
        const left = states.filter((one) => !gone.states.includes(one));
        const size = [...left, ...commitments.filter((one) => !gone.commitments.includes(one))];
        const total = size.reduce((sum, one) => sum + one.bytes, 0);
        if (left.length > 1) expect(left.length).to.be.at.most(most);
        expect(left.at(-1)).to.equal(states.at(-1));
        if (gone.commitments.length > 0) expect(left.length).to.be.at.most(1);
        if (size.length > 1 || left.length === 0) expect(total).to.be.at.most(Math.max(bytes, left[0]?.bytes ?? 0));
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  it("keeps the gaps even, however long a run goes on", () => {
    let kept: { step: bigint; bytes: number }[] = [];
    for (let step = 1n; step <= 5_000n; step++) {
      kept.push(state(step));
      const { states } = excess(kept, [], { ...limits, states: 32 });
      kept = kept.filter((one) => !states.includes(one));
    }
    expect(kept).to.have.length(32);
    const gaps = kept.map(({ step }, i) => Number(step - (kept[i - 1]?.step ?? 0n)));
    // 5,000 in 32 gaps are 156 each.
    expect(Math.max(...gaps)).to.be.at.most(2 * 157);
  });
});
