/** The library beside its twin: the same header for each field, and no other value of it. */
import { expect } from "chai";
import fc from "fast-check";
import { network } from "hardhat";
import { type Header, type HeaderField, headerHash, proveField } from "../../../verifier/consensus/header.ts";
import { digest, headerOf } from "../../support/electorate.ts";
import { hex, shownChainId } from "./shown.ts";

const { ethers } = await network.create();

/** The function of each field, and a field's value as its parameters. */
const FIELDS: readonly [HeaderField, string, (header: Header) => unknown[]][] = [
  ["chainId", "ofChainId", ({ chainId }) => [shownChainId(chainId)]],
  ["height", "ofHeight", ({ height }) => [height]],
  ["time", "ofTime", ({ time }) => [time.seconds, time.nanoseconds]],
  ["dataHash", "ofDataHash", ({ dataHash }) => [hex(dataHash)]],
  ["appHash", "ofAppHash", ({ appHash }) => [hex(appHash)]],
];

const headers = fc
  .record({
    chainId: fc.string({ minLength: 1, maxLength: 50, unit: "binary-ascii" }),
    height: fc.oneof(fc.bigInt({ min: 1n, max: 300n }), fc.bigInt({ min: 1n, max: (1n << 63n) - 1n })),
    seconds: fc.oneof(fc.constant(0n), fc.bigInt({ min: 1n, max: (1n << 40n) - 1n })),
    nanoseconds: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 999_999_999 })),
    seed: fc.string(),
  })
  .map(({ chainId, height, seconds, nanoseconds, seed }) =>
    headerOf({
      chainId,
      height,
      time: { seconds, nanoseconds },
      dataHash: digest(`data ${seed}`),
      appHash: digest(`application ${seed}`),
    }),
  );

describe("Headers", () => {
  const deployed = ethers.deployContract("HeadersDoor");

  const hashOf = async (name: string, args: readonly unknown[], proof: readonly Uint8Array[]): Promise<unknown> =>
    (await deployed).getFunction(name).staticCall(...args, proof.map(hex));

  it("proves each field as the twin does", async () => {
    await fc.assert(
      fc.asyncProperty(headers, async (header) => {
        for (const [field, name, argsOf] of FIELDS)
          expect(await hashOf(name, argsOf(header), proveField(header, field))).equal(hex(headerHash(header)));
      }),
      { numRuns: 40, seed: 0x0a4b17e4 },
    );
  });

  it("proves no other value, and nothing with another proof", async () => {
    const header = headerOf({ chainId: "chain" });
    const changed: Header = {
      ...header,
      chainId: "chaim",
      height: 78n,
      time: { ...header.time, nanoseconds: 0 },
      dataHash: digest("changed"),
      appHash: digest("changed"),
    };
    const hash = hex(headerHash(header));
    for (const [field, name, argsOf] of FIELDS) {
      const proof = proveField(header, field);
      expect(await hashOf(name, argsOf(changed), proof), field).not.equal(hash);
      for (let i = 0; i < proof.length; i++)
        expect(await hashOf(name, argsOf(header), proof.with(i, digest("changed")))).not.equal(hash);
      for (const other of [proof.slice(1), [...proof, proof[0]!]])
        await expect(hashOf(name, argsOf(header), other)).to.be.revertedWithCustomError(
          await deployed,
          "WrongProofLength",
        );
    }
    // One field's proof is none of another's, although both are hashes.
    expect(await hashOf("ofAppHash", [hex(header.dataHash)], proveField(header, "dataHash"))).not.equal(hash);
  });
});
