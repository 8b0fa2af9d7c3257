/**
 * Whether the contracts of a Deal are those of this version: their code is compared with what their
 * creation code makes of the same arguments, which a node works out without a transaction.
 */
import {
  type Address,
  concat,
  encodeDeployData,
  getContractAddress,
  type Hex,
  numberToHex,
  type PublicClient,
  size,
} from "viem";
import { dealAbi } from "../../contracts/abi/Deal.ts";
import { dealBytecode } from "../../contracts/abi/Deal.bytecode.ts";
import { depositsAbi } from "../../contracts/abi/Deposits.ts";
import { stepVerifierAbi } from "../../contracts/abi/StepVerifier.ts";
import { Crash, Problem } from "../../verifier/errors.ts";
import type { DealFacts } from "../chain/deal-facts.ts";
import { creationCode, type SharedContract } from "./contracts.ts";

/** A contract where it lies, and the code that it should have. */
export interface Expected {
  readonly name: SharedContract | "Tournament" | "Deal";
  readonly address: Address;
  readonly code: Hex;
}

/** Somebody without a transaction, in whose name contracts are made for comparison. */
const NOBODY = "0x00000000000000000000000000000000000a5b17";

/**
 * Refuses contracts that are not those of this version: nothing that they say can be relied on.
 *
 * @throws Problem naming one
 */
export async function requireGenuine(reader: PublicClient, deal: DealFacts): Promise<void> {
  const expected = await expectedOf(reader, deal);
  const actual = await Promise.all(expected.map(({ address }) => reader.getCode({ address })));
  const wrong = firstWrong(expected, actual);
  if (wrong !== undefined)
    throw new Problem(`what lies at ${wrong.address} is not the ${wrong.name} of this version`, {
      place: `Deal ${deal.address}`,
      hint: "do not stake anything on this Deal; or use the version that its contracts are of",
    });
}

/** The first contract whose code is another. */
export function firstWrong(expected: readonly Expected[], actual: readonly (Hex | undefined)[]): Expected | undefined {
  return expected.find(({ code }, place) => actual[place]?.toLowerCase() !== code.toLowerCase());
}

/** What a Deal's contracts should be, by the arguments that they tell of themselves. */
export async function expectedOf(reader: PublicClient, deal: DealFacts): Promise<Expected[]> {
  const { verifier, deposits, params, terms } = deal;
  const told = { address: verifier, abi: stepVerifierAbi } as const;
  const [integers, floats, coolingOff] = await Promise.all([
    reader.readContract({ ...told, functionName: "integers" }),
    reader.readContract({ ...told, functionName: "floats" }),
    reader.readContract({ address: deposits, abi: depositsAbi, functionName: "coolingOff" }),
  ]);
  const addresses = { Integers: integers, Floats: floats, StepVerifier: verifier };
  const { period, grace, heights, bonds, bounty } = params;
  const arbiter = { period, grace, heights: [...heights], bonds: [...bonds], bounty };
  const creation = (name: SharedContract): Hex =>
    creationCode(name, addresses, { arbiter, coolingOff: Number(coolingOff) });
  const made = (data: Hex): Promise<Hex> => codeMadeBy(reader, data);
  const own = encodeDeployData({ abi: dealAbi, bytecode: dealBytecode, args: [terms] });
  return Promise.all([
    made(creation("Integers")).then((code) => ({ name: "Integers", address: integers, code }) as const),
    made(creation("Floats")).then((code) => ({ name: "Floats", address: floats, code }) as const),
    made(creation("StepVerifier")).then((code) => ({ name: "StepVerifier", address: verifier, code }) as const),
    made(creation("Deposits")).then((code) => ({ name: "Deposits", address: deposits, code }) as const),
    arbiterCode(made, creation("Arbiter"), deal),
    tournamentCode(made, creation("Arbiter"), deal),
    made(own).then((code) => ({ name: "Deal", address: deal.address, code }) as const),
  ]);
}

async function codeMadeBy(reader: PublicClient, data: Hex): Promise<Hex> {
  const { data: code } = await reader.call({ account: NOBODY, data });
  if (code === undefined) throw new Crash("creation code that makes nothing");
  return code;
}

/** The Arbiter's code, with its own Tournament in place of the one that was made for comparison. */
async function arbiterCode(
  made: (data: Hex) => Promise<Hex>,
  creation: Hex,
  { arbiter, tournament }: DealFacts,
): Promise<Expected> {
  const other = getContractAddress({ from: getContractAddress({ from: NOBODY, nonce: 0n }), nonce: 1n });
  return { name: "Arbiter", address: arbiter, code: replaced(await made(creation), other, tournament) };
}

/** The code of the Tournament that the Arbiter's creation makes, with its own Arbiter in it. */
async function tournamentCode(
  made: (data: Hex) => Promise<Hex>,
  creation: Hex,
  { arbiter, tournament }: DealFacts,
): Promise<Expected> {
  const other = getContractAddress({ from: getContractAddress({ from: NOBODY, nonce: 0n }), nonce: 1n });
  const its = getContractAddress({ from: other, nonce: 1n });
  const length = numberToHex(size(creation), { size: 3 });
  const copying = concat([
    ...["0x62", length, "0x6100425f39"], // CODECOPY(0, 66, length)
    ...["0x62", length, "0x5f5ff050"], // CREATE(0, 0, length), POP
    ...["0x73", its, "0x3b"], // EXTCODESIZE(its)
    ...["0x805f5f73", its, "0x3c"], // EXTCODECOPY(its, 0, 0, its size)
    "0x5ff3", // RETURN(0, its size)
  ] as Hex[]);
  const code = await made(concat([copying, creation]));
  return { name: "Tournament", address: tournament, code: replaced(code, other, arbiter) };
}

/** A code with one address in place of another. */
function replaced(code: Hex, one: Address, other: Address): Hex {
  return code.toLowerCase().replaceAll(one.slice(2).toLowerCase(), other.slice(2).toLowerCase()) as Hex;
}
