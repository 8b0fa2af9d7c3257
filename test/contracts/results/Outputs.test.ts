/** The library beside its twin: the same answer for each proof, and the same refusals. */
import { expect } from "chai";
import fc from "fast-check";
import { network } from "hardhat";
import { bytesToHex } from "viem";
import type { FragmentRun } from "../../../verifier/program/fragment.ts";
import {
  OutputError,
  type OutputProof,
  type Piece,
  proveOutput,
  verifyOutput,
} from "../../../verifier/proof/output.ts";
import { stateRoot } from "../../../verifier/state/state.ts";
import { answered, LENGTHS } from "../../support/answers.ts";

const { ethers } = await network.create();

/** A piece as the contract takes it. */
function pieceOf({ bytes, siblings }: Piece): { leaves: string; siblings: string[] } {
  return { leaves: bytesToHex(bytes), siblings: siblings.map((sibling) => bytesToHex(sibling)) };
}

/** A proof as the contract takes it. */
function proofOf({ record, receipt, output }: OutputProof): object {
  return { record: bytesToHex(record), receipt: pieceOf(receipt), output: output.map(pieceOf) };
}

describe("Outputs", () => {
  let run: FragmentRun;
  let root: Uint8Array;
  const deployed = ethers.deployContract("OutputsDoor");

  before(async () => {
    run = await answered();
    root = stateRoot(run.final);
  });

  const onChain = async (proof: OutputProof, transaction: number): Promise<readonly unknown[]> => {
    const door = (await deployed).getFunction("verify");
    const { kind, code, fuelUsed, output } = (await door.staticCall(bytesToHex(root), transaction, proofOf(proof))) as {
      kind: bigint;
      code: bigint;
      fuelUsed: bigint;
      output: string;
    };
    return [Number(kind), Number(code), fuelUsed, output];
  };

  it("gives every transaction's answer as the twin does", async () => {
    for (let i = 0; i < LENGTHS.length; i++) {
      const proof = proveOutput(run.final, i);
      const { kind, code, fuelUsed, output } = verifyOutput(root, i, proof);
      expect(await onChain(proof, i)).deep.equal([kind, code, fuelUsed, bytesToHex(output)]);
    }
  });

  it("names what is wrong", async () => {
    const door = await deployed;
    const proof = proveOutput(run.final, 6);
    const refused = (changed: OutputProof, transaction: number, error: string): Promise<void> =>
      expect(
        door.getFunction("verify").staticCall(bytesToHex(root), transaction, proofOf(changed)),
      ).to.be.revertedWithCustomError(door, error);
    const none = { bytes: new Uint8Array(), siblings: [] };
    await refused({ ...proof, record: proof.record.subarray(1) }, 6, "WrongRecordSize");
    await refused({ ...proof, record: proof.record.with(0, 1) }, 6, "WrongState");
    await refused(proof, LENGTHS.length, "NoReceipt");
    await refused(proof, 5, "WrongLeaves");
    await refused({ ...proof, receipt: none }, 6, "WrongPieceSize");
    await refused({ ...proof, output: proof.output.slice(0, -1) }, 6, "WrongPieceCount");
    await refused({ ...proof, output: [...proof.output, proof.receipt] }, 6, "WrongPieceCount");
  });

  it("refuses what the twin refuses: any bit of a proof changed", async () => {
    const proof = proveOutput(run.final, 1);
    const { record, receipt, output } = proof;
    const parts = [receipt, ...output].flatMap(({ bytes, siblings }) => [bytes, ...siblings]);
    /** The proof with one bit of all its bytes in a row flipped. */
    const flipped = (bit: number): OutputProof => {
      let left = bit;
      const flip = (bytes: Uint8Array): Uint8Array => {
        const at = left;
        left -= 8 * bytes.length;
        return at < 0 || left >= 0 ? bytes : bytes.with(at >> 3, (bytes[at >> 3] ?? 0) ^ (1 << (at & 7)));
      };
      const piece = ({ bytes, siblings }: Piece): Piece => ({ bytes: flip(bytes), siblings: siblings.map(flip) });
      return { record: flip(record), receipt: piece(receipt), output: output.map(piece) };
    };
    const bits = 8 * (record.length + parts.reduce((sum, { length }) => sum + length, 0));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: bits - 1 }), async (bit) => {
        expect(() => verifyOutput(root, 1, flipped(bit))).throw(OutputError);
        expect(await onChain(flipped(bit), 1).catch(() => "refused")).equal("refused");
      }),
      { numRuns: 60, seed: 0x0a4b17e4 },
    );
  });
});
