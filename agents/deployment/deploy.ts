/** Puts the contracts that Deals share on a chain, one after the other, also after an interruption. */
import { type Address, getContractAddress, type Hex, keccak256 } from "viem";
import { arbiterAbi } from "../../contracts/abi/Arbiter.ts";
import { Crash, Problem } from "../../verifier/errors.ts";
import type { Chain } from "../chain/chain.ts";
import { creationCode, SHARED_CONTRACTS, type SharedContract } from "./contracts.ts";
import type { Journal } from "./journal.ts";
import type { SharedParameters } from "./parameters.ts";
import { lowerCase } from "../chain/lower-case.ts";

/** What became of one contract. */
export interface Deployed {
  readonly name: SharedContract | "Tournament";
  readonly address: Address;
  /** Whether it was there before. */
  readonly isOld: boolean;
}

/** What a deployment works with. */
export interface Deployment {
  readonly chain: Chain;
  readonly journal: Journal;
  /** Whose account pays. */
  readonly from: Address;
  readonly parameters: SharedParameters;
  /** Hears of each contract that is there. */
  readonly onDeployed: (deployed: Deployed) => void;
}

/**
 * Deploys what is not there yet, and gives all of it.
 *
 * @throws Problem if the file speaks of a contract with other parameters, or of one that is not
 *   what it should be
 */
export async function deployShared(deployment: Deployment): Promise<Deployed[]> {
  const all: Deployed[] = [];
  const add = (deployed: Deployed): void => {
    all.push(deployed);
    deployment.onDeployed(deployed);
  };
  for (const name of SHARED_CONTRACTS) {
    const deployed = await deployOne(deployment, name);
    add(deployed);
    if (name === "Arbiter") {
      const { address, isOld } = deployed;
      const call = { address, abi: arbiterAbi, functionName: "tournament" } as const;
      add({ name: "Tournament", address: lowerCase(await deployment.chain.reader.readContract(call)), isOld });
    }
  }
  return all;
}

async function deployOne({ chain, journal, from, parameters }: Deployment, name: SharedContract): Promise<Deployed> {
  const data = creationCode(name, journal.addresses(), parameters);
  const creation = keccak256(data);
  const known = journal.entry(name);
  if (known !== undefined) {
    if (known.creation !== creation) {
      throw new Problem(`the ${name} at ${known.address} was deployed with other parameters or by another version`, {
        hint: "deploy into another file with --deployment",
      });
    }
    if (await arrived(chain, known)) {
      await requireCode(chain, name, known.address, data);
      journal.note(name, { ...known, isThere: true });
      return { name, address: known.address, isOld: true };
    }
  }
  const nonce = await chain.reader.getTransactionCount({ address: from, blockTag: "pending" });
  const address = lowerCase(getContractAddress({ from, nonce: BigInt(nonce) }));
  const entry = { address, creation, sender: from, nonce };
  journal.note(name, { ...entry, isThere: false });
  const made = lowerCase(await chain.deploy(from, `deploy ${name}`, data));
  if (made !== address) throw new Problem(`${from} sent another transaction while ${name} was deployed`, again());
  journal.note(name, { ...entry, isThere: true });
  return { name, address, isOld: false };
}

const again = (): { hint: string } => ({ hint: "call again when nothing else uses the account" });

const PATIENCE_MS = 120_000;
const POLL_MS = 500;

/** Whether a contract is on the chain; waits while its transaction may be on its way. */
async function arrived(
  { reader }: Chain,
  { address, sender, nonce }: { readonly address: Hex; readonly sender: Hex; readonly nonce: number },
): Promise<boolean> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end;) {
    const mined = await reader.getTransactionCount({ address: sender, blockTag: "latest" });
    const pending = await reader.getTransactionCount({ address: sender, blockTag: "pending" });
    // After the counts: what they count is there by now.
    const code = await reader.getCode({ address });
    if (code !== undefined && code !== "0x") return true;
    // Nothing with this nonce is on its way, or something else was mined with it.
    if (pending <= nonce || mined > nonce) return false;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Problem(`transaction ${nonce} of ${sender} is not mined`, again());
}

/**
 * Compares a contract's code with what its creation code makes. Not the Arbiter's, which has in it
 * where its own Tournament lies.
 */
async function requireCode({ reader }: Chain, name: SharedContract, address: Address, data: Hex): Promise<void> {
  if (name === "Arbiter") return;
  const { data: wanted } = await reader.call({ data });
  if (wanted === undefined) throw new Crash(`the creation code of ${name} makes nothing`);
  if ((await reader.getCode({ address })) !== wanted)
    throw new Problem(`what lies at ${address} is not the ${name} of this version`, {
      hint: "deploy into another file with --deployment",
    });
}
