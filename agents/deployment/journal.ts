/**
 * What a deployment has done so far, in a file: it goes on where it stopped, and later commands
 * find the addresses there. An entry is written before its transaction is sent.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { Problem } from "../../verifier/errors.ts";
import { type Addresses, SHARED_CONTRACTS, type SharedContract } from "./contracts.ts";

const hex = z.custom<`0x${string}`>((value) => typeof value === "string" && /^0x[0-9a-f]+$/.test(value));

const entrySchema = z.strictObject({
  /** Where the contract comes to lie: the sender and its nonce decide. */
  address: hex,
  /** keccak256 of the creation code with its arguments. */
  creation: hex,
  sender: hex,
  nonce: z.number().int(),
  /** Whether the contract was seen on the chain. */
  isThere: z.boolean(),
});

/** One contract of a deployment. */
export type Entry = z.output<typeof entrySchema>;

const journalSchema = z.strictObject({
  chainId: z.number().int(),
  contracts: z.partialRecord(z.enum(SHARED_CONTRACTS), entrySchema),
});

/** The file of a deployment. */
export class Journal {
  readonly #path: string;
  readonly #content: z.output<typeof journalSchema>;

  /**
   * Opens a file, or begins one.
   *
   * @throws Problem if the file is none, or of another chain
   */
  constructor(path: string, chainId: number) {
    this.#path = path;
    this.#content = existsSync(path) ? contentOf(path) : { chainId, contracts: {} };
    if (this.#content.chainId === chainId) return;
    const hint = "name another file with --deployment";
    throw new Problem(`${path} is a deployment on chain ${this.#content.chainId}, not on ${chainId}`, { hint });
  }

  /** What is noted about a contract. */
  entry(name: SharedContract): Entry | undefined {
    return this.#content.contracts[name];
  }

  /** Notes something about a contract: on disk when this returns. */
  note(name: SharedContract, entry: Entry): void {
    this.#content.contracts[name] = entry;
    const fresh = `${this.#path}.new`;
    writeFileSync(fresh, `${JSON.stringify(this.#content, null, 2)}\n`, { flush: true });
    renameSync(fresh, this.#path);
  }

  /** Contracts that are there. */
  addresses(): Addresses {
    const there = Object.entries(this.#content.contracts).filter(([, entry]) => entry.isThere);
    return Object.fromEntries(there.map(([name, { address }]) => [name, address]));
  }
}

function contentOf(path: string): z.output<typeof journalSchema> {
  try {
    return journalSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (cause) {
    throw new Problem(`${path} is no file of a deployment`, { cause, hint: "name another file with --deployment" });
  }
}
