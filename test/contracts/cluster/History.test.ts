/** The library beside its twin: the same leaves, app hashes and roots, and the same refusals. */
import { expect } from "chai";
import fc from "fast-check";
import { network } from "hardhat";
import {
  appHash,
  blockLeaf,
  BlockHistory,
  HISTORY_CAPACITY,
  historyBefore,
  historyRootOf,
} from "../../../verifier/consensus/block-history.ts";
import { digest } from "../../support/electorate.ts";
import { hex } from "./shown.ts";

const { ethers } = await network.create();

const u64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
const hashes = fc.string().map(digest);

describe("History", () => {
  const deployed = ethers.deployContract("HistoryDoor");

  const call = async (name: string, ...args: unknown[]): Promise<unknown> =>
    (await deployed).getFunction(name).staticCall(...args);

  const history = new BlockHistory();
  const roots = [history.root];
  const ends = [history.proveEnd()];
  for (let i = 0; i < 40; i++) {
    history.append(digest(`leaf ${i}`));
    roots.push(history.root);
    ends.push(history.proveEnd());
  }

  it("hashes leaves and app hashes as the twin does", async () => {
    await fc.assert(
      fc.asyncProperty(hashes, hashes, u64, u64, async (one, other, small, large) => {
        const leaf = { inputRoot: one, inputLength: small, steps: large, stateRoot: other };
        expect(await call("leaf", hex(one), small, large, hex(other))).equal(hex(blockLeaf(leaf)));
        const standing = { stateRoot: one, historyRoot: other, count: small, steps: large };
        expect(await call("appHash", hex(one), hex(other), small, large)).equal(hex(appHash(standing)));
      }),
      { numRuns: 20, seed: 0x0a4b17e4 },
    );
  });

  it("proves every leaf as the twin does", async () => {
    for (let index = 0; index < 40; index++) {
      const proof = history.prove(index).map(hex);
      expect(await call("root", hex(digest(`leaf ${index}`)), index, 40, proof)).equal(hex(history.root));
      expect(await call("root", hex(digest("another")), index, 40, proof)).not.equal(hex(history.root));
    }
    const last = HISTORY_CAPACITY - 1;
    const siblings = Array.from({ length: 40 }, (_, i) => digest(`sibling ${i}`));
    expect(await call("root", hex(digest("leaf")), last, HISTORY_CAPACITY, siblings.map(hex))).equal(
      hex(historyRootOf(digest("leaf"), last, HISTORY_CAPACITY, siblings)),
    );
  });

  it("appends each leaf as the twin does", async () => {
    for (let count = 0; count < 40; count++) {
      const leaf = hex(digest(`leaf ${count}`));
      expect(await call("append", hex(roots[count]!), count, leaf, ends[count]!.map(hex))).equal(
        hex(roots[count + 1]!),
      );
    }
  });

  it("goes back to before each leaf as the twin does, and to the empty history", async () => {
    expect(await call("empty")).equal(hex(roots[0]!));
    for (let index = 0; index < 40; index++) {
      const proof = history.prove(index);
      const before = hex(roots[index]!);
      expect(await call("before", index, 40, proof.map(hex))).equal(before);
      expect(hex(historyBefore(index, 40, proof))).equal(before);
    }
    expect(() => historyBefore(5, 40, history.prove(5).slice(1))).throw("a proof of leaf 5 of 40 has");
  });

  it("names what is wrong", async () => {
    const door = await deployed;
    const leaf = hex(digest("leaf 5"));
    const proof = history.prove(5).map(hex);
    const refused = (error: string, name: string, ...args: unknown[]): Promise<void> =>
      expect(door.getFunction(name).staticCall(...args)).to.be.revertedWithCustomError(door, error);
    await refused("NoSuchLeaf", "root", leaf, 40, 40, proof);
    await refused("NoSuchLeaf", "root", leaf, 0, 0, []);
    await refused("NoSuchLeaf", "root", leaf, 5, HISTORY_CAPACITY + 1, proof);
    await refused("WrongSiblingCount", "root", leaf, 5, 40, proof.slice(1));
    await refused("WrongSiblingCount", "root", leaf, 5, 40, [...proof, leaf]);
    await refused("WrongSiblingCount", "root", leaf, 5, 32, proof);
    // Not the end of this history: fewer blocks, more of them, other siblings.
    const [root, end] = [hex(roots[7]!), ends[7]!.map(hex)];
    await refused("WrongHistory", "append", root, 6, leaf, ends[6]!.map(hex));
    await refused("WrongHistory", "append", hex(roots[6]!), 7, leaf, end);
    await refused("WrongHistory", "append", root, 7, leaf, end.with(1, leaf));
    await refused("WrongSiblingCount", "append", root, 7, leaf, end.slice(1));
    await refused("NoSuchLeaf", "append", root, HISTORY_CAPACITY, leaf, end);
  });
});
