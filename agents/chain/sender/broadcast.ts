/** Hands signed transactions to nodes, and reads what they say about them. */
import { BaseError, type EIP1193RequestFn, type Hex, type Transport } from "viem";
import { Problem } from "../../../verifier/errors.ts";

/** Where transactions go. */
export interface Endpoints {
  /** Nodes that show a transaction to everybody; each one gets it. */
  readonly open: readonly Transport[];
  /** A node that shows it to nobody before it is mined. */
  readonly concealed?: Transport;
}

/** What came of handing a transaction over. */
export type Reception = "taken" | "underpriced";

/** Hands transactions to endpoints. */
export class Broadcast {
  readonly #open: readonly EIP1193RequestFn[];
  readonly #concealed: EIP1193RequestFn | undefined;

  constructor({ open, concealed }: Endpoints) {
    this.#open = open.map(requests);
    this.#concealed = concealed && requests(concealed);
  }

  /** Whether there is an endpoint that conceals. */
  get canConceal(): boolean {
    return this.#concealed !== undefined;
  }

  /**
   * Hands it to every open endpoint, or to the concealing one alone. Returns when one has taken it:
   * nobody waits for those that are slow. Throws what the first one says if none does.
   */
  async send(raw: Hex, shown: boolean): Promise<Reception> {
    const targets = shown || this.#concealed === undefined ? this.#open : [this.#concealed];
    const answers = targets.map((request) => hand(request, raw));
    try {
      return await Promise.any(answers.map(taken));
    } catch {
      const settled = await Promise.allSettled(answers);
      if (settled.some((answer) => answer.status === "fulfilled")) return "underpriced";
      const first = settled.find((answer) => answer.status === "rejected");
      throw first?.reason ?? new Problem("no endpoint is there to send to");
    }
  }
}

async function taken(answer: Promise<Reception>): Promise<"taken"> {
  if ((await answer) === "taken") return "taken";
  throw new Problem("underpriced");
}

function requests(transport: Transport): EIP1193RequestFn {
  // Sending the same bytes twice is harmless, but the next look does it in any case.
  return transport({ retryCount: 0 }).request;
}

/** What nodes call a transaction that they have, or that is mined (geth, reth, nethermind, anvil, Hardhat). */
const HAVE =
  /already known|already imported|known transaction|already in (the )?(mem)?pool|already exists|nonce (is )?too low|nonce has already been used|expected nonce to be \d+ but got/i;
const UNDERPRICED = /underpriced|gas price too low to replace|fee too low to replace|replacement.*(fee|price)/i;

async function hand(request: EIP1193RequestFn, raw: Hex): Promise<Reception> {
  try {
    await request({ method: "eth_sendRawTransaction", params: [raw] });
    return "taken";
  } catch (error) {
    const text = said(error);
    if (HAVE.test(text)) return "taken";
    if (UNDERPRICED.test(text)) return "underpriced";
    throw error;
  }
}

/** What a node says; viem repeats the request in its message, which has the transaction in it. */
function said(error: unknown): string {
  return error instanceof BaseError ? `${error.shortMessage} ${error.details}` : String(error);
}
