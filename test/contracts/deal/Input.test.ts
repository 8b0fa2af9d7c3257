import { expect } from "chai";
import { hexlify, keccak256, concat, ZeroHash } from "ethers";
import fc from "fast-check";
import { ethers, inputRoot } from "./fixture.ts";

describe("Input", () => {
  const deployed = ethers.deployContract("InputDoor");

  it("agrees with the twin at every boundary of leaves and levels", async () => {
    const door = await deployed;
    const around = [0, 32, 64, 96, 1_024, 4_096, 32_768, 65_536];
    const lengths = new Set(around.flatMap((n) => [n - 1, n, n + 1]).filter((n) => n >= 0 && n <= 65_536));
    for (const length of lengths) {
      const data = hexlify(Uint8Array.from({ length }, (_, i) => ((i * 7 + length) % 255) + 1));
      expect(await door.root(data), `${length} bytes`).to.equal(inputRoot(data));
    }
  });

  it("agrees with the twin on any input", async () => {
    const door = await deployed;
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3_000 }), async (bytes) => {
        const data = hexlify(bytes);
        expect(await door.root(data)).to.equal(inputRoot(data));
      }),
      { numRuns: 40, seed: 0x0a4b17e4 },
    );
  });

  it("gives the zero hash of level 11 for an empty input", async () => {
    let zero = ZeroHash;
    for (let level = 0; level < 11; level++) zero = keccak256(concat([zero, zero]));
    expect(await (await deployed).root("0x")).to.equal(zero);
  });

  it("refuses what does not fit below the root", async () => {
    const door = await deployed;
    await expect(door.root(hexlify(new Uint8Array(65_537))))
      .to.be.revertedWithCustomError(door, "InputOverCapacity")
      .withArgs(65_537, 65_536);
  });
});
