// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {ZeroHashes} from "../machine/ZeroHashes.sol";
import {HistoryRoot} from "../types/HistoryRoot.sol";
import {StateRoot} from "../types/StateRoot.sol";

/// @title The history of a cluster's blocks, and the app hash that binds it
/// @notice A binary keccak tree that only grows: leaves are set once, from the left, and those that
/// are not set are zero. Proofs leave out the siblings of which no leaf is set, for they are known.
/// docs/cluster.md, "History"; the twin of `verifier/consensus/block-history.ts`.
library History {
    /// @notice Levels above the leaves.
    uint256 internal constant DEPTH = 40;

    /// @notice How many leaves there are.
    uint256 internal constant CAPACITY = 1 << DEPTH;

    /// @notice Thrown when a history of so many blocks has no such leaf.
    error NoSuchLeaf(uint256 index, uint256 count);
    /// @notice Thrown when a proof has not as many siblings as its leaf needs.
    error WrongSiblingCount(uint256 expected, uint256 actual);
    /// @notice Thrown when the siblings of the first free leaf belong to another history.
    error WrongHistory(HistoryRoot expected, HistoryRoot actual);

    /// @notice Thrown when there are more blocks than a history can have.
    error TooManyBlocks(uint256 count);

    /// @notice The root of a history without blocks.
    function empty() internal pure returns (HistoryRoot) {
        return HistoryRoot.wrap(ZeroHashes.hashAt(ZeroHashes.load(), DEPTH));
    }

    /// @notice Reverts if there are so many blocks that no further one has a leaf.
    function checkCount(uint256 count) internal pure {
        if (count > CAPACITY - 1) revert TooManyBlocks(count);
    }

    /// @notice The leaf of a block.
    /// @param inputLength In bytes.
    /// @param steps Of the block and all before it.
    /// @param stateRoot Of the state after the block.
    function leaf(
        bytes32 inputRoot,
        uint64 inputLength,
        uint64 steps,
        StateRoot stateRoot
    ) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(inputRoot, inputLength, steps, stateRoot));
    }

    /// @notice The app hash of a cluster with this state and history.
    /// @param count Blocks in the history.
    /// @param steps Of all of them.
    function appHash(
        StateRoot stateRoot,
        HistoryRoot historyRoot,
        uint64 count,
        uint64 steps
    ) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(stateRoot, historyRoot, count, steps));
    }

    /// @notice The root of the history of `count` blocks that has a leaf at `index`.
    /// @param siblings From the bottom up, those of which a leaf is set.
    function root(
        bytes32 leaf_,
        uint256 index,
        uint256 count,
        bytes32[] calldata siblings
    ) internal pure returns (HistoryRoot) {
        if (count > CAPACITY || index + 1 > count) revert NoSuchLeaf(index, count);
        return climb(leaf_, index, count, siblings);
    }

    /// @notice The root after one more leaf. Reverts unless the siblings are those of the first
    /// free leaf of the history: they prove that it is free.
    /// @param siblings All of them are left ones: one for each bit of `count` that is 1.
    function append(
        HistoryRoot root_,
        uint256 count,
        bytes32 leaf_,
        bytes32[] calldata siblings
    ) internal pure returns (HistoryRoot) {
        if (count > CAPACITY - 1) revert NoSuchLeaf(count, CAPACITY);
        HistoryRoot actual = climb(0, count, count, siblings);
        if (actual != root_) revert WrongHistory(root_, actual);
        return climb(leaf_, count, count, siblings);
    }

    /// @notice The root of the history of the `index` blocks before a leaf that {root} has shown.
    function before(uint256 index, uint256 count, bytes32[] calldata siblings) internal pure returns (HistoryRoot) {
        uint256 zeros = ZeroHashes.load();
        bytes32 node;
        uint256 used;
        for (uint256 level; level < DEPTH; ++level) {
            // As in {climb}, whose length of the siblings this is.
            unchecked {
                uint256 place = index >> level;
                bool isRight = place & 1 == 1;
                if (isRight) node = pair(siblings[used], node);
                else node = pair(node, ZeroHashes.hashAt(zeros, level));
                if (isRight || (place + 1) << level < count) ++used;
            }
        }
        return HistoryRoot.wrap(node);
    }

    /// @dev The root above a leaf.
    function climb(
        bytes32 node,
        uint256 index,
        uint256 count,
        bytes32[] calldata siblings
    ) private pure returns (HistoryRoot) {
        uint256 zeros = ZeroHashes.load();
        uint256 expected;
        for (uint256 level; level < DEPTH; ++level) {
            // Numbers of nodes are at most 2^40, and 40 siblings at most are counted.
            unchecked {
                uint256 place = index >> level;
                bytes32 sibling = ZeroHashes.hashAt(zeros, level);
                if (place & 1 == 1 || (place + 1) << level < count) {
                    if (expected < siblings.length) sibling = siblings[expected];
                    ++expected;
                }
                node = place & 1 == 1 ? pair(sibling, node) : pair(node, sibling);
            }
        }
        if (expected != siblings.length) revert WrongSiblingCount(expected, siblings.length);
        return HistoryRoot.wrap(node);
    }

    function pair(bytes32 left, bytes32 right) private pure returns (bytes32 node) {
        // Writes the scratch space only.
        assembly ("memory-safe") {
            mstore(0, left)
            mstore(0x20, right)
            node := keccak256(0, 0x40)
        }
    }
}
