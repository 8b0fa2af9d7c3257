// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

/// @notice Hash of a node of a commitment's binary tree; a commitment is named by its root node.
type Node is bytes32;

/// @notice Name of a tournament. An inner tournament has the name of the match that it decides.
type TournamentId is bytes32;

/// @notice Name of a match: hash of its tournament and its two commitments.
type MatchId is bytes32;

using {sameNode as ==, otherNode as !=} for Node global;

/// @dev The commitment that is absent: nobody waits, nobody won.
Node constant NOBODY = Node.wrap(0);

/// @notice Whether two nodes are the same.
function sameNode(Node a, Node b) pure returns (bool) {
    return Node.unwrap(a) == Node.unwrap(b);
}

/// @notice Whether two nodes differ.
function otherNode(Node a, Node b) pure returns (bool) {
    return Node.unwrap(a) != Node.unwrap(b);
}
