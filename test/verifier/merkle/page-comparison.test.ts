import { expect } from "chai";
import { PageComparison, samePage } from "../../../verifier/merkle/page-comparison.ts";

const PAGE = 4096;
const WASM_PAGES = 2;

describe("PageComparison", () => {
  const memory = new WebAssembly.Memory({ initial: WASM_PAGES });
  const comparison = new PageComparison(memory);
  const bytes = (): Uint8Array => new Uint8Array(memory.buffer);
  const content = Uint8Array.from({ length: PAGE }, (_, i) => 1 + (i % 251));

  it("sees any byte that differs", () => {
    for (const index of [0, 5, 31]) {
      bytes().set(content, index * PAGE);
      expect(comparison.holds(index, content)).to.be.true;
      for (let i = 0; i < PAGE; i++) {
        const other = content.slice();
        other[i]! ^= 0x80;
        expect(comparison.holds(index, other), `byte ${i} of page ${index}`).to.be.false;
      }
      bytes().fill(0, index * PAGE, (index + 1) * PAGE);
    }
  });

  it("sees any byte that is not zero", () => {
    for (let i = 0; i < PAGE; i++) {
      bytes()[7 * PAGE + i] = 1;
      expect(comparison.isZero(7), `byte ${i}`).to.be.false;
      bytes()[7 * PAGE + i] = 0;
    }
    expect(comparison.isZero(7)).to.be.true;
  });

  it("compares two pages that lie anywhere", () => {
    const one = new Uint8Array(3 * PAGE);
    one.set(content, 5);
    expect(samePage(one.subarray(5, 5 + PAGE), content)).to.be.true;
    expect(samePage(one.subarray(6, 6 + PAGE), content)).to.be.false;
  });

  it("looks at no other page", () => {
    bytes().fill(9);
    bytes().fill(0, 3 * PAGE, 4 * PAGE);
    expect(comparison.isZero(3)).to.be.true;
    expect(comparison.holds(4, new Uint8Array(PAGE).fill(9))).to.be.true;
  });

  it("follows a memory that grows, and one beside it", () => {
    memory.grow(1);
    expect(comparison.isZero(47)).to.be.true;
    bytes()[47 * PAGE + 4095] = 1;
    expect(comparison.isZero(47)).to.be.false;
    expect(new PageComparison(new WebAssembly.Memory({ initial: 3 })).isZero(47)).to.be.true;
  });
});
