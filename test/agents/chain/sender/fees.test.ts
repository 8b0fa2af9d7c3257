import { expect } from "chai";
import fc from "fast-check";
import { parseEther, parseGwei } from "viem";
import { ceiling, offer, progress, raised } from "../../../../agents/chain/sender/fees.ts";
import { POLICY } from "../../../../agents/chain/sender/policy.ts";
import { SEED } from "../../../verifier/seed.ts";

const price = fc.bigInt({ min: 1n, max: parseGwei("10000") });
const market = fc.record({ baseFee: price, tip: price });
const over = fc.double({ min: 0, max: 1, noNaN: true });

describe("fees", () => {
  it("rise by at least an eighth, never above the ceiling", () => {
    const before = fc.tuple(price, price).map(([a, b]) => (a > b ? { maxFee: a, tip: b } : { maxFee: b, tip: a }));
    fc.assert(
      fc.property(before, market, price, over, (last, now, most, part) => {
        const next = raised(last, now, most, part, POLICY);
        if (next === undefined) {
          expect(last.maxFee * 9n > most * 8n || last.tip * 9n > most * 8n).to.be.true;
          return;
        }
        expect(next.maxFee * 8n >= last.maxFee * 9n && next.tip * 8n >= last.tip * 9n).to.be.true;
        expect(next.maxFee <= most && next.tip <= next.maxFee).to.be.true;
      }),
      { seed: SEED },
    );
  });

  it("reach for the next block at first, or are not offered", () => {
    fc.assert(
      fc.property(market, price, (now, most) => {
        const first = offer(now, most, POLICY);
        const believed = now.tip < POLICY.mostTip ? now.tip : POLICY.mostTip;
        const tip = believed > POLICY.leastTip ? believed : POLICY.leastTip;
        if (first === undefined) expect(now.baseFee + tip > most).to.be.true;
        else expect(first.maxFee <= most && first.maxFee >= now.baseFee + tip && first.tip === tip).to.be.true;
      }),
      { seed: SEED },
    );
  });

  it("may be the higher, the more is at stake and the less time is left", () => {
    const stake = fc.bigInt({ min: 0n, max: parseEther("1000") });
    const gas = fc.bigInt({ min: 21_000n, max: 16_000_000n });
    fc.assert(
      fc.property(stake, stake, gas, over, over, (a, b, used, early, late) => {
        const [less, more] = a < b ? [a, b] : [b, a];
        const [first, last] = early < late ? [early, late] : [late, early];
        expect(ceiling(less, used, first, POLICY) <= ceiling(more, used, last, POLICY)).to.be.true;
        // Never more than half of what is at stake, but for what is paid for anything.
        const most = ceiling(more, used, last, POLICY);
        expect(most === POLICY.ordinaryPrice || most * used * 2n <= more).to.be.true;
      }),
      { seed: SEED },
    );
  });

  it("know what part of the time is over", () => {
    expect(progress(100, 200, 150)).to.equal(0.5);
    expect(progress(100, 200, 90)).to.equal(0);
    expect(progress(100, 200, 300)).to.equal(1);
    expect(progress(100, Infinity, 300)).to.equal(0);
    expect(progress(200, 200, 200)).to.equal(1);
  });
});
