/** A StepVerifier on a network of its own, and calls of it that take hundreds of steps. */
import { getBytes, hexlify } from "ethers";
import { network } from "hardhat";
import { keccak256 } from "../../../verifier/merkle/keccak.ts";
import { RECORD_BYTES } from "../../../verifier/state/state.ts";
import type { Floats, Integers, StepBatch, StepVerifier } from "../../../types/ethers-contracts/index.js";

/** What a verifier is asked: a state root and a witness. */
export interface StepQuery {
  readonly root: Uint8Array;
  readonly witness: Uint8Array;
}

/** What a verifier answers: the next root in hexadecimal, or the name of its error (its selector, if it is no known error). */
export type StepAnswer =
  { readonly accepted: true; readonly next: string } | { readonly accepted: false; readonly reason: string };

/** The deployed contracts. */
export interface Verifier {
  readonly contract: StepVerifier;
  readonly integers: Integers;
  readonly floats: Floats;
  readonly batch: StepBatch;
  /** Deploys another verifier, with the arithmetic at two addresses. */
  readonly deploy: (integers: string, floats: string) => Promise<StepVerifier>;
  /** Asks for many steps. */
  readonly steps: (queries: readonly StepQuery[]) => Promise<StepAnswer[]>;
}

/** Bytes of witnesses in one call: the simulator takes half as long a step as with 1 MiB (measured). */
const CALL_BYTES = 1 << 15;

/** Deploys on a network of its own. */
export async function deployVerifier(): Promise<Verifier> {
  const { ethers } = await network.create({ override: { blockGasLimit: 1n << 40n, transactionGasCap: false } });
  const integers = await ethers.deployContract("Integers");
  const floats = await ethers.deployContract("Floats");
  const deploy = (...arithmetic: [string, string]) => ethers.deployContract("StepVerifier", arithmetic);
  const contract = await deploy(await integers.getAddress(), await floats.getAddress());
  const batch = await ethers.deployContract("StepBatch");

  async function ask(queries: readonly StepQuery[]): Promise<StepAnswer[]> {
    const answers = await batch.steps(contract, pack(queries));
    if (answers.length !== queries.length) throw new Error(`${answers.length} answers to ${queries.length} queries`);
    return answers.map(({ next, reason }) => {
      if (BigInt(reason) === 0n) return { accepted: true, next };
      return { accepted: false, reason: contract.interface.getError(reason)?.name ?? reason };
    });
  }

  async function steps(queries: readonly StepQuery[]): Promise<StepAnswer[]> {
    const answers: StepAnswer[] = [];
    for (let part: StepQuery[] = [], bytes = 0, i = 0; i < queries.length; i++) {
      const query = queries[i]!;
      part.push(query);
      bytes += query.witness.length;
      if (bytes < CALL_BYTES && i + 1 < queries.length) continue;
      answers.push(...(await ask(part)));
      [part, bytes] = [[], 0];
    }
    return answers;
  }

  return { contract, integers, floats, batch, deploy, steps };
}

/** The query of a witness for the state that its own record says. */
export function queryOf(witness: Uint8Array): StepQuery {
  return { root: keccak256(witness.subarray(0, RECORD_BYTES)), witness };
}

/** As `StepBatch.steps` reads it. */
function pack(queries: readonly StepQuery[]): string {
  const parts = queries.flatMap(({ root, witness }) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(witness.length);
    return [root, length, witness];
  });
  return hexlify(Buffer.concat(parts));
}

/** Numbers below 2^256 as 32 bytes each, one after the other. */
export function packWords(words: readonly bigint[]): string {
  return `0x${words.map((word) => word.toString(16).padStart(64, "0")).join("")}`;
}

/** The inverse of {@link packWords}. */
export function unpackWords(hex: string): bigint[] {
  const bytes = getBytes(hex);
  return Array.from({ length: bytes.length / 32 }, (_, i) => BigInt(hexlify(bytes.subarray(32 * i, 32 * (i + 1)))));
}
