import { expect } from "chai";
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

describe("a proof of an output", () => {
  let run: FragmentRun;
  let root: Uint8Array;

  before(async () => {
    run = await answered();
    root = stateRoot(run.final);
  });

  const refused = (proof: OutputProof, transaction: number, message?: RegExp): void => {
    expect(() => verifyOutput(root, transaction, proof)).throw(OutputError, message);
  };

  it("gives every transaction's receipt and output, whatever it was", () => {
    expect(run.results).length(LENGTHS.length);
    run.results.forEach((result, i) => {
      expect(verifyOutput(root, i, proveOutput(run.final, i))).deep.equal(result);
    });
    expect(run.results[4]?.kind).not.equal(0);
  });

  it("proves nothing of another transaction, of another state, or of none", () => {
    const proof = proveOutput(run.final, 1);
    refused(proof, 2);
    refused(proof, LENGTHS.length, /has 8 receipts, none of transaction 8$/);
    expect(() => proveOutput(run.final, LENGTHS.length)).throw(OutputError);
    expect(() => verifyOutput(stateRoot(run.initial), 1, proof)).throw(OutputError, /the record is not that/);
    refused({ ...proof, record: proof.record.subarray(1) }, 1, /288 bytes, not 287/);
  });

  it("is refused with any byte changed, and with more or less than it takes", () => {
    const proof = proveOutput(run.final, 6);
    const flipped = (bytes: Uint8Array, at: number): Uint8Array => {
      const copy = bytes.slice();
      copy[at] = (copy[at] ?? 0) ^ 1;
      return copy;
    };
    const pieces: readonly [Piece, (piece: Piece) => OutputProof][] = [
      [proof.receipt, (receipt) => ({ ...proof, receipt })],
      ...proof.output.map((piece, i): [Piece, (piece: Piece) => OutputProof] => [
        piece,
        (changed) => ({ ...proof, output: proof.output.with(i, changed) }),
      ]),
    ];
    expect(pieces.length).greaterThan(3);
    for (let i = 0; i < proof.record.length; i++) refused({ ...proof, record: flipped(proof.record, i) }, 6);
    for (const [piece, changed] of pieces) {
      for (let i = 0; i < piece.bytes.length; i += 7) refused(changed({ ...piece, bytes: flipped(piece.bytes, i) }), 6);
      piece.siblings.forEach((sibling, i) =>
        refused(changed({ ...piece, siblings: piece.siblings.with(i, flipped(sibling, 31)) }), 6),
      );
      refused(changed({ ...piece, siblings: piece.siblings.slice(1) }), 6);
      refused(changed({ ...piece, bytes: piece.bytes.subarray(32) }), 6);
    }
    refused({ ...proof, output: proof.output.slice(1) }, 6);
    refused({ ...proof, output: [...proof.output, proof.receipt] }, 6);
  });
});
