/** What was sent, by whom and what it cost. */
import type { Sent } from "../chain/chain.ts";

/** Gas of all transactions with one label. */
export interface GasLine {
  readonly label: string;
  readonly count: number;
  readonly total: bigint;
  readonly least: bigint;
  readonly greatest: bigint;
  /** Greatest size of the calldata. */
  readonly calldataBytes: number;
}

/** What a dispute cost. */
export interface GasFigures {
  readonly moves: number;
  /** Of a move and of the executed step on average, and of all that belongs to the dispute. */
  readonly gas: { readonly move: number; readonly step: number; readonly total: bigint };
  readonly gasByKind: readonly GasLine[];
}

/** Labels of the transactions that a dispute consists of, from the challenge to the verdict. */
const DISPUTE: ReadonlySet<string> = new Set([
  "announce",
  "challenge",
  "open",
  "join",
  "move",
  "seal",
  "step",
  "resolve",
  "settle",
]);

/** Labels of the moves that a player makes. */
const MOVES: ReadonlySet<string> = new Set(["move", "seal", "step"]);

/** Collects transactions. */
export class GasBook {
  readonly #sent: Sent[] = [];

  add(sent: Sent): void {
    this.#sent.push(sent);
  }

  /** One line a label, in the order in which labels first came. */
  lines(): GasLine[] {
    return [...Map.groupBy(this.#sent, ({ label }) => label)].map(([label, all]) => {
      const gas = all.map((sent) => sent.gas);
      return {
        label,
        count: all.length,
        total: sum(gas),
        least: gas.reduce((a, b) => (a < b ? a : b)),
        greatest: gas.reduce((a, b) => (a > b ? a : b)),
        calldataBytes: Math.max(...all.map((sent) => sent.calldataBytes)),
      };
    });
  }

  /** Gas of everything that belongs to disputes. */
  disputeTotal(): bigint {
    return sum(this.#sent.filter(({ label }) => DISPUTE.has(label)).map(({ gas }) => gas));
  }

  /** How many moves were made, the last ones included. */
  get moves(): number {
    return this.#sent.filter(({ label }) => MOVES.has(label)).length;
  }

  /** Average gas of the moves that descend, and of the executed step; 0 if there was none. */
  averages(): { move: number; step: number } {
    return { move: this.#average("move"), step: this.#average("step") };
  }

  #average(label: string): number {
    const gas = this.#sent.filter((sent) => sent.label === label).map((sent) => sent.gas);
    return gas.length === 0 ? 0 : Math.round(Number(sum(gas)) / gas.length);
  }
}

/** The figures of a dispute's gas. */
export function gasOf(book: GasBook): GasFigures {
  return { moves: book.moves, gas: { ...book.averages(), total: book.disputeTotal() }, gasByKind: book.lines() };
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}
