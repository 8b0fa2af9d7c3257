// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {ITournament} from "../interfaces/ITournament.sol";
import {StateRoot} from "../types/StateRoot.sol";
import {FAN_OUT, MOVE_LEVELS} from "./Levels.sol";
import {Node} from "./Names.sol";

/// @title Binary keccak trees over state roots, opened MOVE_LEVELS at a time
/// @notice Hashing is positional: an index says at each level, from its lowest bit up, whether a
/// node is the left or the right one. A leaf is its own hash.
library Commitment {
    /// @notice The node above two nodes.
    function parent(Node left, Node right) internal pure returns (Node node) {
        // Writes the scratch space only.
        assembly ("memory-safe") {
            mstore(0x00, left)
            mstore(0x20, right)
            node := keccak256(0x00, 0x40)
        }
    }

    /// @notice The node MOVE_LEVELS above FAN_OUT neighbours, written out: a loop costs gas in
    /// every move.
    function top(bytes32[FAN_OUT] calldata nodes) internal pure returns (Node) {
        return
            parent(
                parent(pair(nodes[0], nodes[1]), pair(nodes[2], nodes[3])),
                parent(pair(nodes[4], nodes[5]), pair(nodes[6], nodes[7]))
            );
    }

    /// @notice The node that a leaf is.
    function atLeaf(StateRoot leaf) internal pure returns (Node) {
        return Node.wrap(StateRoot.unwrap(leaf));
    }

    /// @notice The two nodes MOVE_LEVELS above two different nodes with the same place `digit`
    /// among FAN_OUT neighbours. Where a bit of the digit is 1 both get the same left sibling:
    /// whoever finds both nodes in a match has shown that the sides agree on all that lies to the
    /// left, so that `digit` is their first difference.
    /// @param siblings From the bottom up: right sibling of `own`, right sibling of `opp` where the
    /// bit is 0; the left one where it is 1.
    function climb(
        uint256 digit,
        Node own,
        Node opp,
        bytes32[] calldata siblings
    ) internal pure returns (Node ownTop, Node oppTop) {
        if (digit > FAN_OUT - 1) revert ITournament.DigitOutOfRange(digit);
        if (own == opp) revert ITournament.NoDifference();
        uint256 expected;
        // The digit has MOVE_LEVELS bits, so no more are taken away than there are.
        unchecked {
            expected = 2 * MOVE_LEVELS - ((digit & 1) + ((digit >> 1) & 1) + (digit >> 2));
        }
        if (siblings.length != expected) revert ITournament.SiblingsWrong(expected, siblings.length);
        uint256 used;
        for (uint256 level; level < MOVE_LEVELS; ++level) {
            Node first = Node.wrap(siblings[used++]);
            if ((digit >> level) & 1 == 1) {
                own = parent(first, own);
                opp = parent(first, opp);
            } else {
                own = parent(own, first);
                opp = parent(opp, Node.wrap(siblings[used++]));
            }
        }
        return (own, opp);
    }

    /// @notice The root of the tree of this height that has `leaf` at `index`. The index must fit
    /// the height and the proof have its length: otherwise bits above the proof would be ignored
    /// and one leaf would be proven at many places.
    /// @param proof Siblings from the bottom up.
    function root(
        StateRoot leaf,
        uint256 index,
        uint256 height,
        bytes32[] calldata proof
    ) internal pure returns (Node node) {
        if (proof.length != height) revert ITournament.ProofLengthWrong(height, proof.length);
        if (index >> height != 0) revert ITournament.IndexOutOfRange(index, height);
        node = atLeaf(leaf);
        for (uint256 level; level < height; ++level) {
            Node sibling = Node.wrap(proof[level]);
            node = (index >> level) & 1 == 1 ? parent(sibling, node) : parent(node, sibling);
        }
    }

    function pair(bytes32 left, bytes32 right) private pure returns (Node) {
        return parent(Node.wrap(left), Node.wrap(right));
    }
}
