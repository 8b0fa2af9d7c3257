// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {IStepVerifier} from "../interfaces/IStepVerifier.sol";
import {ZeroHashes} from "./ZeroHashes.sol";

/// @notice A tree and the node that was opened last in it.
/// @param root The root, as earlier changes left it.
/// @param depth Depth of the tree, at most 40.
/// @param level Level of the node; 0 for a leaf.
/// @param index Index of the node at its level.
/// @param bitmap Bit n: the sibling at level n stands in the calldata.
/// @param siblings Where in the calldata the siblings begin.
struct Tree {
    bytes32 root;
    uint256 depth;
    uint256 level;
    uint256 index;
    uint256 bitmap;
    uint256 siblings;
}

/// @notice What is left to read of a witness.
/// @param position Where in the calldata the next part begins. It only grows, so one comparison with the witness's end,
/// after everything was read, finds a witness that is too short; what was read beyond it is then in no result.
/// @param zeros Where {ZeroHashes} lies in memory.
struct Witness {
    uint256 position;
    uint256 zeros;
}

/// @title Sequential openings of Merkle trees, read straight from the calldata
/// @notice An opening is a bitmap (u64), the node if bit 63 is set, and from its level on each sibling whose bit is set.
/// What is left out is its level's zero hash, which for a leaf is zero.
library Openings {
    uint256 private constant NODE_BIT = 1 << 63;
    uint256 private constant EVERY_SIBLING = type(uint256).max;

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
        // Reads the calldata. A position is far below 2^256: each part of a witness moves it by 1,320 bytes at most.
        assembly ("memory-safe") {
            bitmap := shr(192, calldataload(position))
            position := add(position, 8)
            if shr(63, bitmap) {
                node := calldataload(position)
                position := add(position, 0x20)
            }
        }
        uint256 siblings = bitmap & (NODE_BIT - 1);
        if (siblings >> tree.depth != 0 || (siblings >> level) << level != siblings) {
            revert IStepVerifier.WrongBitmap(bitmap);
        }
        tree.level = level;
        tree.index = index;
        tree.bitmap = siblings;
        tree.siblings = position;
        bytes32 root;
        (root, witness.position) = climb(tree, witness.zeros, node, EVERY_SIBLING);
        if (root != tree.root) revert IStepVerifier.WrongOpening(tree.root, root);
    }

    /// @notice Replaces the node that was opened last.
    function put(Tree memory tree, Witness memory witness, bytes32 node) internal pure {
        (tree.root, ) = climb(tree, witness.zeros, node, EVERY_SIBLING);
    }

    /// @notice Replaces the leaf that was opened last, and clears every leaf to its right: on the way to the root these are
    /// the siblings at the levels where the index has a zero. Another `put` must open anew.
    function cut(Tree memory tree, Witness memory witness, uint256 leaf) internal pure {
        (tree.root, ) = climb(tree, witness.zeros, bytes32(leaf), tree.index);
    }

    /// @dev Hashes from the node up to the root with the siblings of the opening.
    /// @param kept Bit n: the sibling n levels above the node is used; the others count as zero hashes.
    /// @return root The root.
    /// @return end Where in the calldata the siblings end.
    function climb(
        Tree memory tree,
        uint256 zeros,
        bytes32 node,
        uint256 kept
    ) private pure returns (bytes32 root, uint256 end) {
        uint256 level = tree.level;
        uint256 index = tree.index;
        uint256 bitmap = tree.bitmap >> level;
        end = tree.siblings;
        // Writes the scratch space only. The table of zero hashes reaches to level 40 and the depth is at most that. The
        // index's lowest bit says on which side of its sibling the node lies.
        assembly ("memory-safe") {
            let past := add(zeros, shl(5, mload(add(tree, 0x20))))
            for {
                let zero := add(zeros, shl(5, level))
            } lt(zero, past) {
                zero := add(zero, 0x20)
            } {
                let sibling := mload(zero)
                if and(bitmap, 1) {
                    if and(kept, 1) {
                        sibling := calldataload(end)
                    }
                    end := add(end, 0x20)
                }
                let side := shl(5, and(index, 1))
                mstore(side, node)
                mstore(xor(side, 0x20), sibling)
                node := keccak256(0, 0x40)
                index := shr(1, index)
                bitmap := shr(1, bitmap)
                kept := shr(1, kept)
            }
            root := node
        }
    }
}
