/** How a sender behaves, as numbers that an operator may change. */

const GWEI = 1_000_000_000n;

/** Times are in seconds of the chain's time, prices in wei. */
export interface Policy {
  /** How long a block takes. */
  readonly blockTime: number;
  /** After this time without being mined a transaction is replaced, if there is no hurry. */
  readonly patience: number;
  /** A price per gas that is paid for anything, whatever its stake. */
  readonly ordinaryPrice: bigint;
  /** The least tip: some nodes refuse transactions without one. */
  readonly leastTip: bigint;
  /** The most that is believed of what others pay as a tip; a transaction that is stuck may pay more. */
  readonly mostTip: bigint;
  /** What of a stake may be spent at first, and at the deadline: in hundredths. */
  readonly share: readonly [first: bigint, last: bigint];
  /** Of the gas that was estimated, in hundredths: a join that is front-run needs 130. */
  readonly gasReserve: bigint;
  /** The most gas of a transaction (EIP-7825). */
  readonly gasLimit: bigint;
  /** How many nonces may be under way: nodes keep few of an account. */
  readonly flights: number;
  /** After so many blocks a transaction counts as mined for good. */
  readonly depth: bigint;
  /** How often a transaction may revert when it is mined, before its intent is given up. */
  readonly reverts: number;
  /**
   * A concealed transaction is shown to everybody when this part of its time is over, in
   * hundredths, or when fewer than {@link concealedBlocks} are left.
   */
  readonly concealedShare: number;
  readonly concealedBlocks: number;
}

/** For Ethereum. */
export const POLICY: Policy = {
  blockTime: 12,
  patience: 36,
  ordinaryPrice: 100n * GWEI,
  leastTip: GWEI / 100n,
  mostTip: 5n * GWEI,
  share: [10n, 50n],
  gasReserve: 140n,
  gasLimit: 1n << 24n,
  flights: 16,
  depth: 64n,
  reverts: 3,
  concealedShare: 50,
  concealedBlocks: 10,
};
