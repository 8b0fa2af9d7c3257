/** A StepVerifier on a network of its own, and calls of it that take hundreds of steps. */
import { getBytes, hexlify } from "ethers";
import { network, tasks } from "hardhat";
import { keccak256 } from "../../../verifier/merkle/keccak.ts";
import { RECORD_BYTES } from "../../../verifier/state/state.ts";
import type { ContractOf } from "../../support/typed-contract.ts";

/** What a verifier is asked: a state root and a witness. */
export interface StepQuery {
  readonly root: Uint8Array;
  readonly witness: Uint8Array;
}

/**
 * What a verifier answers: the next root in hexadecimal, or the name of its error (its selector, if
 * it is no known error).
 */
export type StepAnswer =
  { readonly accepted: true; readonly next: string } | { readonly accepted: false; readonly reason: string };

/** The deployed contracts. */
export interface Verifier {
  readonly ethers: Awaited<ReturnType<typeof network.create>>["ethers"];
  readonly contract: ContractOf<"StepVerifier">;
  readonly integers: ContractOf<"Integers">;
  readonly floats: ContractOf<"Floats">;
  readonly batch: ContractOf<"StepBatch">;
  /** Deploys another verifier, with the arithmetic at two addresses. */
  readonly deploy: (integers: string, floats: string) => Promise<ContractOf<"StepVerifier">>;
  /** Asks for many steps, in as many calls as it takes. */
  readonly steps: (queries: readonly StepQuery[]) => Promise<StepAnswer[]>;
  /** Asks for the steps of one call, by default of {@link contract}. */
  readonly ask: (queries: readonly StepQuery[], contract?: ContractOf<"StepVerifier">) => Promise<StepAnswer[]>;
}

/**
 * Bytes of witnesses in one call. The simulator takes 7,400 steps a second with 8 KiB, 5,600 with
 * 32 KiB and 5,200 with 128 KiB (steps of 780 bytes, four calls at a time).
 */
export const CALL_BYTES = 1 << 13;

/** Bytes of an answer, as `StepBatch` gives it. */
const ANSWER_BYTES = 64;

/** More gas than any call takes. */
const CALL_GAS = "0xffffffffff";

/** Deploys on a network of its own. */
export async function deployVerifier(): Promise<Verifier> {
  await tasks.getTask("built").run();
  const { ethers, provider } = await network.create({
    override: { blockGasLimit: 1n << 40n, transactionGasCap: false },
  });
  const integers = await ethers.deployContract("Integers");
  const floats = await ethers.deployContract("Floats");
  const deploy = (...arithmetic: [string, string]) => ethers.deployContract("StepVerifier", arithmetic);
  const contract = await deploy(await integers.getAddress(), await floats.getAddress());
  const batch = await ethers.deployContract("StepBatch");
  const to = await batch.getAddress();
  const selector = batch.steps.fragment.selector;

  // The call is written and its answer read here: with ethers that would take as long as the steps
  // themselves.
  async function ask(queries: readonly StepQuery[], of = contract): Promise<StepAnswer[]> {
    const data = selector + encodeArguments(await of.getAddress(), pack(queries));
    const answer: unknown = await provider.request({
      method: "eth_call",
      params: [{ to, data, gas: CALL_GAS }, "latest"],
    });
    const bytes = Buffer.from(String(answer).slice(2), "hex").subarray(ANSWER_BYTES);
    if (bytes.length !== ANSWER_BYTES * queries.length) {
      throw new Error(`${bytes.length} bytes answer ${queries.length} queries`);
    }
    return queries.map((_, i) => {
      const at = ANSWER_BYTES * i;
      const reason = bytes.toString("hex", at + 32, at + 36);
      if (reason === "00000000") return { accepted: true, next: `0x${bytes.toString("hex", at, at + 32)}` };
      return { accepted: false, reason: contract.interface.getError(`0x${reason}`)?.name ?? `0x${reason}` };
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

  return { ethers, contract, integers, floats, batch, deploy, steps, ask };
}

/** The query of a witness for the state that its own record says. */
export function queryOf(witness: Uint8Array): StepQuery {
  return { root: keccak256(witness.subarray(0, RECORD_BYTES)), witness };
}

/** As `StepBatch.steps` reads it. */
function pack(queries: readonly StepQuery[]): Buffer {
  const parts = queries.flatMap(({ root, witness }) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(witness.length);
    return [root, length, witness];
  });
  return Buffer.concat(parts);
}

/** The ABI's encoding of (address, bytes), in hexadecimal. */
function encodeArguments(address: string, bytes: Buffer): string {
  const words = [address, "0x40", `0x${bytes.length.toString(16)}`].map((word) => word.slice(2).padStart(64, "0"));
  return words.join("") + bytes.toString("hex").padEnd(64 * Math.ceil(bytes.length / 32), "0");
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
