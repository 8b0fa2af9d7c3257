// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

/// @title The names of clusters' chains
/// @notice `a`, the 40 digits of the Deal's address, `-`, the era: docs/cluster.md, "Chain id".
/// Votes are signed with it, so they count for one Deal and one era. The twin of
/// `verifier/consensus/chain-id.ts`.
library ChainId {
    /// @notice Eras are below this: CometBFT takes names of 50 bytes start most.
    uint256 internal constant ERAS = 10 ** 8;

    /// @dev Bytes before the era: `a`, the address and `-`.
    uint256 private constant FIXED = 42;

    /// @notice Thrown when an era has no name.
    error EraOutOfRange(uint256 era);

    /// @notice The name of the chain of a Deal's era.
    function named(address deal, uint256 era) internal pure returns (bytes memory name) {
        if (era > ERAS - 1) revert EraOutOfRange(era);
        uint256 digits = 1;
        for (uint256 rest = era / 10; rest > 0; rest /= 10) ++digits;
        name = new bytes(FIXED + digits);
        uint256 nibbles = uint160(deal);
        // Writes the 40 digits, the first at byte 1, and the era's from its last one backwards, all
        // inside of `name`: its last byte is number 41 + digits.
        assembly ("memory-safe") {
            let start := add(name, 0x20)
            mstore8(start, 0x61)
            for {
                let i := 40
            } i {
                i := sub(i, 1)
            } {
                let nibble := and(nibbles, 15)
                mstore8(add(start, i), add(nibble, add(0x30, mul(gt(nibble, 9), 0x27))))
                nibbles := shr(4, nibbles)
            }
            mstore8(add(start, 41), 0x2d)
            for {
                let i := add(41, digits)
            } gt(i, 41) {
                i := sub(i, 1)
            } {
                mstore8(add(start, i), add(0x30, mod(era, 10)))
                era := div(era, 10)
            }
        }
    }
}
