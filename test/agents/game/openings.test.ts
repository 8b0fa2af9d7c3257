import { expect } from "chai";
import fc from "fast-check";
import { numberToHex } from "viem";
import type { Hex } from "viem";
import { climb, opening, parent, rootOf, siblingCount, top } from "../../../agents/game/openings.ts";
import { Refused } from "../../../agents/game/refused.ts";
import type { Eight } from "../../../agents/game/types.ts";

const SEED = { seed: 0x0a4b17e4 };
const word = fc.bigInt({ min: 0n, max: (1n << 256n) - 1n }).map((value) => numberToHex(value, { size: 32 }));
const eight = fc.tuple(word, word, word, word, word, word, word, word);

/** The same eight up to a place, other nodes from there on, as likely equal as not. */
const pairs = fc.tuple(eight, eight, fc.nat(7)).map(([own, other, digit]): [Eight, Eight] => {
  const node = (i: number): Hex => (i < digit ? own[i] : other[i]) ?? "0x";
  return [own, [node(0), node(1), node(2), node(3), node(4), node(5), node(6), node(7)]];
});

describe("agents/game commitments", () => {
  it("climb finds the tops of both sides from their opening", () => {
    fc.assert(
      fc.property(pairs, ([own, opp]) => {
        const shown = opening(own, opp);
        if (!shown) return;
        expect(own.slice(0, shown.digit)).to.deep.equal(opp.slice(0, shown.digit));
        expect(shown.siblings.length).to.equal(siblingCount(shown.digit));
        expect(climb(shown)).to.deep.equal({ own: top(own), opp: top(opp) });
      }),
      SEED,
    );
  });

  it("there is no opening without a difference", () => {
    fc.assert(
      fc.property(eight, (nodes) => {
        expect(opening(nodes, [...nodes])).to.equal(undefined);
      }),
      SEED,
    );
  });

  it("climb refuses what the contract refuses", () => {
    const [a, b]: Hex[] = ["0x01", "0x02"];
    if (a === undefined || b === undefined) throw new Error("unreachable");
    const refusal = (digit: number, opp: Hex, siblings: Hex[]) => () => climb({ digit, own: a, opp, siblings });
    expect(refusal(8, b, [])).to.throw(Refused, "DigitOutOfRange");
    expect(refusal(0, a, [])).to.throw(Refused, "NoDifference");
    expect(refusal(7, b, [a, a])).to.throw(Refused, "SiblingsWrong");
  });

  it("a leaf proof is positional, and has the tree's height", () => {
    const [a, b, c]: Hex[] = [1n, 2n, 3n].map((value) => numberToHex(value, { size: 32 }));
    if (a === undefined || b === undefined || c === undefined) throw new Error("unreachable");
    expect(rootOf(a, 2n, 2, [b, c])).to.equal(parent(c, parent(a, b)));
    expect(rootOf(a, 1n, 2, [b, c])).to.equal(parent(parent(b, a), c));
    expect(() => rootOf(a, 4n, 2, [b, c])).to.throw(Refused, "IndexOutOfRange");
    expect(() => rootOf(a, 1n, 3, [b, c])).to.throw(Refused, "ProofLengthWrong");
  });
});
