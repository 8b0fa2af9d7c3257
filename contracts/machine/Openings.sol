// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {IStepVerifier} from "../interfaces/IStepVerifier.sol";
import {ZeroHashes} from "./ZeroHashes.sol";

/// @notice A tree and the node that was opened last in it.
/// @param root The root, as earlier changes left it.
/// @param depth Depth of the tree, at most 40.
/// @param index Index of the node at its level.
/// @param siblings Where in memory the siblings on the way to the root lie, 32 bytes per level, the
/// node's level first.
/// @param past Where they end; there is room for one a level of the tree.
struct Tree {
    bytes32 root;
    uint256 depth;
    uint256 index;
    uint256 siblings;
    uint256 past;
}

/// @notice What is left to read of a witness.
/// @param position Where in the calldata the next part begins. It only grows, so one comparison
/// with the witness's end, after everything was read, finds a witness that is too short; what was
/// read beyond it is then in no result.
/// @param zeros Where {ZeroHashes} lies in memory.
struct Witness {
    uint256 position;
    uint256 zeros;
}

/// @title Sequential openings of Merkle trees, read straight from the calldata
/// @notice An opening is a bitmap (u64), the node if bit 63 is set, and from its level on each
/// sibling whose bit is set. What is left out is its level's zero hash, which for a leaf is zero.
/// Opening a node leaves its siblings in memory, so that a change has nothing to read but them.
/// Hashing a level costs some 140 gas.
library Openings {
    uint256 private constant NODE_BIT = 1 << 63;

    /// @notice Sets up a tree, with room for the siblings of one node.
    function initialize(Tree memory tree, bytes32 root, uint256 depth) internal pure {
        uint256 siblings;
        // Reserves memory; a depth is a byte.
        assembly ("memory-safe") {
            siblings := mload(0x40)
            mstore(0x40, add(siblings, shl(5, depth)))
        }
        tree.root = root;
        tree.depth = depth;
        tree.siblings = siblings;
    }

    /// @notice Opens the leaf at an index, which must be below 2^depth.
    function take(Tree memory tree, Witness memory witness, uint256 index) internal pure returns (uint256 leaf) {
        return uint256(open(tree, witness, 0, index));
    }

    /// @notice Opens a node. Reverts unless it and its siblings lead to the root.
    /// @param level At most the depth of the tree.
    /// @param index Below 2^(depth - level).
    function open(
        Tree memory tree,
        Witness memory witness,
        uint256 level,
        uint256 index
    ) internal pure returns (bytes32 node) {
        uint256 position = witness.position;
        uint256 bitmap;
        node = ZeroHashes.hashAt(witness.zeros, level);
        // Reads the calldata. A position is far below 2^256: each part of a witness moves it by
        // 1,320 bytes at most.
        assembly ("memory-safe") {
            bitmap := shr(192, calldataload(position))
            position := add(position, 8)
            if shr(63, bitmap) {
                node := calldataload(position)
                position := add(position, 0x20)
            }
        }
        uint256 present = bitmap & (NODE_BIT - 1);
        if (present >> tree.depth != 0 || (present >> level) << level != present) {
            revert IStepVerifier.WrongBitmap(bitmap);
        }
        tree.index = index;
        witness.position = readSiblings(tree, witness.zeros, level, present >> level, position);
        bytes32 root = climb(tree, node);
        if (root != tree.root) revert IStepVerifier.WrongOpening(tree.root, root);
    }

    /// @notice Replaces the node that was opened last.
    function put(Tree memory tree, bytes32 node) internal pure {
        tree.root = climb(tree, node);
    }

    /// @notice Replaces the leaf that was opened last, and clears every leaf to its right: on the
    /// way to the root these are the siblings at the levels where the index has a zero.
    function cut(Tree memory tree, Witness memory witness, uint256 leaf) internal pure {
        (uint256 sibling, uint256 past, uint256 index, uint256 zero) = (
            tree.siblings,
            tree.past,
            tree.index,
            witness.zeros
        );
        // Writes the tree's siblings, from the table of zero hashes, which has one for each.
        assembly ("memory-safe") {
            for {} lt(sibling, past) {
                sibling := add(sibling, 0x20)
            } {
                if iszero(and(index, 1)) {
                    mstore(sibling, mload(zero))
                }
                index := shr(1, index)
                zero := add(zero, 0x20)
            }
        }
        put(tree, bytes32(leaf));
    }

    /// @dev Hashes from a node in the place of the opened one up to the root.
    function climb(Tree memory tree, bytes32 node) private pure returns (bytes32) {
        // Bit 5 is the lowest bit of the index: it says on which side of its sibling the node lies.
        // Indices are below 2^40.
        (uint256 sibling, uint256 past, uint256 index) = (tree.siblings, tree.past, tree.index << 5);
        // Reads the tree's siblings and writes the scratch space.
        assembly ("memory-safe") {
            for {} lt(sibling, past) {
                sibling := add(sibling, 0x20)
            } {
                let side := and(index, 0x20)
                mstore(side, node)
                mstore(xor(side, 0x20), mload(sibling))
                node := keccak256(0, 0x40)
                index := shr(1, index)
            }
        }
        return node;
    }

    /// @dev Brings the siblings from a level on into memory: zero hashes first, then each run of
    /// those in the calldata.
    /// @param present Bit n: the sibling at `level` + n stands in the calldata. Below 2^(depth -
    /// level).
    /// @param position Where in the calldata they begin.
    /// @return end Where in the calldata they end.
    function readSiblings(
        Tree memory tree,
        uint256 zeros,
        uint256 level,
        uint256 present,
        uint256 position
    ) private pure returns (uint256 end) {
        uint256 siblings = tree.siblings;
        // Both are at most 40.
        unchecked {
            tree.past = siblings + ((tree.depth - level) << 5);
        }
        // Writes the tree's siblings: there is room for one a level, and `present` has no bit
        // beyond them. The table of zero hashes has one for each.
        assembly ("memory-safe") {
            mcopy(siblings, add(zeros, shl(5, level)), sub(mload(add(tree, 0x80)), siblings))
            for {} present {} {
                // The run of ones that begins with the lowest: what follows it, and their positions
                // from the top.
                let lowest := and(present, sub(0, present))
                let following := and(add(present, lowest), not(present))
                let from := sub(255, clz(lowest))
                let length := shl(5, sub(sub(255, clz(following)), from))
                calldatacopy(add(siblings, shl(5, from)), position, length)
                position := add(position, length)
                present := and(present, add(present, lowest))
            }
        }
        return position;
    }
}
