// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

/// @title The Merkle root of a fragment's input
/// @notice A binary keccak-256 tree over 2^11 leaves of 32 bytes, zero padded. A leaf is its own
/// hash, byte 0 of the input is the most significant byte of leaf 0. It is the machine's input
/// region, so the verifier can load it as one node.
library Input {
    /// @notice Binary levels above the leaves.
    uint256 internal constant DEPTH = 11;

    /// @notice Bytes that fit below the root: 64 KiB.
    uint256 internal constant CAPACITY = 32 << DEPTH;

    /// @notice Thrown when the input does not fit below the root.
    error InputOverCapacity(uint256 length, uint256 capacity);

    /// @notice The root. Hashes only above leaves that the input touches: about one keccak a leaf
    /// (75 gas), plus eleven.
    function root(bytes calldata data) internal pure returns (bytes32 node) {
        if (data.length > CAPACITY) revert InputOverCapacity(data.length, CAPACITY);
        // Memory-safe: works above the free memory pointer, which stays where it is, and in scratch
        // space. In place: a level's node i is written over its child i, which was read already as
        // a child of node i / 2.
        assembly ("memory-safe") {
            let base := mload(0x40)
            calldatacopy(base, data.offset, data.length)
            // Past the end of calldata there are zeros: fills up the last leaf, or the only one of
            // an empty input.
            calldatacopy(add(base, data.length), calldatasize(), 64)
            let count := shr(5, add(data.length, 31))
            if iszero(count) {
                count := 1
            }
            let zero := 0
            for {
                let level := 0
            } lt(level, DEPTH) {
                level := add(level, 1)
            } {
                if and(count, 1) {
                    mstore(add(base, shl(5, count)), zero)
                    count := add(count, 1)
                }
                count := shr(1, count)
                let end := add(base, shl(5, count))
                let children := base
                for {
                    let to := base
                } lt(to, end) {
                    to := add(to, 32)
                } {
                    mstore(to, keccak256(children, 64))
                    children := add(children, 64)
                }
                mstore(0x00, zero)
                mstore(0x20, zero)
                zero := keccak256(0x00, 0x40)
            }
            node := mload(base)
        }
    }
}
