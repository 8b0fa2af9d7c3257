import { expect } from "chai";
import { interpreterExecutor } from "../../../verifier/interpreter/execute.ts";
import { buildProgram } from "../../../verifier/program/build.ts";
import { type FragmentRun, runFragment } from "../../../verifier/program/fragment.ts";
import {
  OutputError,
  type OutputProof,
  type Piece,
  proveOutput,
  verifyOutput,
} from "../../../verifier/proof/output.ts";
import { initialState } from "../../../verifier/state/program.ts";
import { stateRoot } from "../../../verifier/state/state.ts";
import { ECHO } from "../../agents/cli/echo.ts";
import { assemble } from "../../agents/guests.ts";

/** Bytes of payloads: outputs that begin and end inside leaves, at their borders, and nowhere. */
const LENGTHS = [0, 30, 31, 32, 200, 1, 4_000, 0];

describe("a proof of an output", () => {
  let run: FragmentRun;
  let root: Uint8Array;

  before(async () => {
    const program = buildProgram([{ name: "guest", bytes: await assemble(ECHO) }], { convention: "payload" });
    const transactions = LENGTHS.map((length, i) => ({
      // The fifth runs out of fuel.
      fuel: i === 4 ? 3n : 100_000n,
      keep: false,
      payload: new Uint8Array(length).fill(65 + i),
    }));
    run = runFragment(initialState(program.image), transactions, { budget: 1n << 30n, executor: interpreterExecutor });
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
