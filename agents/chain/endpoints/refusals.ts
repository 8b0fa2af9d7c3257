/**
 * What providers mean by their errors. EIP-1474 gives one code, -32005, for every limit, and each
 * provider has texts and codes of its own: these were met with Alchemy, Infura, QuickNode, Ankr,
 * Chainstack, dRPC, PublicNode, BNB Chain's, geth, reth, Nethermind, Erigon, Besu, anvil and
 * Hardhat.
 */
import type { FailureDetails, FailureKind } from "./failure.ts";

/** An error of JSON-RPC as it came. */
export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** What an error means. */
export interface Meaning extends FailureDetails {
  readonly kind: FailureKind;
}

const CROWDED =
  /more than [\d,]+ (results|logs)|response (size|body)|(results|logs) (exceed|exceeds|limit)|exceeds? max results|too many (results|logs)|query timeout|execution timeout|result window/i;

const TOO_WIDE =
  /block range|range (is |limit |exceeds? )|ranges? (over|is too|too)|too (large|wide) .*range|max(imum)? range|range too|blocks? distance|range.*(limited|exceed)|limited to .*(range|blocks)|up to [\d,]+ blocks|too many blocks/i;

const RATE =
  /rate.?limit|too many requests|per (second|minute|day)|\/second|request(s)? (limit|count)|throttl|compute units|capacity|quota|daily|credits? (limit|exceeded)|usage limit|slow down/i;

const NO_BLOCK =
  /unknown block|header not found|block .*not (found|available|exist)|missing trie node|(no|could not find|couldn't find) (state|block|header)|beyond (the )?(current |latest )?head|block is out of range|outofrange|requested a? ?non-existing|invalid block (number|hash)|non-existent block|pruned|after last accepted/i;

const DOWN = /unhealthy|no backend|temporar|try again|internal server error|bad gateway|overloaded|busy|unavailable/i;

const SIZES: readonly RegExp[] = [
  /up to an? ([\d,]+)( k)? ?blocks? range/i,
  /limited to an? ?([\d,]+)(k)? ?(blocks?|range)/i,
  /max(?:imum)?(?: allowed)?(?: block)? range(?: is)?:? ([\d,]+)(k)?/i,
  /max is ([\d,]+)(k)? blocks/i,
  /(?:over|than) ([\d,]+)(k)? blocks/i,
];

/**
 * What an error to a request means for the endpoint; undefined if it is an answer, such as a
 * revert.
 *
 * @param blocks how many blocks `eth_getLogs` asked for; undefined for another method
 */
export function meaningOf({ code, message, data }: RpcError, blocks: bigint | undefined): Meaning | undefined {
  // EIP-1474 has 3 for a revert; nodes give its data with it.
  if (code === 3 || (typeof data === "string" && data.startsWith("0x")) || /revert/i.test(message)) return undefined;
  const many = blocks !== undefined && blocks > 1n;
  if (blocks !== undefined && CROWDED.test(message)) return { kind: "too wide", crowded: true };
  if (NO_BLOCK.test(message)) return { kind: "no such block" };
  if (many && TOO_WIDE.test(message)) return { kind: "too wide", admits: sizeIn(message) };
  if (code === 429 || code === -32_007 || RATE.test(message)) return { kind: "rate limit" };
  // BNB Chain's nodes say no more than this of a range that is too wide.
  if (code === -32_005) return { kind: many ? "too wide" : "rate limit" };
  if (code === -32_001) return { kind: "no such block" };
  return DOWN.test(message) ? { kind: "unavailable" } : undefined;
}

/** How many blocks a text admits, as a number or as a range that would do. */
function sizeIn(text: string): bigint | undefined {
  const range = /\[(0x[\da-f]+), ?(0x[\da-f]+)\]/i.exec(text);
  if (range !== null) return positive(BigInt(range[2] ?? 0) - BigInt(range[1] ?? 0) + 1n);
  for (const size of SIZES) {
    const [, number, thousands] = size.exec(text) ?? [];
    if (number === undefined) continue;
    return positive(BigInt(number.replaceAll(",", "")) * (thousands === undefined ? 1n : 1_000n));
  }
  return undefined;
}

function positive(size: bigint): bigint | undefined {
  return size > 0n ? size : undefined;
}
